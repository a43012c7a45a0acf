"""The pages of a draft, from the list to the published notice, with the mistakes people make.

# covers: R1
# covers: R2
# covers: R3
# covers: R4
# covers: R10
# covers: R11
"""

import io

import openpyxl
import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from tests.repairs.scene import Scene, again, make_scene
from tests.repairs.test_drafting import draft, pump, set_rule, two_works
from tests.web.test_projects import client_of, day, files_elsewhere
from upkeep.deposits.letters import print_batch
from upkeep.deposits.models import DemandLetter, LetterBatch
from upkeep.estate.models import Facility
from upkeep.policy.models import PolicyKind
from upkeep.printing.actions import content_of
from upkeep.repairs import works
from upkeep.repairs.models import ProjectPaper, RepairProject, TypedPage
from upkeep.repairs.stages import ProjectKind, Stage
from upkeep.web.cases.sheets import XLSX

__all__ = ["files_elsewhere"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def basics_sent(**changes: str) -> dict[str, str]:
    return {
        "kind": "GENERAL",
        "title": "电梯与水泵更新",
        "reason": "设备老化，经检测须更换",
        "starts_on": day(0),
        "ends_on": day(30),
        "contact_name": "陈主任",
        "contact_phone": "13600000000",
    } | changes


def begun(client: Client, scene: Scene, **changes: str) -> tuple[RepairProject, str]:
    """A draft begun on the page, and the address of its pages."""
    client.post(f"/projects/new/{scene.town.area.pk}/", basics_sent(**changes))
    project = RepairProject.objects.get()
    return project, f"/projects/{project.number}/"


def picture(name: str = "现场.png") -> io.BytesIO:
    kept = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(kept, "PNG")
    kept.seek(0)
    kept.name = name
    return kept


def sent_works(project: RepairProject, **budgets: str) -> dict[str, str]:
    sent: dict[str, str] = {}
    for place, work in enumerate(works.works_of(project), start=1):
        sent |= {
            f"w{work.pk}-content": "更换主要部件",
            f"w{work.pk}-contractor": "江城机电",
            f"w{work.pk}-budget": budgets.get(f"b{place}", "10,000.00"),
        }
    return sent


class TestAGeneralProject:
    def test_is_walked_from_the_list_to_its_notice(self, scene: Scene) -> None:
        client, lift, other = client_of(scene.chair), scene.lift, pump(scene)
        listed = client.get("/projects/").content.decode()
        for words in ("新建一般维修项目", "新建紧急维修项目", "新建简单拨付项目"):
            assert words in listed
        answer = client.get("/projects/new/?kind=GENERAL")
        assert answer["Location"].endswith(f"/projects/new/{scene.town.area.pk}/?kind=GENERAL")
        project, base = begun(client, scene)

        assert "1号电梯" in client.get(f"{base}works/choose/?place=&kind=LIFT").content.decode()
        client.post(f"{base}works/choose/", {"action": "choose", "facilities": [lift.pk, other.pk]})
        client.post(f"{base}works/", sent_works(project, b1="12,345.67", b2="8,000"))
        first, second = works.works_of(project)
        assert (first.budget_fen, second.contractor) == (1_234_567, "江城机电")

        chosen = ",".join(map(str, scene.house_ids))
        client.post(f"{base}houses/", {"work": first.pk, "houses": chosen, "action": "next"})
        client.post(f"{base}houses/?work={second.pk}", {"work": second.pk, "same_as": first.pk, "action": "same"})
        page = client.get(f"{base}shares/").content.decode()
        assert "20,345.67" in page and "生活水泵" in page and "1号电梯" in page

        plan = {"title_1": "首期", "amount_1": "10000", "title_2": "末期", "amount_2": "1"}
        client.post(f"{base}plan/", plan)
        assert "还差 10,344.67 元" in client.get(base).content.decode()
        rest = client.post(f"{base}plan/", plan | {"action": "rest"}).content.decode()
        assert "10,345.67" in rest
        client.post(f"{base}plan/", plan | {"amount_2": "10,345.67"})
        assert "各项内容已齐全" in client.get(base).content.decode()

        version = str(again(project).version)
        client.post(f"{base}notices/project/", {"open_until": day(10), "version": version})
        kept = again(project)
        assert (kept.stage, kept.kind, kept.payable_fen) == (Stage.NOTICE, ProjectKind.GENERAL, 2_034_567)
        assert client.get(f"{base}edit/").status_code == 404

    def test_whose_plan_has_one_phase_is_said_to_be_simple(self, scene: Scene) -> None:
        project, client = two_works(scene), client_of(scene.chair)
        base = f"/projects/{project.number}/"

        page = client.post(f"{base}plan/", {"title_1": "一次", "amount_1": "20345.67"}, follow=True).content.decode()
        assert "本项目按简单拨付办理" in page and again(project).kind == ProjectKind.SIMPLE
        two = {"title_1": "首期", "amount_1": "20000", "title_2": "末期", "amount_2": "345.67"}
        page = client.post(f"{base}plan/", two, follow=True).content.decode()
        assert "改按一般维修办理" in page and again(project).kind == ProjectKind.GENERAL


class TestAnEmergency:
    def test_brings_its_papers_with_the_basic_data_and_needs_no_vote(self, scene: Scene) -> None:
        client = client_of(scene.chair)
        project, base = begun(client, scene, kind="EMERGENCY", emergency_cause="LIFT")
        assert project.kind == ProjectKind.EMERGENCY
        assert "请在“基本信息”上传紧急情况证明" in client.get(base).content.decode()

        client.post(f"{base}papers/", {"papers": [picture(), picture("同一张.png")]})
        paper = ProjectPaper.objects.get()
        shown = client.get(f"{base}papers/{paper.pk}/")
        assert shown["Content-Type"] == "image/jpeg" and shown.content.startswith(b"\xff\xd8")
        assert client_of(scene.clerk).get(f"{base}papers/{paper.pk}/").status_code == 404
        client.post(f"{base}works/choose/", {"action": "choose", "facilities": [scene.lift.pk]})
        client.post(f"{base}works/", sent_works(project))
        client.post(f"{base}houses/", {"houses": ",".join(map(str, scene.house_ids)), "action": "next"})
        client.post(f"{base}plan/", {"title_1": "一次", "amount_1": "10000"})

        client.post(f"{base}notices/project/", {"open_until": day(10), "version": str(again(project).version)})
        assert (again(project).stage, again(project).kind) == (Stage.NOTICE, ProjectKind.EMERGENCY)
        assert client.post(f"{base}papers/{paper.pk}/remove/").status_code == 404
        assert client_of(scene.clerk).get(f"{base}papers/{paper.pk}/").status_code == 200
        page = client.get(base).content.decode()
        assert "发起业主表决" not in page and "电梯故障，危及人身安全" in page

    def test_takes_no_file_that_is_no_picture_and_gives_one_back(self, scene: Scene) -> None:
        client = client_of(scene.chair)
        _, base = begun(client, scene, kind="EMERGENCY", emergency_cause="LIFT")
        wrong = SimpleUploadedFile("a.png", b"not a picture", content_type="image/png")

        assert "无法读取该图片" in client.post(f"{base}papers/", {"papers": wrong}, follow=True).content.decode()
        client.post(f"{base}papers/", {"papers": picture()})
        client.post(f"{base}papers/{ProjectPaper.objects.get().pk}/remove/")
        assert not ProjectPaper.objects.exists()


class TestMistakes:
    def test_in_the_basic_data_are_kept_as_a_draft_and_shown_when_one_comes_back(self, scene: Scene) -> None:
        client = client_of(scene.chair)
        project, base = begun(client, scene, ends_on=day(-1), contact_phone="不知道", reason="")

        page = client.get(f"{base}edit/").content.decode()
        assert "不知道" in page and "电梯与水泵更新" in page
        assert "“基本信息”有" in client.get(base).content.decode()
        client.post(f"{base}edit/", basics_sent(ends_on=day(-1)))
        assert "计划完工日不能早于计划开工日" in client.get(f"{base}edit/").content.decode()
        client.post(f"{base}edit/", basics_sent())
        assert not TypedPage.objects.exists() and again(project).reason

    def test_in_a_budget_leave_the_other_boxes_saved(self, scene: Scene) -> None:
        project, client = two_works(scene), client_of(scene.chair)
        base = f"/projects/{project.number}/"

        page = client.post(f"{base}works/", sent_works(project, b1="很多", b2="9,000")).content.decode()
        assert "请填写大于 0 的金额" in page and "很多" in page
        first, second = works.works_of(project)
        assert (first.budget_fen, first.content, second.budget_fen) == (1_234_567, "更换主要部件", 900_000)
        assert "很多" in client.get(f"{base}works/").content.decode()
        client.post(f"{base}works/", sent_works(project))
        assert "很多" not in client.get(f"{base}works/").content.decode()

    def test_in_a_plan_stand_at_their_box(self, scene: Scene) -> None:
        set_rule(scene, PolicyKind.PAYOUT_GATE, first_payment_most_percent=30)
        project, client = two_works(scene), client_of(scene.chair)
        address = f"/projects/{project.number}/plan/"

        page = client.post(
            address, {"title_1": "", "amount_1": "x", "title_2": "末期", "amount_2": "5"}
        ).content.decode()
        assert "请填写拨付条件" in page and "请填写大于 0 的金额" in page
        assert 'value="x"' in client.get(address).content.decode()
        two = {"title_1": "首期", "amount_1": "20000", "title_2": "末期", "amount_2": "345.67"}
        assert "首期拨付不超过预算金额的 30%" in client.post(address, two).content.decode()
        assert not project.phases.exists()

    def test_in_the_amounts_of_a_page_save_nothing_of_it(self, scene: Scene) -> None:
        project, client = two_works(scene), client_of(scene.chair)
        [first, _] = works.works_of(project)
        address = f"/projects/{project.number}/amounts/?work={first.pk}"
        a, b = scene.house_ids[:2]

        page = client.post(address, {f"share_{a}": "一百", f"share_{b}": "5"}).content.decode()
        assert "一百" in page and "本页没有保存" in page and first.shares.get(house_id=b).share_fen != 500
        client.post(address, {f"share_{a}": "0", f"share_{b}": "5"})
        assert first.shares.get(house_id=b).share_fen == 500
        assert "自定义分摊金额" in client.get(address).content.decode()

    def test_in_a_workbook_are_listed_by_cell_and_nothing_is_taken(self, scene: Scene) -> None:
        project, client = two_works(scene), client_of(scene.chair)
        [first, _] = works.works_of(project)
        base = f"/projects/{project.number}/amounts/"
        answer = client.get(f"{base}export/?work={first.pk}")
        assert answer["Content-Type"] == XLSX
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        book.worksheets[0]["E3"] = "一百"

        def upload() -> str:
            out = io.BytesIO()
            book.save(out)
            sheet = SimpleUploadedFile("分摊表.xlsx", out.getvalue(), content_type=XLSX)
            sent = {"work": first.pk, "workbook": sheet}
            return client.post(f"{base}import/", sent, follow=True).content.decode()

        page = upload()
        assert "1 处有误，文件没有导入" in page and "E3" in page
        assert works.works_of(project)[0].budget_fen == 1_234_567
        book.worksheets[0]["E3"] = 100
        assert "已导入 4 户的分摊金额并分摊合并" in upload()
        assert works.works_of(project)[0].budget_fen != 1_234_567
        assert (
            "请选择填写好的分摊表" in client.post(f"{base}import/", {"work": first.pk}, follow=True).content.decode()
        )

    @pytest.mark.parametrize("path", ["amounts/?work=1", "houses/?work=x", "amounts/?work="])
    def test_in_an_address_find_nothing_or_the_first_facility(self, scene: Scene, path: str) -> None:
        project = two_works(scene)

        answer = client_of(scene.chair).get(f"/projects/{project.number}/{path}")
        assert answer.status_code == (200 if path.endswith("=") else 404)


class TestFacilities:
    def test_that_are_missing_are_added_in_place(self, scene: Scene) -> None:
        client = client_of(scene.chair)
        _, base = begun(client, scene)
        place = f"b{scene.houses[0].building_id}"
        row = {"action": "add", "place": place, "kind": "ROOF", "name": ""}

        assert "必填" in client.post(f"{base}works/choose/", row).content.decode()
        page = client.post(f"{base}works/choose/", row | {"name": "东侧屋面"}, follow=True).content.decode()
        entered = Facility.objects.get(name="东侧屋面")
        assert f'value="{entered.pk}"' in page and "checked" in page
        assert "请先勾选" in client.post(f"{base}works/choose/", {"action": "choose"}, follow=True).content.decode()

    def test_under_warranty_are_marked_and_may_block_the_notice(self, scene: Scene) -> None:
        set_rule(scene, PolicyKind.WARRANTY_RULE, within="BLOCK", lift=2)
        building = scene.houses[0].building
        building.built_in = f"{timezone.localdate():%Y%m}"
        building.save()
        project, client = two_works(scene), client_of(scene.chair)
        base = f"/projects/{project.number}/"

        for path in (f"{base}works/choose/", f"{base}works/", base):
            assert "保修" in client.get(path).content.decode()
        sent = {"open_until": day(10), "version": str(again(project).version)}
        page = client.post(f"{base}notices/project/", sent, follow=True).content.decode()
        assert "不得使用维修资金" in page and again(project).stage == Stage.NEW

    def test_are_removed_from_the_page(self, scene: Scene) -> None:
        project, client = two_works(scene), client_of(scene.chair)
        [first, _] = works.works_of(project)

        client.post(f"/projects/{project.number}/works/{first.pk}/remove/")
        assert [work.facility.name for work in works.works_of(project)] == ["生活水泵"]


class TestTheMergedList:
    def short(self, scene: Scene) -> RepairProject:
        project = two_works(scene)
        [first, _] = works.works_of(project)
        return works.divide_budget(
            project.pk, work_id=first.pk, budget_fen=4_500_000, by=scene.chair, at=project.created_at
        )

    def test_asks_the_short_houses_for_their_money_by_letters_in_one_file(self, scene: Scene) -> None:
        project, client = self.short(scene), client_of(scene.chair)
        base = f"/projects/{project.number}/shares/"
        assert "户分户账余额不足" in client.get(f"{base}?only=short").content.decode()

        client.post(f"{base}act/", {"action": "letters", "deadline": day(20)})
        batch = LetterBatch.objects.get()
        letters = DemandLetter.objects.filter(batch=batch)
        assert batch.letter_count == letters.count() > 0 and project.number in batch.matter
        assert all(one.owed_fen == (one.share_fen or 0) - one.balance_fen for one in letters)
        page = client.post(f"{base}act/", {"action": "letters", "deadline": day(-1)}, follow=True).content.decode()
        assert "补交期限应晚于今天" in page

    def test_notes_cash_and_takes_it_back(self, scene: Scene) -> None:
        project, client = self.short(scene), client_of(scene.chair)
        base = f"/projects/{project.number}/shares/"
        ids = list(project.houses.filter(shortfall_fen__gt=0).values_list("house_id", flat=True))

        client.post(f"{base}act/", {"action": "cash", "houses": ids})
        assert again(project).payable_fen < again(project).budget_fen
        assert "现金" in client.get(base).content.decode()
        client.post(f"{base}act/", {"action": "no_cash", "houses": ids})
        assert again(project).payable_fen == again(project).budget_fen
        assert "请先勾选房屋" in client.post(f"{base}act/", {"action": "cash"}, follow=True).content.decode()

    def test_is_exported_and_checked_again(self, scene: Scene) -> None:
        project, client = self.short(scene), client_of(scene.chair)
        base = f"/projects/{project.number}/shares/"

        assert client.get(f"{base}export/")["Content-Type"] == XLSX
        assert "重新核对分摊" in client.post(f"{base}act/", {"action": "again"}, follow=True).content.decode()


class TestDroppingAndCopying:
    def test_a_draft_is_dropped_after_being_asked(self, scene: Scene) -> None:
        project, client = draft(scene), client_of(scene.chair)

        assert "确定删除" in client.get(f"/projects/{project.number}/drop/").content.decode()
        client.post(f"/projects/{project.number}/drop/", follow=True)
        assert again(project).stage == Stage.CANCELLED
        assert project.number not in client.get("/projects/").content.decode()

    def test_a_project_is_copied_into_a_new_draft(self, scene: Scene) -> None:
        project, client = two_works(scene), client_of(scene.chair)

        client.post(f"/projects/{project.number}/copy/")
        copy = RepairProject.objects.exclude(pk=project.pk).get()
        assert (copy.copied_from_id, copy.budget_fen) == (project.pk, project.budget_fen)


class TestTheList:
    def test_tells_what_is_overdue_to_starter_and_office(self, scene: Scene) -> None:
        project = two_works(scene)
        RepairProject.objects.filter(pk=project.pk).update(
            starts_on="2026-01-01", ends_on="2026-01-02", due_on="2026-01-03"
        )

        page = client_of(scene.chair).get("/projects/?overdue=1").content.decode()
        assert project.number in page and "超期" in page
        page = client_of(scene.chair).get("/projects/?kind=SIMPLE").content.decode()
        assert project.number not in page


class TestTheLetters:
    def test_of_a_project_are_printed_as_one_file_that_says_what_is_shared(self, scene: Scene) -> None:
        project = TestTheMergedList().short(scene)
        sent = {"action": "letters", "deadline": day(20)}
        client_of(scene.chair).post(f"/projects/{project.number}/shares/act/", sent)
        batch = LetterBatch.objects.get()

        kept = print_batch(batch.pk, by_id=None, at=timezone.now())

        assert kept.pages == batch.letter_count
        pages = pypdf.PdfReader(io.BytesIO(content_of(kept))).pages
        text = "".join("".join(page.extract_text().split()) for page in pages)
        assert "应分摊" in text and project.number in text and "首期应交" not in text

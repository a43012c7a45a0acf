"""The pages of a simple repair project, walked by the committee, watched by the office, read by everybody.

# covers: R11
# covers: P3
"""

import datetime as dt
import io

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from tests.repairs import scene as scenes
from tests.repairs.scene import OWNER_ID, OWNER_NAME, OWNER_PHONE, Scene, again, make_scene
from tests.staging import staged
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move
from upkeep.estate.models import Building, Facility
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.publishing.models import PublicNotice
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import Stage
from upkeep.voting.models import Ballot

pytestmark = pytest.mark.django_db


scene = staged(make_scene)


@pytest.fixture(autouse=True)
def files_elsewhere(settings: object, tmp_path: object) -> None:
    storages = dict(settings.STORAGES)  # type: ignore[attr-defined]
    storages["default"] = storages["default"] | {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = storages  # type: ignore[attr-defined]


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def day(days: int) -> str:
    return str(timezone.localdate() + dt.timedelta(days=days))


def basics_sent(**changes: str) -> dict[str, str]:
    return {
        "kind": "SIMPLE",
        "title": "1号电梯钢丝绳更换",
        "starts_on": day(0),
        "ends_on": day(30),
        "contact_name": "陈主任",
        "contact_phone": "13600000000",
        "reason": "钢丝绳磨损超标",
    } | changes


def acceptance_sent(project: RepairProject) -> dict[str, str]:
    return {
        "accepted_on": day(0),
        "works_from": day(-3),
        "works_to": day(-1),
        "content": "钢丝绳 6 根全部更换",
        "acceptance": "工程质量合格",
        f"settled_{project.facilities.get().pk}": "38,765.43",
    }


class TestCommittee:
    def test_walks_a_simple_project_to_its_submitted_application(self, scene: Scene) -> None:
        client = client_of(scene.chair)
        assert client.get("/projects/new/?kind=SIMPLE").status_code == 302

        answer = client.post(f"/projects/new/{scene.town.area.pk}/", basics_sent())
        project = RepairProject.objects.get()
        base = f"/projects/{project.number}/"
        assert (answer.status_code, answer["Location"]) == (302, f"{base}works/")
        row = {"action": "add", "place": "area", "kind": "LIFT", "name": "2号电梯"}
        client.post(f"{base}works/choose/", row)
        lift = Facility.objects.get(name="2号电梯")
        client.post(f"{base}works/choose/", {"action": "choose", "facilities": lift.pk})
        work = project.facilities.get()
        described = {"content": "更换钢丝绳 6 根", "contractor": "江城电梯工程有限公司", "budget": "38,765.43"}
        client.post(f"{base}works/", {f"w{work.pk}-{name}": value for name, value in described.items()})

        assert "楼盘表" in client.get(f"{base}houses/").content.decode()
        client.post(f"{base}houses/", {"houses": ",".join(map(str, scene.house_ids)), "action": "next"})
        page = client.get(base).content.decode()
        assert "38,765.43" in page and "发布立项公示" in page

        preview = client.get(f"{base}notices/project/", {"open_until": day(10)}).content.decode()
        assert "立项公告" in preview and "欧＊＊＊" in preview and OWNER_NAME not in preview
        sent = {"open_until": day(10), "version": str(again(project).version)}
        client.post(f"{base}notices/project/", sent)
        assert again(project).stage == Stage.NOTICE

        client.post(f"{base}vote/open/", {"closes_on": day(10)})
        client.post(f"{base}vote/", {f"choice_{scene.house_ids[0]}": "AGAINST", "action": "all_agree"})
        assert Ballot.objects.filter(choice="AGREE").count() == 5
        assert "达到" in client.get(f"{base}vote/").content.decode()
        client.post(f"{base}vote/close/")
        assert again(project).stage == Stage.PASSED

        client.post(f"{base}acceptance/", acceptance_sent(project))
        preview = client.get(f"{base}notices/acceptance/").content.decode()
        assert "验收公告" in preview and "决算清册" in preview
        sent = {"open_until": day(10), "version": str(again(project).version), "content": "钢丝绳 6 根全部更换"}
        client.post(f"{base}notices/acceptance/", sent)

        answer = client.post(f"{base}apply/")
        case = Case.objects.get()
        assert answer["Location"] == f"/cases/{case.number}/edit/1/"
        assert "江城电梯工程有限公司" in client.get(answer["Location"]).content.decode()
        self.fill_in_and_submit(client, case)
        assert again(project).stage == Stage.REVIEW
        assert case.number in client.get(base).content.decode()

    @staticmethod
    def fill_in_and_submit(client: Client, case: Case) -> None:
        edit = f"/cases/{case.number}/edit/"
        payee = {
            "payee_1_name": "江城电梯工程有限公司",
            "payee_1_bank": "农业银行江城支行",
            "payee_1_account": "6222020200011112222",
            "payee_1_amount": "38,765.43",
            "contact_name": "陈主任",
            "contact_phone": "13600000000",
        }
        assert client.post(f"{edit}1/", payee)["Location"].endswith("/edit/2/")
        assert client.post(f"{edit}2/", {})["Location"].endswith("/edit/3/")
        for paper in ("contract", "invoice", "acceptance"):
            picture = io.BytesIO()
            Image.new("RGB", (60, 40), "white").save(picture, "PNG")
            picture.seek(0)
            picture.name = f"{paper}.png"
            client.post(f"/cases/{case.number}/papers/", {paper: picture})
        confirmation = client.get(f"{edit}4/").content.decode()
        assert "江城施工" not in confirmation and "38,765.43" in confirmation
        case.refresh_from_db()
        client.post(f"/cases/{case.number}/move/", {"move": "SUBMIT", "version": str(case.version)})

    def test_is_told_why_a_project_cannot_be_published(self, scene: Scene) -> None:
        project = scenes.new_project(scene, budget_fen=12_000_000)

        page = client_of(scene.chair).get(f"/projects/{project.number}/").content.decode()

        assert "公示前还须完善 1 项" in page and "分户账可用余额不足" in page

    @pytest.mark.parametrize("path", ["vote/open/", "acceptance/", "notices/acceptance/"])
    def test_finds_no_page_for_an_act_whose_time_has_not_come(self, scene: Scene, path: str) -> None:
        project = scenes.new_project(scene)

        assert client_of(scene.chair).get(f"/projects/{project.number}/{path}").status_code == 404

    def test_prints_notice_and_signature_sheet(self, scene: Scene) -> None:
        project = scenes.voting(scene)
        client, base = client_of(scene.chair), f"/projects/{project.number}/"

        for path in ("notices/project/print/", "vote/sheet/"):
            answer = client.get(client.post(base + path)["Location"])
            assert answer["Content-Type"] == "application/pdf"
            assert answer.content.startswith(b"%PDF")

    def test_keeps_a_scanned_page_of_the_sheet(self, scene: Scene) -> None:
        project = scenes.voting(scene)
        client, base = client_of(scene.chair), f"/projects/{project.number}/"
        picture = io.BytesIO()
        Image.new("RGB", (60, 40), "white").save(picture, "PNG")
        picture.seek(0)
        picture.name = "sheet.png"

        client.post(f"{base}vote/evidence/", {"pages": picture})

        page = client.get(f"{base}vote/").content.decode()
        address = page.split(f'href="{base}vote/evidence/')[1].split('"')[0]
        assert client.get(f"{base}vote/evidence/{address}")["Content-Type"] == "image/jpeg"


class TestOthers:
    def test_of_the_office_read_and_cannot_act(self, scene: Scene) -> None:
        project = scenes.published(scene)
        client, base = client_of(scene.clerk), f"/projects/{project.number}/"

        page = client.get(base).content.decode()
        assert project.title in page and "发起业主表决" not in page
        assert project.title in client.get("/projects/").content.decode()
        assert client.post(f"{base}vote/open/", {"closes_on": day(9)}).status_code == 403

    @pytest.mark.parametrize("path", ["", "edit/", "houses/", "notices/project/", "vote/"])
    def test_of_another_committee_find_nothing(self, scene: Scene, path: str) -> None:
        project = scenes.new_project(scene)

        assert client_of(scene.stranger).get(f"/projects/{project.number}/{path}").status_code == 404

    def test_of_the_office_cannot_open_the_sheet_with_names_in_full(self, scene: Scene) -> None:
        project = scenes.voting(scene)
        kept = client_of(scene.chair).post(f"/projects/{project.number}/vote/sheet/")["Location"]

        assert client_of(scene.clerk).get(kept).status_code == 404


class TestPublicNotices:
    def test_are_read_without_a_login_and_name_nobody(self, scene: Scene) -> None:
        scenes.published(scene)
        notice = PublicNotice.objects.get()

        listed = Client().get("/c/jiangcheng/notices/").content.decode()
        page = Client().get(f"/c/jiangcheng/notices/{notice.number}/").content.decode()

        assert notice.title in listed
        assert "38,765.43" in page and "欧＊＊＊" in page and "1单元 101" in page
        for secret in (OWNER_NAME, OWNER_ID, OWNER_PHONE, "13600000000"):
            assert secret not in page + listed + str(notice.body)

    def test_show_what_was_published_whatever_becomes_of_the_project(self, scene: Scene) -> None:
        scenes.published(scene)
        notice = PublicNotice.objects.get()

        def shown() -> str:
            page = Client().get(f"/c/jiangcheng/notices/{notice.number}/").content.decode()
            return page.split("<main")[1].split("</main>")[0]

        before = shown()
        Building.objects.update(name="改名楼")

        assert shown() == before

    def test_are_open_until_their_day_and_closed_after(self, scene: Scene) -> None:
        scenes.published(scene)
        title = PublicNotice.objects.get().title
        today = timezone.localdate()
        is_open = today <= PublicNotice.objects.get().open_until

        for address, expected in (("", is_open), ("?closed=1", not is_open)):
            assert (title in Client().get(f"/c/jiangcheng/notices/{address}").content.decode()) is expected

    def test_of_another_city_or_number_are_not_there(self, scene: Scene) -> None:
        scenes.published(scene)
        number = PublicNotice.objects.get().number

        assert Client().get("/c/nowhere/notices/").status_code == 404
        assert Client().get(f"/c/nowhere/notices/{number}/").status_code == 404
        assert Client().get("/c/jiangcheng/notices/GS1/").status_code == 404


class TestWholeCircle:
    def test_ends_on_the_project_page_with_all_orders_listed(self, scene: Scene) -> None:
        project = scenes.accepted(scene)
        client = client_of(scene.chair)
        client.post(f"/projects/{project.number}/apply/")
        case = Case.objects.get()
        TestCommittee.fill_in_and_submit(client, case)
        at = timezone.now()
        for move, actor in ((Move.ACCEPT, scene.clerk), (Move.PASS, scene.reviewer), (Move.PASS, scene.approver)):
            engine.move(case.pk, move, by=actor, at=at)

        page = client.get(f"/projects/{project.number}/").content.decode()

        assert again(project).stage == Stage.TRANSFER
        assert page.count("待付") == 2 and "等待专户银行付款" in page

"""Objections, clearing back and cancelling on their pages: the starter, the owner, the bank, the office, the public.

# covers: R5
# covers: R12
# covers: R13
# covers: P3
"""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.banking import town as town_module
from tests.banking.town import person
from tests.procedures import test_simple_disbursement as applying
from tests.repairs import going_back, owning
from tests.repairs import scene as scenes
from tests.repairs.going_back import ask, give_notice, paid
from tests.repairs.owning import owner_of
from tests.repairs.scene import BALANCE_FEN, BUDGET_FEN, OWNER_NAME, Scene, again, make_scene
from tests.web.pages import text
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.books.audit import audit
from upkeep.estate.models import Facility
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.printing.models import KeptPrint
from upkeep.publishing.models import NoticeKind, Objection, PublicNotice
from upkeep.repairs import acceptance, announcing
from upkeep.repairs.models import Clearing, RepairProject
from upkeep.repairs.queries import orders_of
from upkeep.repairs.stages import Stage
from upkeep.voting.models import Vote

pytestmark = pytest.mark.django_db
WORDS = "底层住户不使用电梯，不应按同样标准分摊。"


@pytest.fixture
def scene(db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Today, since the pages read the clock."""
    now = timezone.now()
    for module in (town_module, scenes, applying, going_back, owning):
        monkeypatch.setattr(module, "AT", now)
    monkeypatch.setattr(scenes, "TODAY", timezone.localdate())
    monkeypatch.setattr(going_back, "LATER", now)
    return make_scene()


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    """Prints are kept in a folder of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def client_of(actor: Actor) -> Client:
    found = Client()
    found.force_login(User.objects.get(pk=actor.user_id))
    return found


def day(days: int) -> str:
    return str(timezone.localdate() + dt.timedelta(days=days))


def teller_of(scene: Scene, order: PaymentOrder) -> Actor:
    return scene.town.people["teller" if order.custody.bank == scene.town.banks[0] else "other_teller"]


class TestObjections:
    def test_go_from_the_owners_phone_to_the_starter_and_back_to_the_public_page(self, scene: Scene) -> None:
        project, owner = scenes.published(scene), owner_of(scene, scene.houses[0])
        notice = PublicNotice.objects.get()
        phone, chair = client_of(owner), client_of(scene.chair)
        page = f"/owner/notices/{notice.number}/"

        assert "对公示提意见" in text(phone.get(f"/owner/areas/{notice.area_id}/notices/"))
        assert "写下意见" in text(phone.get(page))
        phone.post(page, {"text": "请打 13812345678"})
        assert not Objection.objects.exists()
        assert "您的意见已提交" in text(phone.post(page, {"text": WORDS}, follow=True))

        public = f"/c/jiangcheng/notices/{notice.number}/"
        shown = text(Client().get(public))
        assert Objection.objects.get().shown_as in shown and "301 欧＊＊＊" in Objection.objects.get().shown_as
        assert WORDS in shown and "等待答复" in shown and OWNER_NAME not in shown
        assert "1 条待答复" in text(Client().get("/c/jiangcheng/notices/"))

        assert "有 1 条业主异议尚未答复" in text(chair.get(f"/projects/{project.number}/"))
        made = Objection.objects.get()
        sent = chair.post(
            f"/projects/{project.number}/objections/{made.number}/answer/", {"text": "按建筑面积分摊。"}, follow=True
        )
        assert "已答复" in text(sent)
        assert "江南名邸业主委员会答复" in text(Client().get(public))
        assert "按建筑面积分摊" in text(phone.get(page)) and "保存修改" not in text(phone.get(page))

    def test_whose_words_name_others_are_hidden_by_the_office_alone(self, scene: Scene) -> None:
        project, owner = scenes.published(scene), owner_of(scene, scene.houses[0])
        notice = PublicNotice.objects.get()
        client_of(owner).post(f"/owner/notices/{notice.number}/", {"text": "隔壁某某从来不交费。"})
        address = f"/projects/{project.number}/objections/{Objection.objects.get().number}/answer/"

        assert "只有维修资金管理部门" in text(
            client_of(scene.chair).post(address, {"text": "不公开", "hides_text": "on"}, follow=True)
        )
        client_of(scene.clerk).post(address, {"text": "与本公示无关。", "hides_text": "on"})

        shown = text(Client().get(f"/c/jiangcheng/notices/{notice.number}/"))
        assert "隔壁某某" not in shown and "不予公开" in shown and "与本公示无关" in shown

    def test_are_not_for_strangers_and_other_committees(self, scene: Scene) -> None:
        project = scenes.published(scene)
        notice = PublicNotice.objects.get()
        stranger = client_of(person(username="o9", name="外人", role=Role.OWNER, city=scene.town.city))

        page = stranger.post(f"/owner/notices/{notice.number}/", {"text": WORDS}, follow=True)

        assert "只有该公示所涉房屋的业主" in text(page) and not Objection.objects.exists()
        assert client_of(scene.stranger).get(f"/projects/{project.number}/objections/").status_code == 404
        assert Client().get(f"/owner/notices/{notice.number}/").status_code == 302


class TestALongList:
    def test_is_paged_and_searched_on_the_public_page(self, scene: Scene) -> None:
        scenes.published(scene)
        notice = PublicNotice.objects.get()
        rows = [[str(n), f"{n // 100}幢", f"1单元 {n}", "王＊", "90.00", "1.00"] for n in range(1, 20_001)]
        big = PublicNotice(
            number="GS202611220009991",
            jurisdiction_id=notice.jurisdiction_id,
            area_id=notice.area_id,
            kind=NoticeKind.ACCEPTANCE,
            source="project:2",
            title="大小区",
            publisher=notice.publisher,
            body=notice.body | {"houses": notice.body["houses"] | {"rows": rows}},
            published_at=notice.published_at,
            open_until=notice.open_until,
            by_user_id=notice.by_user_id,
        )
        big.save(force_insert=True)

        first = Client().get(f"/c/jiangcheng/notices/{big.number}/")
        found = Client().get(f"/c/jiangcheng/notices/{big.number}/?q=1单元 7777")

        assert first.content.count(b"<tr>") < 70 and "第 1 / 400 页" in text(first)
        assert "77幢" in text(found) and len(first.content) < 60_000


class TestNotices:
    def test_of_a_cancellation_are_previewed_published_and_printed(self, scene: Scene) -> None:
        project = scenes.voting(scene)
        chair, base = client_of(scene.chair), f"/projects/{project.number}/"
        assert "发布撤销公示" in text(chair.get(base))

        asked = text(chair.get(f"{base}notices/cancellation/", {"open_until": day(3), "reason": ""}))
        assert "请填写撤销原因" in asked and "预览：" not in asked
        sent = {"open_until": day(10), "reason": "施工单位破产，维修无法进行"}
        preview = text(chair.get(f"{base}notices/cancellation/", sent))
        assert "预览：" in preview and "因施工单位破产，维修无法进行，拟撤销" in preview
        done = chair.post(f"{base}notices/cancellation/", sent | {"version": str(again(project).version)}, follow=True)

        assert "撤销公示已发布" in text(done) and "撤销公示至" in text(done)
        public = Client().get(f"/c/jiangcheng/notices/{PublicNotice.objects.get(kind='CANCELLATION').number}/")
        assert "施工单位破产" in text(public)
        kept = chair.post(f"{base}notices/cancellation/print/", follow=True)
        assert kept.content.startswith(b"%PDF") and KeptPrint.objects.get().title == "撤销公示"
        assert Vote.objects.get().is_open

    def test_of_an_acceptance_say_what_was_accepted(self, scene: Scene) -> None:
        project = scenes.passed(scene)
        acceptance.accept_work(
            project.pk,
            accepted_on=timezone.localdate(),
            settlement_fen=BUDGET_FEN,
            acceptance="质量合格",
            by=scene.chair,
            at=timezone.now(),
        )
        chair, base = client_of(scene.chair), f"/projects/{project.number}/notices/acceptance/"

        proposed = chair.get(base).content.decode()
        assert "更换钢丝绳 6 根" in proposed and "验收内容" in proposed
        chair.post(
            base, {"open_until": day(7), "content": "钢丝绳 6 根已更换", "version": str(again(project).version)}
        )

        notice = PublicNotice.objects.get(kind="ACCEPTANCE")
        assert ["验收内容", "钢丝绳 6 根已更换"] in notice.body["facts"]
        printed = chair.post(f"/projects/{project.number}/notices/acceptance/print/", follow=True)
        assert printed.content.startswith(b"%PDF")

    def test_of_a_stranger_are_not_there(self, scene: Scene) -> None:
        project = scenes.published(scene)
        address = f"/projects/{project.number}/notices/cancellation/"

        assert client_of(scene.stranger).get(address).status_code == 404
        assert client_of(scene.clerk).get(address).status_code == 403
        assert client_of(scene.chair).get(f"/projects/{project.number}/notices/acceptance/").status_code == 404


class TestClearing:
    def test_goes_from_the_dialog_over_the_counter_to_the_books(self, scene: Scene) -> None:
        project, orders = paid(scene)
        chair, base = client_of(scene.chair), f"/projects/{project.number}/"
        listed = text(chair.get(f"{base}clear/"))
        assert all(one.number in listed for one in orders) and "资金清退" in listed

        asked = chair.get(f"{base}clear/{orders[0].number}/")
        assert "维修无法进行" in text(asked) and "不符合施工质量要求" in text(asked)
        wrong = {"amount": "99999999.00", "reason": "BAD_QUALITY", "reason_text": ""}
        assert "可清退" in text(chair.post(f"{base}clear/{orders[0].number}/", wrong))
        right = {"amount": f"{orders[0].amount_fen / 100:.2f}", "reason": "BAD_QUALITY", "reason_text": ""}
        assert "清退通知单" in text(chair.post(f"{base}clear/{orders[0].number}/", right, follow=True))
        clearing = Clearing.objects.get()
        printed = chair.post(f"{base}clearings/{clearing.slip.number}/print/", follow=True)
        assert printed.content.startswith(b"%PDF") and "清退通知单" in KeptPrint.objects.get().title

        bank = client_of(teller_of(scene, orders[0]))
        counter = text(bank.get("/bank/counter/", {"q": clearing.slip.number}))
        assert "收款：清退通知单" in counter and orders[0].payee_name in counter and "项目清退" in counter
        confirm = {"number": clearing.slip.number, "amount_fen": str(clearing.amount_fen), "serial": "QT1"}
        assert "QT1" in text(bank.post("/bank/counter/confirm/", confirm, follow=True))

        assert "已清退" in text(chair.get(base)) and again(project).cleared_fen == orders[0].amount_fen
        house = orders[0].lines.order_by("house_id")[0].house
        assert house is not None
        assert going_back.balances(scene)[house.pk] == BALANCE_FEN
        assert audit() == []

    def test_is_given_up_by_starter_or_counter_before_it_is_paid(self, scene: Scene) -> None:
        project, orders = paid(scene)
        clearing = ask(scene, orders[0])
        address = f"/projects/{project.number}/clearings/{clearing.slip.number}/void/"

        assert client_of(scene.stranger).get(address).status_code == 404
        assert client_of(scene.reviewer).get(address).status_code == 403
        assert "确认作废" in text(client_of(scene.clerk).get(address))
        assert "请填写作废原因" in text(client_of(scene.chair).post(address, {"reason": ""}, follow=True))
        assert "已作废" in text(client_of(scene.chair).post(address, {"reason": "填错"}, follow=True))
        assert "作废" in text(
            client_of(teller_of(scene, orders[0])).get("/bank/counter/", {"q": clearing.slip.number})
        )

    def test_of_others_is_not_there(self, scene: Scene) -> None:
        project, orders = paid(scene)

        assert client_of(scene.stranger).get(f"/projects/{project.number}/clear/").status_code == 404
        assert client_of(scene.clerk).get(f"/projects/{project.number}/clear/").status_code == 403
        assert client_of(scene.chair).get(f"/projects/{project.number}/clear/FK1/").status_code == 404
        assert orders


class TestCancelling:
    def test_names_what_is_left_to_do_and_is_done_when_nothing_is(self, scene: Scene) -> None:
        project, case = applying.submitted(scene)
        applying.approve(case, scene)
        give_notice(scene, again(project))
        chair, base = client_of(scene.chair), f"/projects/{project.number}/"
        assert "付款通知共" in text(chair.get(f"{base}cancel/")) and "期满后才能撤销" in text(
            chair.get(f"{base}cancel/")
        )
        assert "还不能撤销" in text(chair.post(f"{base}cancel/", {}, follow=True))

        first = client_of(person(username="k1", name="会计", role=Role.ACCOUNTANT, city=scene.town.city))
        second = client_of(scene.approver)
        for order in orders_of(project):
            void = f"{base}orders/{order.number}/void/"
            assert "请由您以外" in text(first.post(void, {"reason": "项目撤销"}, follow=True))
            assert "由您申请" in text(first.post(f"{void}decide/", {"approve": "1"}, follow=True))
            assert "已作废" in text(second.post(f"{void}decide/", {"approve": "1"}, follow=True))
        assert {one.state for one in orders_of(project)} == {OrderState.VOID}
        assert again(project).requested_fen == 0

    def test_ends_the_project(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        project = scenes.published(scene)
        early = timezone.now() - dt.timedelta(days=10)
        monkeypatch.setattr("tests.repairs.scene.AT", early)
        give_notice(scene, project, at=timezone.now() - dt.timedelta(days=9), days=7)
        chair = client_of(scene.chair)

        page = chair.get(f"/projects/{project.number}/cancel/")
        assert "撤销不能恢复" in text(page)
        done = chair.post(f"/projects/{project.number}/cancel/", {"version": str(again(project).version)}, follow=True)

        assert "撤销成功，项目撤销完成" in text(done) and again(project).stage == Stage.CANCELLED

    def test_overdue_projects_are_shown_to_the_office(self, scene: Scene) -> None:
        project = scenes.new_project(scene)
        RepairProject.objects.filter(pk=project.pk).update(due_on=timezone.localdate() - dt.timedelta(days=2))
        announcing.publish_project(
            project.pk, open_until=timezone.localdate() + dt.timedelta(days=9), by=scene.chair, at=timezone.now()
        )
        assert Facility.objects.exists()

        assert "项目已超期" in text(client_of(scene.clerk).get(f"/projects/{project.number}/"))
        assert project.number in text(client_of(scene.clerk).get("/projects/?overdue=1"))

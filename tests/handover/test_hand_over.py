"""An area's money goes to its owners' assembly: checked, approved by another, paid by the bank, filed ever after.

# covers: F10
"""

import datetime as dt
import html
import re
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests.banking.town import AT, Town, confirm, issue, make_town, person
from tests.staging import staged
from upkeep.banking.actions import ask_reversal, confirm_order, decide_reversal
from upkeep.banking.models import PaymentOrder
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.books.bank_movements import bank_balance
from upkeep.books.chart import FundKind
from upkeep.estate.actions import bind_committee
from upkeep.handover.actions import NotAllowed, NotReady, approve, decline, prepare
from upkeep.handover.models import HandOver, HandOverState, UseFiling
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.ledger.api import statement
from upkeep.parties.actions import register_organisation
from upkeep.parties.models import OrganisationKind, User
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)
LATER = AT + dt.timedelta(hours=1)


@dataclass
class Scene:
    """The town; all six houses have paid, and the area has a committee."""

    town: Town

    def prepared(self, *, who: str = "accountant", **changed: object) -> HandOver:
        wanted = {
            "decision": "业主大会决议〔2026〕3号",
            "decided_on": TODAY - dt.timedelta(days=10),
            "notified_on": TODAY - dt.timedelta(days=5),
            "payee_name": "江南名邸业主大会",
            "payee_bank": "江城银行",
            "payee_account": "6222 0000 1234 5678",
        } | changed
        return prepare(area=self.town.area, by=self.town.people[who], at=AT, **wanted)  # type: ignore[arg-type]

    def approved(self) -> HandOver:
        return approve(self.prepared().pk, by=self.town.people["approver"], at=AT)

    def paid(self) -> HandOver:
        found = self.approved()
        order = PaymentOrder.objects.get(reference__startswith=f"{found.reference}:")
        teller = self.town.people["teller"]
        confirm_order(number=order.number, amount_fen=order.amount_fen, serial="HO1", by=teller, at=AT)
        found.refresh_from_db()
        return found

    def balances(self) -> list[int]:
        found = sub_accounts.balances([house.pk for house in self.town.houses])
        return [found[house.pk].balance_fen for house in self.town.houses]


def make_scene() -> Scene:
    town = make_town()
    committee = register_organisation(
        jurisdiction_id=town.city.pk,
        kind=OrganisationKind.OWNERS_COMMITTEE,
        name="江南名邸业主委员会",
        code="YWH1",
        contact_name="陈主任",
        contact_phone="13900000009",
        at=AT,
    )
    bind_committee(area_id=town.area.pk, committee_id=committee.pk, at=AT)
    town.people["committee"] = person(
        username="c1", name="陈主任", role=Role.OWNERS_COMMITTEE, city=town.city, organisation=committee
    )
    confirm(town, issue(town))
    return Scene(town)


scene = staged(make_scene)


def client(scene: Scene, who: str) -> Client:
    found = Client()
    found.force_login(User.objects.get(pk=scene.town.people[who].user_id))
    return found


def text(answer) -> str:  # type: ignore[no-untyped-def]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())))


class TestAHandOver:
    def test_moves_the_whole_balance_and_closes_the_accounts(self, scene: Scene) -> None:
        total = sum(scene.balances())
        custody = scene.town.custodies[FundKind.COMMODITY]
        found = scene.paid()

        assert (found.state_now, found.total_fen, found.house_count) == (HandOverState.FINISHED, total, 6)
        assert scene.balances() == [0] * 6
        assert bank_balance(custody_id=custody.pk, on=TODAY) == 0
        assert statement(scene.town.houses[0].pk)[-1].reason == "fund_handed_over"
        assert audit() == []
        with pytest.raises(Refusal):
            confirm(scene.town, issue(scene.town, count=1), serial="S2")

    def test_holds_the_money_until_the_bank_has_paid(self, scene: Scene) -> None:
        scene.approved()

        house = scene.town.houses[0].pk
        found = sub_accounts.balances([house])[house]
        assert found.held_fen == found.balance_fen > 0

    def test_has_thirty_days_from_the_notice(self, scene: Scene) -> None:
        assert scene.prepared().deadline_on == TODAY + dt.timedelta(days=25)

    def test_taken_back_by_the_bank_waits_again(self, scene: Scene) -> None:
        before = scene.balances()
        found = scene.paid()
        order = PaymentOrder.objects.get(reference__startswith=f"{found.reference}:")
        asked = ask_reversal(number=order.number, reason="账号错误", by=scene.town.people["teller"], at=LATER)
        supervisor = scene.town.people["supervisor"]
        decide_reversal(reversal_id=asked.pk, approve=True, serial="HO2", by=supervisor, at=LATER)

        found.refresh_from_db()
        assert (found.state_now, found.paid_count) == (HandOverState.ORDERED, 0)
        assert scene.balances() == before
        assert audit() == []

    def test_is_not_begun_while_something_is_open(self, scene: Scene) -> None:
        scene.prepared()
        with pytest.raises(NotReady, match="正在办理"):
            scene.prepared()

    def test_names_what_stands_in_the_way(self, scene: Scene) -> None:
        scene.approved()

        with pytest.raises(NotReady, match="没有待付的付款通知（1 张）；没有冻结资金"):
            scene.prepared()

    def test_names_every_wrong_field(self, scene: Scene) -> None:
        with pytest.raises(HasProblems) as refused:
            scene.prepared(decision=" ", payee_account="12", notified_on=TODAY + dt.timedelta(days=1))

        assert [problem.field for problem in refused.value.problems] == ["decision", "notified_on", "payee_account"]

    @pytest.mark.parametrize("who", ["accountant", "teller", "committee"])
    def test_is_not_approved_by_its_maker_or_a_wrong_role(self, scene: Scene, who: str) -> None:
        made = scene.prepared()

        with pytest.raises(NotAllowed):
            approve(made.pk, by=scene.town.people[who], at=AT)

    def test_is_decided_once(self, scene: Scene) -> None:
        made = scene.prepared()
        decline(made.pk, note="账号有误", by=scene.town.people["approver"], at=AT)

        with pytest.raises(NotReady, match="未同意"):
            approve(made.pk, by=scene.town.people["approver"], at=AT)

    @pytest.mark.parametrize(
        "attack",
        [
            "update handover_handover set payee_name = 'x'",
            "update handover_handover set state = 'FINISHED'",
            "update handover_handover set checked_by_id = made_by_id, checked_at = made_at, state = 'ORDERED'",
            "update handover_handoverline set amount_fen = 1",
            "delete from handover_handover",
        ],
    )
    def test_is_not_forged_in_the_database(self, scene: Scene, attack: str) -> None:
        scene.prepared()

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


class TestThePages:
    def test_walk_from_the_checklist_to_the_filing(self, scene: Scene, time_machine) -> None:  # type: ignore[no-untyped-def]
        time_machine.move_to(LATER, tick=False)
        accountant, approver = client(scene, "accountant"), client(scene, "approver")
        assert "核对并办理" in text(accountant.get("/handover/?area=江南"))
        address = f"/handover/areas/{scene.town.area.pk}/new/"
        assert "没有冻结资金 满足" in text(accountant.get(address))
        form = {
            "decision": "决议3号",
            "decided_on": "2026-11-10",
            "notified_on": "2026-11-15",
            "payee_name": "江南名邸业主大会",
            "payee_bank": "江城银行",
            "payee_account": "6222000012345678",
        }
        assert "等待他人复核" in text(accountant.post(address, form, follow=True))
        made = HandOver.objects.get()

        answer = approver.post(f"/handover/{made.number}/decide/", {"approve": "1"}, follow=True)
        assert "已冻结资金并开具 1 张付款通知" in text(answer)
        order = PaymentOrder.objects.get(reference__startswith=f"{made.reference}:")
        teller = scene.town.people["teller"]
        confirm_order(number=order.number, amount_fen=order.amount_fen, serial="HO1", by=teller, at=LATER)
        assert "已划转" in text(client(scene, "committee").get(f"/handover/{made.number}/"))

        filing = {"title": "屋面维修", "works": "3栋屋面", "amount_fen": "1200.00", "decided_on": "2026-11-19"}
        answer = client(scene, "committee").post(f"/handover/filings/new/{scene.town.area.pk}/", filing, follow=True)
        assert "已备案" in text(answer)
        assert UseFiling.objects.get().amount_fen == 120_000
        assert "屋面维修" in text(approver.get("/handover/filings/"))

    def test_take_no_filing_before_the_money_is_handed_over(self, scene: Scene, time_machine) -> None:  # type: ignore[no-untyped-def]
        time_machine.move_to(LATER, tick=False)
        filing = {"title": "屋面维修", "works": "3栋屋面", "amount_fen": "1200.00", "decided_on": "2026-11-19"}

        answer = client(scene, "committee").post(f"/handover/filings/new/{scene.town.area.pk}/", filing)

        assert answer.status_code == 422
        assert "尚未划转业主大会" in text(answer)

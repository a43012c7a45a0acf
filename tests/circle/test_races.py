"""Two people at once over the real pages, each on a connection of his own: one effect, and a sentence for whoever lost.

# covers: F2 R11
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.test import Client

from tests.circle.cast import Cast, at_once, send
from upkeep.banking.actions import void_slip
from upkeep.banking.models import BankSerial, PaymentOrder, PaySlip, SlipState
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.casework.models import CaseEvent
from upkeep.deposits.models import Receipt
from upkeep.publishing.models import PublicNotice
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import orders_of
from upkeep.repairs.stages import Stage

pytestmark = pytest.mark.commits

BUDGET_FEN = 6_543_21


@pytest.fixture
def cast(database_url: str, settings: Any, tmp_path: Any) -> Iterator[Cast]:
    """After every race the books are audited."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    yield Cast()
    assert audit() == []


def confirm(client: Client, paper: PaySlip | PaymentOrder, serial: str, *, more_fen: int = 0) -> list[str]:
    fen = paper.total_fen if isinstance(paper, PaySlip) else paper.amount_fen
    sent = {"number": paper.number, "amount_fen": str(fen + more_fen), "serial": serial}
    return send(client, "/bank/counter/confirm/", sent)


def balance_of(slip: PaySlip) -> int:
    return sum(one.balance_fen for one in sub_accounts.balances([line.house_id for line in slip.lines.all()]).values())


class TestASlip:
    def test_is_taken_by_one_of_two_tellers_and_the_other_is_told_who_was_quicker(self, cast: Cast) -> None:
        first, second = cast.client("demo-teller1"), cast.client("second-teller")
        for place in range(4):
            slip = cast.slip(place=place)
            answers = at_once(
                partial(confirm, first, slip, f"A{place}"),
                partial(confirm, second, slip, f"B{place}"),
            )
            (lost,) = [sentences for sentences in answers if sentences]
            assert len(lost) == 1 and "确认收款，请勿重复收款" in lost[0]
            assert balance_of(slip) == slip.total_fen
            assert BankSerial.objects.filter(subject=slip.number).count() == 1
            assert Receipt.objects.filter(slip=slip).count() == 1

    def test_confirmed_twice_by_an_impatient_teller_is_booked_once(self, cast: Cast) -> None:
        slip, client = cast.slip(), cast.client("demo-teller1")
        again = cast.client("demo-teller1")

        assert at_once(lambda: confirm(client, slip, "A1"), lambda: confirm(again, slip, "A1")) == [[], []]

        assert balance_of(slip) == slip.total_fen
        assert Receipt.objects.filter(slip=slip).count() == 1

    def test_is_never_taken_at_a_wrong_amount_even_beside_the_right_one(self, cast: Cast) -> None:
        slip = cast.slip()
        right, wrong = cast.client("demo-teller1"), cast.client("second-teller")

        alone = confirm(wrong, slip, "W1", more_fen=1)
        fine, refused = at_once(lambda: confirm(right, slip, "R1"), lambda: confirm(wrong, slip, "W2", more_fen=-100))

        assert "金额不符" in alone[0]
        assert fine == [] and len(refused) == 1
        assert "金额不符" in refused[0] or "请勿重复收款" in refused[0]
        assert balance_of(slip) == slip.total_fen

    def test_is_either_made_void_or_paid(self, cast: Cast) -> None:
        teller, owner = cast.client("demo-teller1"), cast.client("demo-clerk")
        for place in range(3):
            slip = cast.slip(place=place)
            at_once(
                partial(confirm, teller, slip, f"V{place}"),
                partial(send, owner, f"/deposits/slips/{slip.number}/void/", {"reason": "选错房屋"}),
            )
            slip.refresh_from_db()
            paid = slip.total_fen if slip.state == SlipState.PAID else 0
            assert slip.state in (SlipState.PAID, SlipState.VOID)
            assert balance_of(slip) == paid

    def test_void_or_too_old_is_not_taken_and_the_teller_is_told_what_to_do(self, cast: Cast) -> None:
        void, old, teller = cast.slip(place=0), cast.slip(place=1, days_ago=40), cast.client("demo-teller1")
        void_slip(number=void.number, reason="选错房屋", by=cast.city.actor("demo-clerk"), at=void.issued_at)

        assert "作废（选错房屋）" in confirm(teller, void, "X1")[0]
        assert "已过期，不能收款，请交款人重新办理通知单" in confirm(teller, old, "X2")[0]
        assert balance_of(void) == balance_of(old) == 0
        assert not BankSerial.objects.filter(subject__in=[void.number, old.number]).exists()


class TestAnApplication:
    @pytest.mark.parametrize("with_version", [True, False])
    def test_is_approved_by_one_of_two_approvers(self, cast: Cast, with_version: bool) -> None:
        project = cast.project(last=Stage.REVIEW, budget_fen=BUDGET_FEN)
        case = cast.before_approval(project)
        sent = {"move": "PASS"} | ({"version": str(case.version)} if with_version else {})
        clients = [cast.client(name) for name in ("demo-approver", "second-approver")]

        answers = at_once(*(partial(send, one, f"/cases/{case.number}/move/", sent) for one in clients))

        (lost,) = [sentences for sentences in answers if sentences]
        assert len(lost) == 1 and ("刚刚由他人办理过，请刷新后再看" in lost[0] or "不能通过" in lost[0])
        assert CaseEvent.objects.filter(case=case, move="PASS").count() == 2  # the reviewer's and one approver's
        assert sum(PaymentOrder.objects.values_list("amount_fen", flat=True)) == BUDGET_FEN
        assert held_for(project) == BUDGET_FEN

    def test_cannot_have_the_money_that_another_took_at_the_same_moment(self, cast: Cast) -> None:
        """Two projects of the same houses, each within the balances, both together beyond them."""
        houses = [house for house in cast.filled[0].houses if house.building.name == "1幢"]
        whole = sum(one.balance_fen for one in sub_accounts.balances([house.pk for house in houses]).values())
        projects = [
            cast.project(last=Stage.REVIEW, budget_fen=whole * 6 // 10, title=title) for title in ("屋面甲", "屋面乙")
        ]
        cases = [cast.before_approval(project) for project in projects]
        clients = [cast.client(name) for name in ("demo-approver", "second-approver")]

        answers = at_once(
            *(
                partial(send, one, f"/cases/{case.number}/move/", {"move": "PASS"})
                for one, case in zip(clients, cases, strict=True)
            )
        )

        (lost,) = [sentences for sentences in answers if sentences]
        assert any("分户账可用余额不足" in sentence and "缺" in sentence for sentence in lost)
        assert sorted(held_for(project) for project in projects) == [0, whole * 6 // 10]
        stages = sorted(RepairProject.objects.values_list("stage", flat=True))
        assert stages == sorted([Stage.REVIEW, Stage.TRANSFER])

    def test_is_paid_once_by_two_tellers(self, cast: Cast) -> None:
        project = cast.project(last=Stage.TRANSFER, budget_fen=BUDGET_FEN)
        order = PaymentOrder.objects.get()
        first, second = cast.client("demo-teller1"), cast.client("second-teller")

        answers = at_once(lambda: confirm(first, order, "P1"), lambda: confirm(second, order, "P2"))

        (lost,) = [sentences for sentences in answers if sentences]
        assert len(lost) == 1 and "确认付款，请勿重复付款" in lost[0]
        project.refresh_from_db()
        assert (project.stage, project.paid_fen, held_for(project)) == (Stage.FINISHED, BUDGET_FEN, 0)

    def test_payment_either_fails_or_is_made(self, cast: Cast) -> None:
        project = cast.project(last=Stage.TRANSFER, budget_fen=BUDGET_FEN)
        order = PaymentOrder.objects.get()
        first, second = cast.client("demo-teller1"), cast.client("second-teller")
        reason = {"number": order.number, "reason": "收款账号有误"}

        answers = at_once(lambda: confirm(first, order, "P1"), lambda: send(second, "/bank/counter/fail/", reason))

        assert len([sentences for sentences in answers if sentences]) == 1
        order.refresh_from_db()
        project.refresh_from_db()
        outcome = (order.state, project.paid_fen, held_for(project))
        assert outcome in {("PAID", BUDGET_FEN, 0), ("FAILED", 0, BUDGET_FEN)}


class TestANotice:
    def test_is_published_by_one_of_two_members_of_the_committee(self, cast: Cast) -> None:
        project = cast.project(last=Stage.NEW, budget_fen=BUDGET_FEN)
        until = {"open_until": str(cast.today.replace(year=cast.today.year + 1)), "version": str(project.version)}
        clients = [cast.client(name) for name in ("demo-committee", "second-committee")]

        answers = at_once(
            *(partial(send, one, f"/projects/{project.number}/notices/project/", until) for one in clients)
        )

        (lost,) = [sentences for sentences in answers if sentences]
        assert "请刷新后再看" in lost[0]
        assert PublicNotice.objects.filter(source=project.source).count() == 1


def held_for(project: RepairProject) -> int:
    """What is held on the project's houses for its orders."""
    references = {order.reference for order in orders_of(project)}
    return sum(sum(sub_accounts.held(area_id=project.area_id, source=one).values()) for one in references)

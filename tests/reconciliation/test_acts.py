"""Each difference is worked off by a named act; what books money takes two people.

# covers: F4
"""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from tests.reconciliation.scene import LATER, TODAY, TOMORROW, Scene, come_in, line, make_scene
from tests.staging import staged
from upkeep.banking.counter import WrongAmount
from upkeep.banking.custody_books import credit_interest
from upkeep.banking.models import PaySlip, SlipState
from upkeep.banking.serials import SerialUsed
from upkeep.banking.slips import SlipClosed
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.books.bank_movements import bank_balance
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.messaging.models import Message
from upkeep.reconciliation.acts import Item, NotAllowed, NotOpen, decide, kinds_for, propose
from upkeep.reconciliation.by_hand import NotTheSame, join, take_apart
from upkeep.reconciliation.models import ActKind, ActState, DifferenceAct, Match

pytestmark = pytest.mark.django_db
scene = staged(make_scene)


def proposed(
    scene: Scene,
    item: Item,
    kind: ActKind,
    *,
    who: str = "accountant",
    number: str = "",
    until: dt.date | None = None,
    reason: str = "核对凭证后确认",
) -> DifferenceAct:
    return propose(item, kind=kind, reason=reason, number=number, until=until, by=scene[who], at=LATER)


def carried_out(scene: Scene, act: DifferenceAct, *, who: str = "approver") -> DifferenceAct:
    return decide(act.pk, approve=True, by=scene[who], at=LATER)


class TestASlipThatNobodyConfirmed:
    def test_is_booked_on_the_banks_day_once_a_second_person_agrees(self, scene: Scene) -> None:
        slip = scene.slips[2]
        come_in(scene, [line("B3", slip.total_fen)])

        act = proposed(scene, scene.line("B3"), ActKind.CONFIRM_SLIP, number=slip.number)
        assert PaySlip.objects.get(pk=slip.pk).state_now is SlipState.WAITING
        carried_out(scene, act)

        slip = PaySlip.objects.get(pk=slip.pk)
        house = slip.lines.get().house_id
        assert (slip.state_now, slip.booked_on, slip.closed_by_name) == (SlipState.PAID, TODAY, "王主任")
        assert sub_accounts.balances([house])[house].balance_fen == slip.total_fen
        assert scene.line("B3").match_id == scene.movement("B3").match_id is not None
        assert audit() == []

    def test_is_refused_at_once_where_the_amount_is_not_the_slips(self, scene: Scene) -> None:
        come_in(scene, [line("B3", 1)])

        with pytest.raises(WrongAmount):
            proposed(scene, scene.line("B3"), ActKind.CONFIRM_SLIP, number=scene.slips[2].number)

    def test_is_refused_where_it_was_paid_before(self, scene: Scene) -> None:
        come_in(scene, [line("B3", scene.slips[0].total_fen)])

        with pytest.raises(SlipClosed, match="请勿重复收款"):
            proposed(scene, scene.line("B3"), ActKind.CONFIRM_SLIP, number=scene.slips[0].number)

    def test_is_refused_under_a_serial_that_was_used(self, scene: Scene) -> None:
        come_in(scene, [line("P1", scene.slips[2].total_fen + 5)])

        with pytest.raises(SerialUsed):
            proposed(scene, scene.line("P1"), ActKind.INTEREST)


class TestInterestAndFees:
    def test_that_only_the_bank_has_are_booked_and_matched(self, scene: Scene) -> None:
        come_in(scene, [line("I1", 8_800), line("F1", -50)])
        before = bank_balance(custody_id=scene.custody.pk, on=TODAY)

        carried_out(scene, proposed(scene, scene.line("I1"), ActKind.INTEREST))
        carried_out(scene, proposed(scene, scene.line("F1"), ActKind.FEE, who="cashier"), who="accountant")

        assert bank_balance(custody_id=scene.custody.pk, on=TODAY) == before + 8_750
        assert scene.line("I1").match_id and scene.line("F1").match_id
        assert audit() == []

    def test_booked_by_mistake_are_taken_back_by_two_and_cancel_each_other(self, scene: Scene) -> None:
        credit_interest(custody_id=scene.custody.pk, fen=700, serial="WRONG", booked_on=TODAY, at=LATER)
        come_in(scene, [])
        come_in(scene, [], day=TOMORROW)
        assert ActKind.REVERSE_OURS in kinds_for(scene.movement("WRONG"))

        carried_out(scene, proposed(scene, scene.movement("WRONG"), ActKind.REVERSE_OURS))

        assert scene.movement("WRONG").match.kind == "CANCELLED"  # type: ignore[union-attr]
        assert audit() == []


class TestAnActThatBooksMoney:
    def test_is_not_carried_out_by_who_proposed_it(self, scene: Scene) -> None:
        come_in(scene, [line("I1", 8_800)])
        act = proposed(scene, scene.line("I1"), ActKind.INTEREST)

        with pytest.raises(NotAllowed, match="须由您以外的会计或审批人员复核"):
            carried_out(scene, act, who="accountant")

    @pytest.mark.parametrize("who", ["cashier", "teller"])
    def test_is_not_carried_out_by_another_role(self, scene: Scene, who: str) -> None:
        come_in(scene, [line("I1", 8_800)])
        act = proposed(scene, scene.line("I1"), ActKind.INTEREST)

        with pytest.raises(NotAllowed):
            carried_out(scene, act, who=who)

    def test_is_carried_out_once(self, scene: Scene) -> None:
        come_in(scene, [line("I1", 8_800)])
        act = carried_out(scene, proposed(scene, scene.line("I1"), ActKind.INTEREST))

        with pytest.raises(NotOpen, match="王主任"):
            carried_out(scene, act, who="accountant2")

    def test_waits_once_at_a_time(self, scene: Scene) -> None:
        come_in(scene, [line("I1", 8_800)])
        proposed(scene, scene.line("I1"), ActKind.INTEREST)

        with pytest.raises(NotOpen, match="等待复核"):
            proposed(scene, scene.line("I1"), ActKind.INTEREST, who="accountant2")

    def test_is_declined_with_a_reason_and_leaves_the_difference(self, scene: Scene) -> None:
        come_in(scene, [line("I1", 8_800)])
        act = proposed(scene, scene.line("I1"), ActKind.INTEREST)
        with pytest.raises(HasProblems):
            decide(act.pk, approve=False, by=scene["approver"], at=LATER)

        act = decide(act.pk, approve=False, note="不是利息", by=scene["approver"], at=LATER)

        assert (act.state_now, scene.line("I1").match_id) == (ActState.DECLINED, None)

    @pytest.mark.parametrize(
        "attack",
        [
            "update reconciliation_differenceact set state = 'DONE'",
            "update reconciliation_differenceact set state = 'DONE', decided_at = asked_at, decided_by_id = asked_by_id",
            "update reconciliation_differenceact set reason = 'x'",
            "delete from reconciliation_differenceact",
        ],
    )
    def test_is_not_forged_in_the_database(self, scene: Scene, attack: str) -> None:
        come_in(scene, [line("I1", 8_800)])
        proposed(scene, scene.line("I1"), ActKind.INTEREST)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


class TestADifference:
    def test_is_listed_as_in_transit_until_a_day(self, scene: Scene) -> None:
        come_in(scene, [])
        act = proposed(scene, scene.movement("P1"), ActKind.IN_TRANSIT, who="cashier", until=TOMORROW)

        assert (act.state_now, scene.movement("P1").transit_until) == (ActState.DONE, TOMORROW)

    @pytest.mark.parametrize("until", [None, TODAY, TODAY + dt.timedelta(days=200)])
    def test_is_in_transit_until_a_day_that_makes_sense(self, scene: Scene, until: dt.date | None) -> None:
        come_in(scene, [])

        with pytest.raises(HasProblems, match="请填写今天至"):
            proposed(scene, scene.movement("P1"), ActKind.IN_TRANSIT, until=until)

    def test_is_put_to_the_bank(self, scene: Scene) -> None:
        come_in(scene, [line("X1", 500)])
        proposed(scene, scene.line("X1"), ActKind.ASK_BANK, reason="不是本专户的款项")

        assert "X1" in Message.objects.get(user_id=scene["supervisor"].user_id).text

    def test_needs_a_reason(self, scene: Scene) -> None:
        come_in(scene, [line("X1", 500)])

        with pytest.raises(HasProblems, match="请填写处理说明"):
            proposed(scene, scene.line("X1"), ActKind.ASK_BANK, reason=" ")

    @pytest.mark.parametrize("who", ["teller", "approver", "developer"])
    def test_is_worked_on_by_accountant_or_cashier(self, scene: Scene, who: str) -> None:
        come_in(scene, [line("X1", 500)])

        with pytest.raises(NotAllowed, match="差异由会计或出纳处理"):
            proposed(scene, scene.line("X1"), ActKind.ASK_BANK, who=who)

    def test_that_is_matched_is_none(self, scene: Scene) -> None:
        come_in(scene, [line("P1", scene.slips[0].total_fen)])

        with pytest.raises(NotOpen):
            proposed(scene, scene.line("P1"), ActKind.ASK_BANK)

    def test_of_money_out_is_no_interest(self, scene: Scene) -> None:
        come_in(scene, [line("X1", -500)])

        with pytest.raises(Refusal, match="不能按“补记存款利息”处理"):
            proposed(scene, scene.line("X1"), ActKind.INTEREST)


class TestAMatchByHand:
    def test_joins_one_sum_of_the_bank_with_several_of_ours(self, scene: Scene) -> None:
        both = scene.slips[0].total_fen + scene.slips[1].total_fen
        come_in(scene, [line("SUM", both)])

        made = join(
            custody_id=scene.custody.pk,
            line_ids=[scene.line("SUM").pk],
            movement_ids=[scene.movement("P1").pk, scene.movement("P2").pk],
            reason="银行合并入账",
            by=scene["cashier"],
            at=LATER,
        )

        assert made.movements.count() == 2
        take_apart(made.pk, reason="看错了", by=scene["accountant"], at=LATER)
        assert scene.line("SUM").match_id is None

    def test_of_different_sums_is_refused(self, scene: Scene) -> None:
        come_in(scene, [line("SUM", 5)])

        with pytest.raises(NotTheSame, match="两边不等"):
            join(
                custody_id=scene.custody.pk,
                line_ids=[scene.line("SUM").pk],
                movement_ids=[scene.movement("P1").pk],
                reason="试",
                by=scene["accountant"],
                at=LATER,
            )

    def test_lets_two_lines_of_the_bank_cancel_each_other(self, scene: Scene) -> None:
        come_in(scene, [line("W1", 300), line("W2", -300)])

        join(
            custody_id=scene.custody.pk,
            line_ids=[scene.line("W1").pk, scene.line("W2").pk],
            movement_ids=[],
            reason="银行串户后更正",
            by=scene["accountant"],
            at=LATER,
        )
        assert scene.line("W1").match == scene.line("W2").match

    def test_of_one_serial_is_not_taken_apart(self, scene: Scene) -> None:
        come_in(scene, [line("P1", scene.slips[0].total_fen)])

        with pytest.raises(NotTheSame, match="不能撤销"):
            take_apart(Match.objects.get().pk, reason="试", by=scene["accountant"], at=LATER)

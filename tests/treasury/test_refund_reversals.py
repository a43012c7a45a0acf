"""A refund's payment that the bank takes back on its day (冲正): money, first deposit and claim as they were.

# covers: D5 F2
"""

import pytest

from tests.banking.town import AT, issue
from tests.cast import LATER
from tests.treasury import scene as s
from tests.treasury.refund_scene import approved, hire, order_of
from tests.treasury.scene import Scene
from upkeep.banking.actions import ask_reversal, confirm_order, decide_reversal
from upkeep.banking.models import OrderState
from upkeep.banking.origins import origins_of
from upkeep.banking.reversals import NotReversible
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.books.deposited import deposited
from upkeep.estate.models import HouseClaim
from upkeep.treasury.models import Refund, RefundState

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    scene = s.make_scene()
    hire(scene)
    return scene


def paid(scene: Scene, refund: Refund, *, serial: str = "OUT1") -> Refund:
    order = order_of(refund)
    teller = scene.town.people["teller"]
    confirm_order(number=order.number, amount_fen=order.amount_fen, serial=serial, by=teller, at=AT)
    return Refund.objects.get(pk=refund.pk)


def taken_back(scene: Scene, refund: Refund) -> Refund:
    asked = ask_reversal(number=order_of(refund).number, reason="付错了账户", by=scene.town.people["teller"], at=LATER)
    supervisor = scene.town.people["supervisor"]
    decide_reversal(reversal_id=asked.pk, approve=True, serial="R1", by=supervisor, at=LATER)
    return Refund.objects.get(pk=refund.pk)


class TestARefundTakenBack:
    def test_leaves_money_and_first_deposit_as_they_were_and_waits_again(self, scene: Scene) -> None:
        before = scene["101"].first_deposit_due_fen
        refund = paid(scene, approved(scene, "101"))
        assert (scene.balance(scene["101"]), scene["101"].first_deposit_due_fen) == (0, None)

        refund = taken_back(scene, refund)

        house, held = scene["101"], sub_accounts.balances([scene["101"].pk])[scene["101"].pk]
        assert (held.balance_fen, held.held_fen) == (8_020_80, 8_020_80)
        assert (house.first_deposit_due_fen, refund.state, refund.paid_at) == (before, RefundState.ORDERED, None)
        assert order_of(refund).state == OrderState.WAITING
        assert HouseClaim.objects.filter(house=house, kind="REFUND").exists()
        assert deposited(house.pk, on=s.TODAY).left_fen == 8_020_80
        assert audit() == []

    def test_of_a_part_puts_the_part_back(self, scene: Scene) -> None:
        refund = paid(scene, approved(scene, "101", amount="20.80"))
        assert scene["101"].first_deposit_due_fen == 8_000_00
        taken_back(scene, refund)
        assert scene["101"].first_deposit_due_fen == 8_020_80

    def test_is_paid_once_more_under_another_name_that_leads_to_the_same_order(self, scene: Scene) -> None:
        refund = paid(scene, taken_back(scene, paid(scene, approved(scene, "101"))), serial="OUT2")
        assert (refund.state, scene.balance(scene["101"])) == (RefundState.PAID, 0)
        sources = [f"{refund.reference}:year", f"{refund.reference}:year:reversed", f"{refund.reference}:2:year"]
        assert {one.number for one in origins_of(sources).values()} == {order_of(refund).number}
        assert len(origins_of([*sources, f"{refund.reference}:2:year:reversed"])) == 4
        assert audit() == []

    def test_can_be_taken_back_a_second_time(self, scene: Scene) -> None:
        refund = paid(scene, taken_back(scene, paid(scene, approved(scene, "101"))), serial="OUT2")
        asked = ask_reversal(number=order_of(refund).number, reason="又错", by=scene.town.people["teller"], at=LATER)
        decide_reversal(reversal_id=asked.pk, approve=True, serial="R2", by=scene.town.people["supervisor"], at=LATER)
        assert scene.balance(scene["101"]) == 8_020_80
        assert audit() == []


class TestARefundThatStays:
    def test_is_one_whose_house_was_asked_for_its_deposit_anew(self, scene: Scene) -> None:
        refund = paid(scene, approved(scene, "101"))
        issue(scene.town, houses=[scene["101"]])
        with pytest.raises(NotReversible, match="有待交的交款通知单"):
            taken_back(scene, refund)

    def test_is_one_whose_houses_first_deposit_was_changed(self, scene: Scene) -> None:
        refund = paid(scene, approved(scene, "101", amount="20.80"))
        house = scene["101"]
        house.first_deposit_due_fen = 1
        house.save()
        with pytest.raises(NotReversible, match="首期应交金额已变更"):
            taken_back(scene, refund)
        assert scene.balance(scene["101"]) == 8_000_00

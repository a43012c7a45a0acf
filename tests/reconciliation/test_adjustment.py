"""银行存款余额调节表: both balances come to the same once what only one side has seen is added.

# covers: F4
"""

import datetime as dt

import pytest

from tests.reconciliation.scene import LATER, TODAY, TOMORROW, Scene, come_in, line, make_scene
from tests.staging import staged
from upkeep.banking.custody_books import charge_fee, credit_interest
from upkeep.reconciliation.adjustment import Adjustment, adjustment
from upkeep.reconciliation.queries import missing_days

pytestmark = pytest.mark.django_db
scene = staged(make_scene)


def table(scene: Scene, *, day: dt.date = TODAY) -> Adjustment:
    found = adjustment(scene.custody, day=day)
    assert found is not None
    return found


class TestTheAdjustment:
    def test_is_even_with_items_of_all_four_kinds(self, scene: Scene) -> None:
        first, second = scene.slips[0].total_fen, scene.slips[1].total_fen
        charge_fee(custody_id=scene.custody.pk, fen=30, serial="F9", booked_on=TODAY, at=LATER)
        come_in(scene, [line("P1", first), line("I1", 880), line("Z1", -45)])

        found = table(scene)

        assert (found.bank_fen, found.book_fen) == (first + 835, first + second - 30)
        assert [one.serial for one in found.we_received] == ["P2"]
        assert [one.serial for one in found.we_paid] == ["F9"]
        assert [one.serial for one in found.bank_received] == ["I1"]
        assert [one.serial for one in found.bank_paid] == ["Z1"]
        assert found.bank_adjusted_fen == found.book_adjusted_fen == first + second - 30 + 835
        assert found.is_even

    def test_of_a_past_day_shows_what_was_open_then(self, scene: Scene) -> None:
        first, second = scene.slips[0].total_fen, scene.slips[1].total_fen
        come_in(scene, [line("P1", first)])
        come_in(scene, [line("P2", second, at=LATER)], day=TOMORROW, opening_fen=first)

        assert [one.serial for one in table(scene).we_received] == ["P2"]
        assert not table(scene, day=TOMORROW).we_received
        assert table(scene).is_even and table(scene, day=TOMORROW).is_even

    def test_names_what_differed_before_the_first_statement(self, scene: Scene) -> None:
        first = scene.slips[0].total_fen
        come_in(scene, [line("P1", first)], opening_fen=777)

        found = table(scene)
        assert (found.before_fen, found.difference_fen, found.is_even) == (-777, -777, False)

    def test_is_none_without_a_statement(self, scene: Scene) -> None:
        assert adjustment(scene.custody, day=TODAY) is None

    def test_stays_even_when_something_is_booked_late(self, scene: Scene) -> None:
        come_in(scene, [line("P1", scene.slips[0].total_fen), line("I1", 880)])
        credit_interest(custody_id=scene.custody.pk, fen=880, serial="I1", booked_on=TODAY, at=LATER)
        come_in(scene, [], day=TOMORROW, opening_fen=scene.slips[0].total_fen + 880)

        assert table(scene).is_even
        assert not table(scene).bank_received


class TestADayWithoutAStatement:
    def test_is_missing_unless_the_balance_shows_that_nothing_moved(self, scene: Scene) -> None:
        after = TODAY + dt.timedelta(days=3)
        come_in(scene, [line("A1", 500)], at=LATER + dt.timedelta(days=9))
        come_in(scene, [], day=after, opening_fen=500, at=LATER + dt.timedelta(days=9))
        assert missing_days(scene.custody.pk, until=after) == []

        later = after + dt.timedelta(days=2)
        come_in(scene, [], day=later, opening_fen=600, at=LATER + dt.timedelta(days=9))
        assert missing_days(scene.custody.pk, until=later + dt.timedelta(days=1)) == [
            after + dt.timedelta(days=1),
            later + dt.timedelta(days=1),
        ]

    def test_before_the_first_statement_is_not_missing(self, scene: Scene) -> None:
        assert missing_days(scene.custody.pk, until=TOMORROW) == []

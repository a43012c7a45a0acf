"""结账检查 of interest and investments: what waits to be booked within the month forbids its close.

# covers: F5 F6 F7
"""

import pytest

from tests.banking.town import Town
from tests.earnings import scene as earning
from tests.earnings import test_investments as investing
from tests.staging import staged
from upkeep.banking.custody_books import books_of
from upkeep.closing.checks import answers_of
from upkeep.closing.periods import Period
from upkeep.earnings import investments, runs

pytestmark = pytest.mark.django_db


def make_scene() -> Town:
    """A year's deposits, a rate in force, and what the bank has credited."""
    town = earning.make_scene()
    first = earning.houses_of(town.area)
    earning.put_in(town, {first[0]: 6_000_000}, earning.FIRST)
    earning.earn(town, 100_000)
    return town


scene = staged(make_scene)


def forbidding(town: Town, year: int, month: int) -> set[str]:
    """The codes of the checks that forbid closing the month."""
    found = answers_of(
        jurisdiction_id=town.city.pk,
        period=Period(year, month),
        book_ids=books_of(town.city.pk),
        at=earning.LATER,
    )
    return {one.code for one in found if one.forbids}


class TestARunOfInterest:
    def test_forbids_the_close_of_its_month_until_it_is_booked(self, scene: Town) -> None:
        assert "interest" not in forbidding(scene, 2026, 6)
        run = earning.computed(scene)
        assert "interest" in forbidding(scene, 2026, 6)
        assert "interest" not in forbidding(scene, 2026, 5)

        runs.approve(run.pk, by=scene.people["approver"], at=earning.LATER)
        assert "interest" in forbidding(scene, 2026, 6)
        earning.work()
        assert "interest" not in forbidding(scene, 2026, 6)


class TestAnInvestment:
    def test_forbids_the_close_of_its_month_until_another_has_decided(self, scene: Town) -> None:
        placed = investing.PLACED
        one = investing.ask(scene)
        assert "investments" in forbidding(scene, placed.year, placed.month)

        investments.approve(one.pk, by=scene.people["approver"], at=earning.LATER)
        assert "investments" not in forbidding(scene, placed.year, placed.month)

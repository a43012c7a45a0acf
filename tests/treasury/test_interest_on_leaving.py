"""A house that is cancelled, or split, takes its interest to the day with it.

# covers: F5
"""

import datetime as dt

import pytest

from tests.banking.town import AT as ENTERED
from tests.staging import staged
from tests.treasury.scene import Scene, make_scene, row
from upkeep.books.audit import audit
from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.earnings import rates
from upkeep.estate.division import divisions_of
from upkeep.treasury import dividing, payouts
from upkeep.treasury.models import Payout

AT = dt.datetime(2026, 12, 20, 2, 0, tzinfo=dt.UTC)  # thirty days after the deposits


def earning_scene() -> Scene:
    """The demand rate is 0.36 %, a hundred-thousandth a day."""
    scene = make_scene()
    people = scene.town.people
    sheet = rates.propose_sheet(
        jurisdiction_id=scene.town.city.pk,
        bank_id=None,
        valid_from=dt.date(2020, 1, 1),
        rates={"DEMAND": 3_600},
        basis="利率公告",
        by=people["accountant"],
        at=ENTERED,
    )
    rates.confirm_sheet(sheet.pk, by=people["approver"], at=ENTERED)
    return scene


scene = staged(earning_scene)
pytestmark = pytest.mark.django_db


class TestAHouseThatIsCancelled:
    def test_has_its_interest_paid_back_with_its_balance(self, scene: Scene) -> None:
        case = engine.start(register["house_cancellation"], by=scene.developer, at=AT)
        payouts.cancel(case, [scene["101"].pk], source="case:c", by=scene.developer, at=AT)
        assert [one.amount_fen for one in Payout.objects.all()] == [802_080 + 241]  # thirty days: 240.62
        assert audit() == []


class TestAHouseThatIsSplit:
    def test_gives_its_interest_to_the_new_ones(self, scene: Scene) -> None:
        old = scene["G3"]
        (division,) = divisions_of([old], list(enumerate([row(old, "N1", 33_33), row(old, "N2", 33_34)], start=2)))
        case = engine.start(register["house_split_merge"], by=scene.developer, at=AT)
        dividing.divide(case, [division], source="case:m", by=scene.developer, at=AT)
        live = scene.live()
        assert scene.balance(live["N1"]) + scene.balance(live["N2"]) == 70_000 + 21
        assert audit() == []

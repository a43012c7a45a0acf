"""销户结息: what a house has earned when it leaves within a period.

# covers: F5
"""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests.banking.town import Town
from tests.earnings.scene import (
    LATER,
    balance,
    booked,
    computed,
    custody,
    earn,
    follow,
    houses_of,
    make_scene,
    put_in,
    put_in_force,
    shares,
)
from tests.staging import staged
from upkeep.books import postings, sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.earnings import runs
from upkeep.earnings.leaving import settle_leaving
from upkeep.earnings.models import LeavingInterest
from upkeep.estate.models import House
from upkeep.policy.interest_rule import InterestRule

LEFT = dt.datetime(2025, 12, 27, 2, 0, tzinfo=dt.UTC)  # 545 days after the settlement before the last
town = staged(make_scene)
pytestmark = pytest.mark.django_db


def leave(town: Town, house: House, *, at: dt.datetime = LEFT) -> int:
    """As a cancelled house leaves: interest first, then everything goes."""
    fen = settle_leaving(area_id=house.area_id, house_ids=[house.pk], source="case:1:cancelled", at=at)
    postings.balance_returned(
        area_id=house.area_id,
        custody_id=custody(town),
        fund_kind=FundKind.COMMODITY,
        amounts={house.pk: balance(house)},
        source="case:1:cancelled",
        booked_on=at.date(),
    )
    sub_accounts.close_for(house.area_id, [house.pk], on=at.date())
    return fen


class TestAHouseThatLeaves:
    def test_is_given_the_demand_rate_to_the_day(self, town: Town) -> None:
        put_in_force(town, {"DEMAND": 500})
        house = houses_of(town.area)[0]
        put_in(town, {house: 7_200_000}, dt.date(2024, 1, 1))
        before = balance(house)
        fen = settle_leaving(area_id=town.area.pk, house_ids=[house.pk], source="case:1:cancelled", at=LEFT)
        assert fen == 5_450  # 72,000.00 for 545 days at 0.05 % on 360
        assert balance(house) == before + 5_450
        kept = LeavingInterest.objects.get()
        assert (kept.first, kept.settled_on, int(kept.product)) == (
            dt.date(2024, 6, 30),
            dt.date(2025, 12, 27),
            7_200_000 * 545,
        )
        assert audit() == []

    def test_takes_no_part_in_the_next_settlement(self, town: Town) -> None:
        put_in_force(town, {"DEMAND": 500})
        leaver, stayer = houses_of(town.area)[:2]
        put_in(town, {leaver: 7_200_000, stayer: 7_200_000}, dt.date(2024, 1, 1))
        assert leave(town, leaver) == 5_450
        earn(town, 10_000)
        run = computed(town)
        assert shares(run) == {stayer.pk: 10_000 - 5_450}
        assert (run.withheld_fen, run.total_fen) == (0, 4_550)

    def test_after_the_settlement_day_but_before_its_run_takes_no_part_either(self, town: Town) -> None:
        put_in_force(town, {"DEMAND": 500})
        leaver, stayer = houses_of(town.area)[:2]
        put_in(town, {leaver: 7_200_000, stayer: 7_200_000}, dt.date(2024, 1, 1))
        assert leave(town, leaver, at=LATER) == 3_670  # 367 days to the second of July
        earn(town, 10_000)
        assert shares(computed(town)) == {stayer.pk: 10_000}

    def test_is_given_nothing_where_no_rate_was_confirmed_and_its_share_stays(self, town: Town) -> None:
        leaver, stayer = houses_of(town.area)[:2]
        put_in(town, {leaver: 7_200_000, stayer: 7_200_000}, dt.date(2024, 1, 1))
        assert leave(town, leaver) == 0
        earn(town, 10_000)
        run = computed(town)
        assert run.withheld_fen == shares(run)[leaver.pk] > 0

    def test_is_given_nothing_where_the_city_does_not_pay_leavers(self, town: Town) -> None:
        put_in_force(town, {"DEMAND": 500})
        follow(town, InterestRule(pays_leavers=False))
        house = houses_of(town.area)[0]
        put_in(town, {house: 7_200_000}, dt.date(2024, 1, 1))
        assert leave(town, house) == 0

    def test_waits_while_its_area_is_being_settled(self, town: Town) -> None:
        put_in_force(town, {"DEMAND": 500})
        house = houses_of(town.area)[0]
        put_in(town, {house: 7_200_000}, dt.date(2024, 1, 1))
        earn(town, 10_000)
        run = computed(town)
        runs.approve(run.pk, by=town.people["approver"], at=LATER)
        with pytest.raises(runs.NotNow, match="正在结息入账"):
            settle_leaving(area_id=town.area.pk, house_ids=[house.pk], source="case:1", at=LATER)

    def test_counts_from_the_settlement_that_was_booked_last(self, town: Town) -> None:
        put_in_force(town, {"DEMAND": 500})
        house = houses_of(town.area)[0]
        put_in(town, {house: 7_200_000}, dt.date(2024, 1, 1))
        earn(town, 72_000_000)
        booked(town)
        at = dt.datetime(2026, 12, 27, 2, 0, tzinfo=dt.UTC)
        expected = round(balance(house) * 180 * 0.0005 / 360)
        assert settle_leaving(area_id=town.area.pk, house_ids=[house.pk], source="case:1", at=at) == expected

    def test_is_settled_once(self, town: Town) -> None:
        put_in_force(town, {"DEMAND": 500})
        house = houses_of(town.area)[0]
        put_in(town, {house: 7_200_000}, dt.date(2024, 1, 1))
        settle_leaving(area_id=town.area.pk, house_ids=[house.pk], source="case:1", at=LEFT)
        with pytest.raises(IntegrityError), transaction.atomic():
            settle_leaving(area_id=town.area.pk, house_ids=[house.pk], source="case:2", at=LEFT)

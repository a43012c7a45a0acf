"""What SQL computes for a million is what `arithmetic` computes for one.

# covers: F5
"""

import datetime as dt
import random

import pytest

from tests.banking.town import Town
from tests.earnings.scene import (
    FIRST,
    SETTLED,
    balance,
    computed,
    custody,
    earn,
    follow,
    houses_of,
    make_scene,
    put_in,
    put_in_force,
    second_area,
    shares,
)
from tests.staging import staged
from upkeep.books import moving, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.earnings.arithmetic import agreed_interest, pool_shares, stay_of
from upkeep.earnings.models import InterestLine
from upkeep.earnings.terms import thawed
from upkeep.estate.models import House
from upkeep.policy.interest_rule import InterestRule

town = staged(make_scene)
pytestmark = pytest.mark.django_db
History = dict[dt.date, int]


def lived(town: Town, *, seed: int) -> dict[int, History]:
    """Random years of every commodity house: what it paid in and out by day."""
    chance = random.Random(seed)
    found: dict[int, History] = {}
    for house in House.objects.filter(nature="COMMODITY").order_by("pk"):
        history: History = {}
        standing = 0
        for after in sorted(chance.sample(range(1_700), 9)):
            fen = max(chance.randint(-400_000, 900_000), -standing)
            if fen:
                day = dt.date(2022, 1, 1) + dt.timedelta(days=after)
                put_in(town, {house: fen}, day)
                history[day] = fen
                standing += fen
        found[house.pk] = history
    return found


RULES = [
    InterestRule(mode="AGREED"),
    InterestRule(mode="AGREED", day_basis="365", tier_by="AGE", term="M6"),
    InterestRule(mode="AGREED", long_years=3, long_term="Y3"),
]


class TestTheStatement:
    @pytest.mark.parametrize("rule", RULES)
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_gives_what_the_formula_gives(self, town: Town, rule: InterestRule, seed: int) -> None:
        follow(town, rule)
        put_in_force(town, {"DEMAND": 3_500, "M6": 8_000, "Y1": 12_500, "Y3": 27_525})
        put_in_force(town, {"DEMAND": 500, "Y1": 9_500}, since=dt.date(2025, 11, 3))
        histories = lived(town, seed=seed)

        run = computed(town)

        _, terms = thawed(run.rule)
        asked = terms[custody(town)]
        found = shares(run)
        stays = {house_id: stay_of(history, asked) for house_id, history in histories.items()}
        assert found == {house_id: agreed_interest(stay, asked) for house_id, stay in stays.items() if stay.product}
        for line in InterestLine.objects.filter(run=run):
            stay = stays[line.sub_account_id]
            assert (int(line.product), line.stood_fen, line.long_fen) == (
                stay.product,
                stay.stood_fen,
                stay.long_fen if rule.long_years else stay.stood_fen,
            )

    @pytest.mark.parametrize("seed", [4, 5, 6])
    def test_shares_a_pool_as_the_formula_does(self, town: Town, seed: int) -> None:
        histories = lived(town, seed=seed)
        earn(town, 77_777)

        run = computed(town)

        asked = thawed(run.rule)[1][custody(town)]
        products = {house_id: stay_of(history, asked).product for house_id, history in histories.items()}
        assert shares(run) == pool_shares(77_777, {key: one for key, one in products.items() if one})


class TestAHouseThatMovedToAnotherArea:
    def test_is_one_account_from_first_to_last(self, town: Town) -> None:
        mover, stayer = houses_of(town.area)[0], houses_of(town.area)[1]
        put_in(town, {mover: 500_000, stayer: 500_000}, dt.date(2024, 1, 1))
        follow(town, InterestRule(mode="AGREED"))
        put_in_force(town, {"DEMAND": 500, "Y1": 9_500})
        moving.houses_moved(
            from_area_id=town.area.pk,
            to_area_id=second_area().pk,
            house_ids=[mover.pk],
            fund_kinds={custody(town): FundKind.COMMODITY},
            source="test:moved",
            booked_on=dt.date(2026, 1, 5),
        )

        run = computed(town)

        line = InterestLine.objects.get(run=run, sub_account_id=mover.pk)
        assert (line.area_id, line.is_open, int(line.product)) == (second_area().pk, True, 500_000 * 365)
        assert shares(run)[mover.pk] == shares(run)[stayer.pk]


class TestAnAreaOfTwoFunds:
    def test_shares_each_custody_account_among_its_own_houses(self, town: Town) -> None:
        commodity, public = houses_of(town.area)[0], houses_of(town.area)[3]
        put_in(town, {commodity: 500_000}, dt.date(2024, 1, 1))
        put_in(town, {public: 100_000}, dt.date(2024, 1, 1), kind=FundKind.PUBLIC)
        earn(town, 300)
        earn(town, 200, kind=FundKind.PUBLIC)
        run = computed(town)
        assert shares(run) == {commodity.pk: 300, public.pk: 200}
        assert {pool.custody.fund_kind: pool.total_fen for pool in run.pools.all()} == {
            "COMMODITY": 300,
            "PUBLIC": 200,
        }


class TestMoneyThatCameAndWent:
    def test_counts_from_its_day_to_the_day_it_left(self, town: Town) -> None:
        house, other = houses_of(town.area)[:2]
        put_in(town, {house: 1_000, other: 1_000}, dt.date(2026, 1, 1))
        put_in(town, {house: -1_000}, dt.date(2026, 1, 11))
        earn(town, 100)
        run = computed(town)
        line = InterestLine.objects.get(run=run, sub_account_id=house.pk)
        assert (int(line.product), line.balance_fen, balance(house)) == (10_000, 0, 0)
        assert sub_accounts.balances([other.pk])[other.pk].balance_fen == 1_000

    def test_on_the_settlement_day_counts_in_the_next_period(self, town: Town) -> None:
        house, other = houses_of(town.area)[:2]
        put_in(town, {house: 1_000}, SETTLED)
        put_in(town, {other: 1_000}, FIRST)
        earn(town, 100)
        assert shares(computed(town)) == {other.pk: 100}

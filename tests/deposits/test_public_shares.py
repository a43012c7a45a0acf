"""How public housing shares a cost with its selling unit: by hand, by the decree, and for any numbers."""

# covers: D7

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.deposits.public_shares import Borne, PublicHouse, by_sub_account, divide_cost, unit_parts

MONEY = st.integers(0, 10**11)


def house(account: int = 900, *, owner: int = 40, unit: int = 60) -> PublicHouse:
    return PublicHouse(account_id=account, owner_deposit_fen=owner, unit_deposit_fen=unit)


class TestACost:
    def test_is_divided_first_by_area_and_then_between_owners_and_unit_by_what_they_paid_in(self) -> None:
        areas = {1: 60_000, 2: 60_000, 3: 40_000, 4: 40_000}
        public = {3: house(owner=30_00, unit=45_00), 4: house(owner=10_00, unit=15_00)}
        found = divide_cost(3_000_000, areas, public)
        assert found[1].share_fen + found[2].share_fen == 1_800_000
        assert found[3].owner_fen + found[4].owner_fen == 480_000
        assert found[3].unit_fen + found[4].unit_fen == 720_000
        assert found[3] == found[4] == Borne(owner_fen=240_000, unit_fen=360_000)

    def test_is_the_owners_alone_where_the_unit_has_paid_in_nothing(self) -> None:
        assert unit_parts({1: 500, 2: 500}, {1: house(unit=0), 2: house(owner=0, unit=0)}) == {1: 0, 2: 0}

    def test_is_the_units_alone_where_the_owners_have_paid_in_nothing(self) -> None:
        assert unit_parts({1: 500, 2: 7}, {1: house(owner=0)}) == {1: 500, 2: 0}

    def test_leaves_an_exact_half_fen_with_the_owners(self) -> None:
        assert unit_parts({1: 1}, {1: house(owner=50, unit=50)}) == {1: 0}

    def test_is_divided_within_each_account_by_its_own_proportion(self) -> None:
        public = {1: house(901, owner=1, unit=1), 2: house(902, owner=1, unit=3)}
        assert unit_parts({1: 100, 2: 100}, public) == {1: 50, 2: 75}

    def test_takes_no_more_from_a_house_than_its_share(self) -> None:
        assert unit_parts({1: 0, 2: 1}, {1: house(owner=0), 2: house(owner=0)}) == {1: 0, 2: 1}

    @given(
        shares=st.dictionaries(st.integers(1, 40), MONEY, min_size=1),
        deposits=st.lists(st.tuples(st.integers(900, 903), MONEY, MONEY), min_size=40, max_size=40),
        shuffling=st.randoms(use_true_random=False),
    )
    def test_is_exact_and_the_order_of_the_rows_makes_no_difference(
        self, shares: dict[int, int], deposits: list[tuple[int, int, int]], shuffling: random.Random
    ) -> None:
        public = {
            pk: PublicHouse(account_id=account, owner_deposit_fen=owner, unit_deposit_fen=unit)
            for pk, (account, owner, unit) in enumerate(deposits)
            if pk % 3
        }
        parts = unit_parts(shares, public)
        rows = list(shares.items())
        shuffling.shuffle(rows)
        assert unit_parts(dict(rows), dict(reversed(public.items()))) == parts
        assert all(0 <= parts[pk] <= share for pk, share in shares.items())
        assert all(parts[pk] == 0 for pk in shares.keys() - public.keys())
        for account in {one.account_id for one in public.values()}:
            mine = [pk for pk in shares if pk in public and public[pk].account_id == account]
            whole, unit = sum(shares[pk] for pk in mine), sum(public[pk].unit_deposit_fen for pk in mine)
            paid = unit + sum(public[pk].owner_deposit_fen for pk in mine)
            assert abs(sum(parts[pk] for pk in mine) * max(paid, 1) - whole * unit) <= max(paid, 1)
        behind = {pk: one.account_id for pk, one in public.items()}
        assert sum(by_sub_account(shares, parts, behind).values()) == sum(shares.values())

    @given(total=MONEY, areas=st.dictionaries(st.integers(1, 20), st.integers(1, 10**6), min_size=1))
    def test_adds_up_over_owners_and_units(self, total: int, areas: dict[int, int]) -> None:
        found = divide_cost(total, areas, {pk: house(owner=pk, unit=7) for pk in areas if pk % 2})
        assert sum(one.share_fen for one in found.values()) == total


class TestSubAccounts:
    def test_bear_the_houses_own_parts_and_the_units_together(self) -> None:
        assert by_sub_account({1: 100, 2: 100, 3: 50}, {1: 60, 2: 100}, {1: 900, 2: 900}) == {1: 40, 900: 160, 3: 50}

    def test_are_refused_where_nobody_stands_behind_a_units_part(self) -> None:
        with pytest.raises(KeyError):
            by_sub_account({1: 100}, {1: 60}, {})

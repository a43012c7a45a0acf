"""Interest in integers: the cities' worked figures, and properties of every history."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.earnings.arithmetic import (
    Segment,
    Stay,
    Terms,
    agreed_interest,
    demand_interest,
    pool_shares,
    stay_of,
    weight,
    year_before,
)

FIRST, END = dt.date(2025, 6, 30), dt.date(2026, 6, 30)


def terms(
    *,
    first: dt.date = FIRST,
    end: dt.date = END,
    demand: int = 500,
    term: int = 9_500,
    long_term: int = 9_500,
    basis: int = 360,
) -> Terms:
    """A year to 30 June; rates in millionths."""
    return Terms(
        first=first,
        settled_on=end,
        basis=basis,
        demand=[Segment(first=first, last=end, rate=demand)],
        term=[Segment(first=first, last=end, rate=term)],
        long_term=[Segment(first=first, last=end, rate=long_term)],
        stood_since=first,
        long_since=year_before(end, 3),
    )


def interest(movements: dict[dt.date, int], asked: Terms | None = None) -> int:
    asked = asked or terms()
    return agreed_interest(stay_of(movements, asked), asked)


class TestAgreedInterest:
    def test_of_a_deposit_of_the_year_is_the_demand_rate_by_days(self) -> None:
        """8,900.00 from 10 September to 30 June: 293 days at 0.05 % on 360 come to 3.62."""
        assert (END - dt.date(2025, 9, 10)).days == 293
        assert interest({dt.date(2025, 9, 10): 890_000}) == 362

    def test_of_a_balance_carried_over_is_exactly_a_years_interest(self) -> None:
        """12,000.00 for a full year at 0.95 % come to 114.00, not to the 115.58 of 365 days on 360."""
        assert interest({dt.date(2024, 1, 5): 1_200_000}) == 11_400

    def test_of_a_leap_year_is_a_years_interest_too(self) -> None:
        asked = terms(first=dt.date(2023, 6, 30), end=dt.date(2024, 6, 30))
        assert interest({dt.date(2022, 1, 1): 1_200_000}, asked) == 11_400

    @pytest.mark.parametrize(("basis", "expected"), [(360, 362), (365, 357)])
    def test_follows_the_citys_days_of_the_year(self, basis: int, expected: int) -> None:
        assert interest({dt.date(2025, 9, 10): 890_000}, terms(basis=basis)) == expected

    def test_takes_what_was_paid_out_from_the_youngest_money(self) -> None:
        """10,000.00 carried over; 3,000.00 come, then 4,000.00 go: 9,000.00 stood through, the rest bears demand interest."""
        movements = {
            dt.date(2024, 3, 1): 1_000_000,
            dt.date(2025, 8, 1): 300_000,
            dt.date(2025, 12, 1): -400_000,
        }
        days_of_all = (dt.date(2025, 12, 1) - FIRST).days
        days_of_new = (dt.date(2025, 12, 1) - dt.date(2025, 8, 1)).days
        expected = 900_000 * 0.0095 + (100_000 * days_of_all + 300_000 * days_of_new) * 0.0005 / 360
        assert interest(movements) == round(expected)

    def test_counts_a_deposit_of_the_settlement_day_as_carried_over(self) -> None:
        assert interest({FIRST: 1_200_000}) == 11_400
        assert interest({END: 1_200_000}) == 0

    def test_is_split_where_the_rate_changes(self) -> None:
        asked = terms()
        change = dt.date(2026, 1, 1)
        asked = dataclasses.replace(
            asked,
            demand=[Segment(first=FIRST, last=change, rate=1_000), Segment(first=change, last=END, rate=500)],
        )
        came = dt.date(2025, 12, 2)
        expected = (3_600_000 * 30 * 1_000 + 3_600_000 * 180 * 500) / 360 / 1_000_000
        assert interest({came: 3_600_000}, asked) == round(expected) == 1_200

    def test_gives_what_stood_longer_its_own_rate(self) -> None:
        asked = terms(long_term=27_500)
        assert interest({dt.date(2020, 1, 1): 1_000_000, dt.date(2024, 1, 1): 200_000}, asked) == 27_500 + 1_900

    def test_rounds_halves_up_once(self) -> None:
        asked = terms(demand=0, term=5_000)
        assert interest({dt.date(2024, 1, 1): 100}, asked) == 1  # 0.5 fen
        assert interest({dt.date(2024, 1, 1): 99}, asked) == 0

    def test_of_nothing_is_nothing(self) -> None:
        assert interest({}) == 0


class TestInterestOnLeaving:
    def test_is_the_demand_rate_to_the_day_even_for_money_carried_over(self) -> None:
        leaving = dt.date(2025, 12, 27)
        asked = terms(end=leaving)
        assert (leaving - FIRST).days == 180
        assert demand_interest({dt.date(2020, 1, 1): 7_200_000}, asked) == 1_800


class TestPool:
    def test_is_divided_to_the_last_fen_by_day_products(self) -> None:
        assert pool_shares(10_000, {1: 1, 2: 1, 3: 1}) == {1: 3_334, 2: 3_333, 3: 3_333}

    @given(
        total=st.integers(0, 10**12),
        products=st.dictionaries(st.integers(1, 10**9), st.integers(0, 10**14), min_size=1, max_size=40),
    )
    def test_gives_everything_and_to_nobody_more_than_a_fen_too_much(
        self, total: int, products: dict[int, int]
    ) -> None:
        if not (whole := sum(products.values())):
            return
        shares = pool_shares(total, products)
        assert sum(shares.values()) == total
        assert all(abs(fen * whole - total * products[key]) < whole for key, fen in shares.items())


def histories() -> st.SearchStrategy[dict[dt.date, int]]:
    """Movements over four years whose balance is never below zero."""

    def kept(moves: list[tuple[int, int]]) -> dict[dt.date, int]:
        found: dict[dt.date, int] = {}
        balance = 0
        for after, fen in sorted(moves):
            fen = max(fen, -balance)
            day = dt.date(2022, 7, 1) + dt.timedelta(days=after)
            found[day] = found.get(day, 0) + fen
            balance += fen
        return found

    moves = st.lists(st.tuples(st.integers(0, 1_500), st.integers(-(10**8), 10**9)), max_size=12)
    return moves.map(kept)


class TestEveryHistory:
    @given(movements=histories())
    def test_has_the_product_of_its_balances_at_the_end_of_each_day(self, movements: dict[dt.date, int]) -> None:
        asked = terms()
        day, product, weighted = FIRST, 0, 0
        while day < END:
            balance = sum(fen for booked, fen in movements.items() if booked <= day)
            product += balance
            weighted += balance * 500
            day += dt.timedelta(days=1)
        found = stay_of(movements, asked)
        assert (found.product, found.weighted) == (product, weighted)

    @given(movements=histories())
    def test_has_stood_what_no_payment_out_has_reached(self, movements: dict[dt.date, int]) -> None:
        """The same by hand: lots in a pile, the youngest leaves first."""
        pile: list[list[int]] = []
        for day, fen in sorted(movements.items()):
            if day >= END:
                break
            if fen >= 0:
                pile.append([day.toordinal(), fen])
            while fen < 0:
                taken = min(pile[-1][1], -fen)
                pile[-1][1] -= taken
                fen += taken
                if not pile[-1][1]:
                    pile.pop()
        found = stay_of(movements, terms())
        assert found.stood_fen == sum(fen for day, fen in pile if day <= FIRST.toordinal())
        assert found.long_fen == sum(fen for day, fen in pile if day <= dt.date(2023, 6, 30).toordinal())

    @given(movements=histories())
    def test_bears_no_less_than_demand_and_no_more_than_term_interest(self, movements: dict[dt.date, int]) -> None:
        asked = terms(basis=365)
        found = stay_of(movements, asked)
        least = agreed_interest(Stay(product=0, weighted=found.weighted, stood_fen=0, long_fen=0), asked)
        most = found.product * 9_500 / 1_000_000 / 365
        assert least <= agreed_interest(found, asked) <= most + 1


class TestWeight:
    def test_counts_the_first_day_and_not_the_last(self) -> None:
        one = [Segment(first=FIRST, last=END, rate=1)]
        assert weight(one, day=FIRST, until=END) == 365
        assert weight(one, day=END - dt.timedelta(days=1), until=END) == 1
        assert weight(one, day=END, until=END) == 0

    def test_knows_the_day_before_the_leap_day(self) -> None:
        assert year_before(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28)

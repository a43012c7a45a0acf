"""Allocation: exact to the fen, fair to within one, the same whatever the order of the rows."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.kernel.allocation import allocate
from upkeep.repairs.allocation import split_among_payees

totals = st.integers(min_value=0, max_value=10**12)
areas = st.dictionaries(st.integers(1, 10**9), st.integers(1, 10**6), min_size=1, max_size=60)


class TestAllocate:
    @pytest.mark.parametrize(
        ("total_fen", "areas_dm2", "shares_fen"),
        [
            (1_000_000, [8_912, 12_035, 7_560], [312_625, 422_177, 265_198]),
            (10_000, [100, 100, 100], [3_334, 3_333, 3_333]),
            (3_000_000, [120_000, 80_000], [1_800_000, 1_200_000]),
            (1, [5, 5], [1, 0]),
            (0, [5, 5], [0, 0]),
        ],
    )
    def test_gives_the_worked_examples(self, total_fen: int, areas_dm2: list[int], shares_fen: list[int]) -> None:
        assert list(allocate(total_fen, dict(enumerate(areas_dm2))).values()) == shares_fen

    @given(total=totals, weights=areas)
    def test_adds_up_exactly(self, total: int, weights: dict[int, int]) -> None:
        assert sum(allocate(total, weights).values()) == total

    @given(total=totals, weights=areas)
    def test_stays_within_one_fen_of_the_exact_share(self, total: int, weights: dict[int, int]) -> None:
        whole = sum(weights.values())
        for key, share in allocate(total, weights).items():
            assert abs(share * whole - total * weights[key]) < whole

    @given(total=totals, weights=areas, seed=st.integers())
    def test_does_not_depend_on_the_order_of_rows(self, total: int, weights: dict[int, int], seed: int) -> None:
        rows = list(weights.items())
        random.Random(seed).shuffle(rows)
        assert allocate(total, dict(rows)) == allocate(total, weights)

    @given(total=totals, weights=areas)
    def test_gives_the_larger_house_no_less(self, total: int, weights: dict[int, int]) -> None:
        shares = allocate(total, weights)
        ranked = sorted(weights, key=lambda key: weights[key])
        assert all(shares[a] <= shares[b] + (weights[a] == weights[b]) for a, b in pairwise(ranked))

    @pytest.mark.parametrize(("total", "weights"), [(-1, {1: 1}), (1, {1: 0}), (1, {1: 2, 2: -1})])
    def test_refuses_what_cannot_be_divided(self, total: int, weights: dict[int, int]) -> None:
        with pytest.raises(ValueError, match="not negative"):
            allocate(total, weights)

    def test_takes_a_small_multiple_of_sorting_for_100_000_houses(self) -> None:
        draw = random.Random(7)
        weights = {key: draw.randint(3_000, 30_000) for key in range(100_000)}
        pairs = [(draw.random(), key) for key in weights]

        def seconds_of(work: object) -> float:
            began = time.perf_counter()
            work()  # type: ignore[operator]
            return time.perf_counter() - began

        yardstick = min(seconds_of(lambda: sorted(pairs)) for _ in range(3))
        assert min(seconds_of(lambda: allocate(987_654_321, weights)) for _ in range(3)) < 12 * yardstick


class TestSplitAmongPayees:
    @given(total=st.integers(1, 10**9), weights=areas, cuts=st.lists(st.integers(0, 10**9), max_size=4))
    def test_keeps_both_margins_exactly(self, total: int, weights: dict[int, int], cuts: list[int]) -> None:
        shares = allocate(total, weights)
        bounds = sorted({0, total, *(cut % total for cut in cuts)})
        payees = {place: high - low for place, (low, high) in enumerate(pairwise(bounds))}

        divided = split_among_payees(shares, payees)

        assert {payee: sum(part.values()) for payee, part in divided.items()} == payees
        for house, share in shares.items():
            assert sum(part.get(house, 0) for part in divided.values()) == share
        assert all(fen > 0 for part in divided.values() for fen in part.values())

    def test_refuses_payees_that_do_not_add_up(self) -> None:
        with pytest.raises(ValueError, match="do not add up"):
            split_among_payees({1: 5}, {1: 4})

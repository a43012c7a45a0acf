"""结算 in pure integers: each facility divided anew, each house's payers, the plan that follows.

# covers: R9
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.repairs.settlement import (
    Bearer,
    Parts,
    Phase,
    TooMuchRequested,
    Work,
    final_parts,
    final_shares,
    follow,
)

LIFT = Work(budget_fen=1_000, settled_fen=1_000, by_area=True, shares={1: 500, 2: 500}, areas={1: 80, 2: 80})
ROOF = Work(budget_fen=900, settled_fen=600, by_area=False, shares={2: 600, 3: 300}, areas={2: 80, 3: 80})


class TestFinalShares:
    def test_merge_what_every_facility_came_to(self) -> None:
        assert final_shares([LIFT, ROOF]) == {1: 500, 2: 500 + 400, 3: 200}

    def test_of_own_amounts_keep_their_proportion_and_of_a_budget_follow_the_areas(self) -> None:
        by_area = Work(budget_fen=900, settled_fen=600, by_area=True, shares=ROOF.shares, areas=ROOF.areas)

        assert final_shares([by_area]) == {2: 300, 3: 300}

    def test_of_a_work_that_was_left_out_are_nothing(self) -> None:
        none = Work(budget_fen=900, settled_fen=0, by_area=True, shares=ROOF.shares, areas=ROOF.areas)

        assert final_shares([none]) == {2: 0, 3: 0}

    @given(
        shares=st.dictionaries(st.integers(1, 50), st.integers(1, 10**7), min_size=1),
        settled=st.integers(0, 10**9),
        by_area=st.booleans(),
    )
    def test_always_come_to_the_settlement(self, shares: dict[int, int], settled: int, by_area: bool) -> None:
        work = Work(budget_fen=sum(shares.values()), settled_fen=settled, by_area=by_area, shares=shares, areas=shares)

        assert sum(final_shares([work]).values()) == settled


class TestFinalParts:
    @pytest.mark.parametrize(
        ("agreed", "share", "most", "wanted"),
        [
            (Parts(fund_fen=100), 80, 0, Parts(fund_fen=80)),
            (Parts(fund_fen=100), 120, 200, Parts(fund_fen=120)),
            (Parts(fund_fen=100), 120, 110, Parts(fund_fen=110, outside_fen=10)),
            (Parts(fund_fen=60, outside_fen=40), 80, 90, Parts(fund_fen=60, outside_fen=20)),
            (Parts(fund_fen=60, outside_fen=40), 50, 90, Parts(fund_fen=50)),
            (Parts(fund_fen=60, unit_fen=30, outside_fen=10), 50, 90, Parts(fund_fen=35, unit_fen=15)),
            (Parts(fund_fen=100), 100, 0, Parts(fund_fen=100)),
        ],
    )
    def test_lower_the_cash_first_and_raise_what_the_fund_can_bear(
        self, agreed: Parts, share: int, most: int, wanted: Parts
    ) -> None:
        assert final_parts(share, Bearer(parts=agreed, most_fund_fen=most)) == wanted

    def test_of_an_unsold_house_are_its_developers(self) -> None:
        bearer = Bearer(parts=Parts(fund_fen=0, outside_fen=100), most_fund_fen=999, unsold=True)

        assert final_parts(130, bearer) == Parts(fund_fen=0, outside_fen=130)

    @given(
        fund=st.integers(0, 10**7),
        unit=st.integers(0, 10**7),
        outside=st.integers(0, 10**7),
        share=st.integers(0, 10**8),
        most=st.integers(0, 10**8),
    )
    def test_always_come_to_the_share(self, fund: int, unit: int, outside: int, share: int, most: int) -> None:
        agreed = Parts(fund_fen=fund, unit_fen=unit, outside_fen=outside)

        found = final_parts(share, Bearer(parts=agreed, most_fund_fen=most))
        assert found.share_fen == share and min(found.fund_fen, found.unit_fen, found.outside_fen) >= 0


class TestThePlan:
    PHASES = (
        Phase(id=1, limit_fen=30, requested_fen=30),
        Phase(id=2, limit_fen=40, requested_fen=5),
        Phase(id=3, limit_fen=30, requested_fen=0),
    )

    @pytest.mark.parametrize(
        ("limit", "limits"),
        [(100, [30, 40, 30]), (120, [30, 40, 50]), (80, [30, 40, 10]), (60, [30, 30, 0]), (35, [30, 5, 0])],
    )
    def test_follows_from_its_end(self, limit: int, limits: list[int]) -> None:
        assert [one.limit_fen for one in follow(self.PHASES, limit)] == limits

    def test_never_falls_below_what_was_requested(self) -> None:
        with pytest.raises(TooMuchRequested):
            follow(self.PHASES, 34)

"""Counting votes: the boundaries of each rule, by area and by heads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.policy.voting_rule import CC278_RAISE, CC278_USE, OLD_DOUBLE_2_3, Threshold, VotingRule
from upkeep.voting.counting import Choice, CountedHouse, Tally, comparisons, count, passes


def tally(*, total: int, joined: int, agreed: int) -> Tally:
    """The same numbers by area and by heads."""
    return Tally(
        total_dm2=total,
        total_people=total,
        joined_dm2=joined,
        joined_people=joined,
        agreed_dm2=agreed,
        agreed_people=agreed,
    )


class TestRule:
    @pytest.mark.parametrize(
        ("rule", "total", "joined", "agreed", "is_passed"),
        [
            (CC278_USE, 9, 6, 4, True),  # exactly two thirds take part, which is 以上
            (CC278_USE, 9, 5, 5, False),
            (CC278_USE, 9, 6, 3, False),  # exactly half of those is not 过半数
            (CC278_USE, 300_000_000, 200_000_000, 100_000_001, True),
            (CC278_USE, 300_000_000, 199_999_999, 199_999_999, False),
            (CC278_RAISE, 12, 8, 6, True),  # exactly three quarters
            (CC278_RAISE, 12, 8, 5, False),
            (OLD_DOUBLE_2_3, 9, 6, 6, True),
            (OLD_DOUBLE_2_3, 9, 9, 5, False),
            (OLD_DOUBLE_2_3, 300_000_000, 200_000_000, 199_999_999, False),
        ],
    )
    def test_decides_at_its_boundary(
        self, rule: VotingRule, total: int, joined: int, agreed: int, is_passed: bool
    ) -> None:
        assert passes(rule, tally(total=total, joined=joined, agreed=agreed)) is is_passed

    @pytest.mark.parametrize("field", ["agreed_dm2", "agreed_people", "joined_dm2", "joined_people"])
    def test_asks_both_area_and_heads(self, field: str) -> None:
        good = {name: 6 if name.startswith(("joined", "agreed")) else 9 for name in Tally.__dataclass_fields__}
        assert passes(CC278_USE, Tally(**good))
        assert not passes(CC278_USE, Tally(**good | {field: 0}))

    def test_passes_nothing_when_nobody_is_asked(self) -> None:
        assert not passes(OLD_DOUBLE_2_3, Tally())

    def test_names_only_the_comparisons_it_makes(self) -> None:
        assert len(comparisons(CC278_USE, tally(total=9, joined=6, agreed=4))) == 4
        assert len(comparisons(OLD_DOUBLE_2_3, tally(total=9, joined=6, agreed=4))) == 2

    @given(
        numerator=st.integers(0, 10),
        denominator=st.integers(1, 10),
        part=st.integers(0, 10**15),
        whole=st.integers(1, 10**15),
    )
    def test_compares_without_rounding(self, numerator: int, denominator: int, part: int, whole: int) -> None:
        if numerator > denominator:
            return
        at_least = Threshold(numerator, denominator, inclusive=True).is_reached(part, whole)
        above = Threshold(numerator, denominator, inclusive=False).is_reached(part, whole)
        assert at_least - above == (part * denominator == whole * numerator)

    def test_refuses_a_fraction_above_one(self) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            Threshold(3, 2, inclusive=True)


class TestCount:
    def test_counts_several_houses_of_one_owner_as_one_head(self) -> None:
        found = count(
            [CountedHouse(100, "a", Choice.AGREE), CountedHouse(50, "a", Choice.AGREE), CountedHouse(30, "b")]
        )

        assert (found.total_people, found.joined_people, found.agreed_people) == (2, 1, 1)
        assert (found.total_dm2, found.joined_dm2, found.agreed_dm2) == (180, 150, 150)

    def test_gives_an_owner_of_two_minds_no_side(self) -> None:
        found = count([CountedHouse(100, "a", Choice.AGREE), CountedHouse(50, "a", Choice.AGAINST)])

        assert (found.joined_people, found.agreed_people, found.against_people) == (1, 0, 0)
        assert (found.agreed_dm2, found.against_dm2) == (100, 50)

    def test_takes_an_abstention_as_taking_part_and_absence_as_nothing(self) -> None:
        found = count([CountedHouse(100, "a", Choice.ABSTAIN), CountedHouse(50, "b", Choice.ABSENT)])

        assert (found.joined_people, found.agreed_people, found.total_people) == (1, 0, 2)

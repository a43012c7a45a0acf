"""Counting votes: the boundaries of each rule, by area and by heads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.policy.voting_rule import CC278_RAISE, CC278_USE, OLD_DOUBLE_2_3, Threshold, VotingRule
from upkeep.voting.counting import Choice, CountedHouse, Said, Tally, comparisons, count, deciding, passes, weighed


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


HOUSES = st.lists(
    st.builds(
        CountedHouse,
        area_dm2=st.integers(1, 10**9),
        voter_key=st.sampled_from(["a", "b", "c", "d", "developer:1"]),
        choice=st.sampled_from([None, *Choice]),
    ),
    max_size=12,
)


class TestAnyCount:
    @given(houses=HOUSES, data=st.data())
    def test_is_the_same_in_any_order(self, houses: list[CountedHouse], data: st.DataObject) -> None:
        assert count(data.draw(st.permutations(houses))) == count(houses)

    @given(houses=HOUSES)
    def test_adds_up_in_integers(self, houses: list[CountedHouse]) -> None:
        found = count(houses)

        assert found.agreed_dm2 + found.against_dm2 + found.abstained_dm2 == found.joined_dm2 <= found.total_dm2
        assert found.agreed_people + found.against_people + found.abstained_people <= found.joined_people
        assert found.joined_people <= found.total_people == len({one.voter_key for one in houses})
        assert all(type(value) is int for value in vars(found).values())

    @given(houses=HOUSES, more=st.integers(1, 10**9))
    def test_never_loses_by_one_more_who_agrees(self, houses: list[CountedHouse], more: int) -> None:
        for rule in (CC278_USE, CC278_RAISE, OLD_DOUBLE_2_3):
            if passes(rule, count(houses)):
                assert passes(rule, count([*houses, CountedHouse(more, "new", Choice.AGREE)]))

    @pytest.mark.parametrize(
        ("rule", "top", "bottom"), [(OLD_DOUBLE_2_3, 2, 3), (CC278_RAISE, 3, 4), (CC278_USE, 1, 2)]
    )
    @given(size=st.integers(1, 10**12))
    def test_turns_at_the_fraction_itself_and_not_one_below(
        self, rule: VotingRule, top: int, bottom: int, size: int
    ) -> None:
        whole, exact = bottom * size, top * size
        reaches = exact if rule.agreed.inclusive else exact + 1

        assert passes(rule, tally(total=whole, joined=whole, agreed=reaches))
        assert not passes(rule, tally(total=whole, joined=whole, agreed=reaches - 1))


SAID = st.one_of(st.none(), st.builds(Said, st.sampled_from(Choice), st.integers(1, 9)))


class TestTheBallotThatCounts:
    @given(online=SAID, paper=SAID, online_first=st.booleans())
    def test_is_one_of_the_two_and_the_only_one_if_it_is(
        self, online: Said | None, paper: Said | None, online_first: bool
    ) -> None:
        found = deciding(online, paper, online_first=online_first)

        assert found in (online, paper)
        assert (found is None) is (online is None and paper is None)
        if online is not None and (online_first or paper is None or paper.choice is Choice.ABSENT):
            assert found == online


class TestSilence:
    def test_agrees_under_the_owners_own_rule_only(self) -> None:
        half = tally(total=9, joined=3, agreed=1)
        silent = CC278_USE.by("DEFAULT", agreement="第十二条")

        assert weighed(CC278_USE, half) == half
        assert (weighed(silent, half).joined_people, weighed(silent, half).agreed_people) == (9, 7)
        assert passes(silent, half) and not passes(CC278_USE, half)

    @pytest.mark.parametrize(("against", "is_passed"), [(2, True), (3, False), (4, False)])
    def test_lets_a_matter_pass_until_a_third_objects(self, against: int, is_passed: bool) -> None:
        asked = Tally(total_dm2=9, total_people=9, against_dm2=against, against_people=against)

        assert passes(CC278_USE.by("OBJECTION", agreement="第十三条"), asked) is is_passed

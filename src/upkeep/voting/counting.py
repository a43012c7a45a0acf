"""Counting a vote: areas and heads, compared in integers. Pure: no database, no clock."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from upkeep.policy.voting_rule import ONE_THIRD, VotingRule


class Choice(StrEnum):
    """表决意见. ABSENT takes back what was entered by mistake: the house did not take part."""

    AGREE = "AGREE"
    AGAINST = "AGAINST"
    ABSTAIN = "ABSTAIN"
    ABSENT = "ABSENT"


@dataclass(frozen=True)
class CountedHouse:
    """A house of the scope: its area, whose head it counts for, and what was voted for it (None: nothing yet)."""

    area_dm2: int
    voter_key: str
    choice: Choice | None = None


@dataclass(frozen=True)
class Tally:
    """应参与、已参与、同意: area in 0.01 m² and heads. Heads follow the owners: several houses of one are one head."""

    total_dm2: int = 0
    total_people: int = 0
    joined_dm2: int = 0
    joined_people: int = 0
    agreed_dm2: int = 0
    agreed_people: int = 0
    against_dm2: int = 0
    against_people: int = 0
    abstained_dm2: int = 0
    abstained_people: int = 0

    @property
    def missing_dm2(self) -> int:
        return self.total_dm2 - self.joined_dm2


def count(houses: Iterable[CountedHouse]) -> Tally:
    """The tally. One owner's houses that voted differently: each counts with its area, his head as taking part
    but neither as agreeing nor as against.
    """
    areas: dict[Choice | None, int] = defaultdict(int)
    opinions: dict[str, set[Choice]] = {}
    for house in houses:
        choice = None if house.choice is Choice.ABSENT else house.choice
        areas[choice] += house.area_dm2
        heard = opinions.setdefault(house.voter_key, set())
        if choice is not None:
            heard.add(choice)
    total_dm2 = sum(areas.values())
    return Tally(
        total_dm2=total_dm2,
        total_people=len(opinions),
        joined_dm2=total_dm2 - areas[None],
        joined_people=sum(1 for heard in opinions.values() if heard),
        agreed_dm2=areas[Choice.AGREE],
        agreed_people=sum(1 for heard in opinions.values() if heard == {Choice.AGREE}),
        against_dm2=areas[Choice.AGAINST],
        against_people=sum(1 for heard in opinions.values() if heard == {Choice.AGAINST}),
        abstained_dm2=areas[Choice.ABSTAIN],
        abstained_people=sum(1 for heard in opinions.values() if heard == {Choice.ABSTAIN}),
    )


@dataclass(frozen=True)
class Said:
    """What one channel says for a house last, and its place in the house's sequence of ballots."""

    choice: Choice
    revision: int


def deciding(online: Said | None, paper: Said | None, *, online_first: bool) -> Said | None:
    """The one ballot of a house that counts. Paper that was taken back (ABSENT) says nothing.

    `online_first`: what was said online counts whenever it exists; else the later of the two.
    """
    if paper is not None and paper.choice is Choice.ABSENT:
        return online or paper
    if online is None or paper is None:
        return online or paper
    return online if online_first or online.revision > paper.revision else paper


def weighed(rule: VotingRule, tally: Tally) -> Tally:
    """The tally that the rule compares: under 默认表决 those who kept silent agree."""
    if rule.method != "DEFAULT":
        return tally
    return replace(
        tally,
        agreed_dm2=tally.agreed_dm2 + tally.missing_dm2,
        agreed_people=tally.agreed_people + tally.total_people - tally.joined_people,
        joined_dm2=tally.total_dm2,
        joined_people=tally.total_people,
    )


@dataclass(frozen=True)
class Comparison:
    """One of the four comparisons, ready to be shown."""

    title: str
    part: int
    whole: int
    needed: str
    is_reached: bool
    is_area: bool


def comparisons(rule: VotingRule, tally: Tally) -> list[Comparison]:
    """The comparisons the rule asks for, in the order in which they are read out."""
    if rule.method == "OBJECTION":
        return _objections(tally)
    tally = weighed(rule, tally)
    whole_dm2, whole_people = tally.joined_dm2, tally.joined_people
    if rule.base == "SCOPE":
        whole_dm2, whole_people = tally.total_dm2, tally.total_people
    of = "参与表决" if rule.base == "JOINED" else "全体"
    rows = [
        ("参与表决面积", tally.joined_dm2, tally.total_dm2, rule.joined, True),
        ("参与表决人数", tally.joined_people, tally.total_people, rule.joined, False),
        (f"同意面积占{of}面积", tally.agreed_dm2, whole_dm2, rule.agreed, True),
        (f"同意人数占{of}人数", tally.agreed_people, whole_people, rule.agreed, False),
    ]
    return [
        Comparison(title, part, whole, needed.words, needed.is_reached(part, whole), is_area)
        for title, part, whole, needed, is_area in rows
        if needed.numerator
    ]


def _objections(tally: Tally) -> list[Comparison]:
    """异议表决: neither the area nor the heads against may reach a third of all."""
    rows = (
        ("反对面积占全体面积", tally.against_dm2, tally.total_dm2, True),
        ("反对人数占全体人数", tally.against_people, tally.total_people, False),
    )
    return [
        Comparison(title, part, whole, "不足 1/3", whole > 0 and not ONE_THIRD.is_reached(part, whole), is_area)
        for title, part, whole, is_area in rows
    ]


def passes(rule: VotingRule, tally: Tally) -> bool:
    """Whether the rule is met, by area and by heads."""
    return all(one.is_reached for one in comparisons(rule, tally))

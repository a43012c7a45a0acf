"""Reading votes: what counts for each house, the tally so far, who takes part where, the list to enter from."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import QuerySet

from upkeep.estate.models import Building
from upkeep.kernel.secrecy import unseal
from upkeep.policy.voting_rule import rule_from_json
from upkeep.voting.counting import (
    Choice,
    Comparison,
    CountedHouse,
    Said,
    Tally,
    comparisons,
    count,
    deciding,
    passes,
)
from upkeep.voting.models import (
    Ballot,
    Channel,
    Precedence,
    Vote,
    VoteEvidence,
    VoteHouse,
    VoteState,
    VoteTotals,
)

# The last ballot of each house by each way; one pass over the vote's ballots.
_LAST = """
select distinct on (b.vote_house_id) b.vote_house_id, b.choice, b.revision
  from voting_ballot b join voting_votehouse s on s.id = b.vote_house_id
 where s.vote_id = %(vote)s and b.channel = '{channel}' {houses}
 order by b.vote_house_id, b.revision desc
"""
_STANDINGS = """
select h.house_id, e.building_id, h.area_dm2, h.voter_key, o.choice, o.revision, p.choice, p.revision
  from voting_votehouse h
  join estate_house e on e.id = h.house_id
  left join ({online}) o on o.vote_house_id = h.id
  left join ({paper}) p on p.vote_house_id = h.id
 where h.vote_id = %(vote)s {houses}
"""


def votes_on(source: str) -> list[Vote]:
    """The votes held on a matter, the latest first."""
    return list(Vote.objects.filter(source=source).order_by("-opened_at", "-pk"))


def latest_vote(source: str) -> Vote | None:
    """The matter's present or last vote."""
    return Vote.objects.filter(source=source).order_by("-opened_at", "-pk").first()


def open_votes_on(house_ids: Collection[int]) -> list[Vote]:
    """The votes under way in which one of the houses takes part."""
    return list(Vote.objects.filter(state=VoteState.OPEN, houses__house_id__in=house_ids).distinct().order_by("pk"))


def ballots_of(vote: Vote, *, house_ids: Collection[int]) -> dict[int, list[Ballot]]:
    """Every ballot of the houses by house id, the first first."""
    found: dict[int, list[Ballot]] = {}
    rows = Ballot.objects.filter(vote_house__vote=vote, vote_house__house_id__in=house_ids)
    for ballot in rows.select_related("vote_house", "proxy").order_by("vote_house_id", "revision"):
        found.setdefault(ballot.vote_house.house_id, []).append(ballot)
    return found


@dataclass(frozen=True)
class Standing:
    """A house of the scope and what was said for it last, online and on paper; `counted` is the one that counts."""

    house_id: int
    building_id: int
    area_dm2: int
    voter_key: str
    online: Said | None
    paper: Said | None
    counted: Said | None

    @property
    def has_both(self) -> bool:
        """Whether the rule for two ballots had to decide."""
        return self.online is not None and self.paper is not None and self.paper.choice is not Choice.ABSENT

    @property
    def joined(self) -> bool:
        return self.counted is not None and self.counted.choice is not Choice.ABSENT


def standings(vote: Vote, *, house_ids: Collection[int] | None = None) -> list[Standing]:
    """How each house of the scope (or of those asked for) stands. One statement."""
    values: dict[str, int | list[int]] = {"vote": vote.pk}
    of_ballot = of_house = ""
    if house_ids is not None:
        values["houses"] = list(house_ids)
        of_ballot, of_house = "and s.house_id = any(%(houses)s)", "and h.house_id = any(%(houses)s)"
    statement = _STANDINGS.format(
        online=_LAST.format(channel=Channel.ONLINE.value, houses=of_ballot),
        paper=_LAST.format(channel=Channel.PAPER.value, houses=of_ballot),
        houses=of_house,
    )
    online_first = vote.precedence == Precedence.ONLINE_FIRST
    found = []
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for house_id, building_id, area, key, o_choice, o_revision, p_choice, p_revision in cursor:
            online = Said(Choice(o_choice), o_revision) if o_choice else None
            paper = Said(Choice(p_choice), p_revision) if p_choice else None
            counted = deciding(online, paper, online_first=online_first)
            found.append(Standing(house_id, building_id, area, key, online, paper, counted))
    return found


def scope_of(vote: Vote) -> QuerySet[VoteHouse]:
    """The houses of the vote in the order of the building table."""
    return (
        VoteHouse.objects.filter(vote=vote)
        .select_related("house__building")
        .order_by("house__building__order", "house__building__name", "-house__floor", "house__unit", "house__room")
    )


@dataclass(frozen=True)
class HouseRow:
    """A house of the scope on a list: every ballot that was kept, and which one counts."""

    vote_house: VoteHouse
    standing: Standing
    ballots: list[Ballot]

    @property
    def choice(self) -> str:
        """What counts; empty while nothing was said."""
        return self.standing.counted.choice.value if self.standing.counted else ""

    @property
    def counted(self) -> Ballot | None:
        """The ballot that counts."""
        said = self.standing.counted
        return next((one for one in self.ballots if said and one.revision == said.revision), None)

    @property
    def paper_choice(self) -> str:
        """What stands on paper, for the entry of more paper."""
        return self.standing.paper.choice.value if self.standing.paper else ""


def rows_of(vote: Vote, houses: Iterable[VoteHouse]) -> list[HouseRow]:
    """The houses of a page with their ballots. Two statements."""
    page = list(houses)
    ids = [one.house_id for one in page]
    standing = {one.house_id: one for one in standings(vote, house_ids=ids)}
    ballots = ballots_of(vote, house_ids=ids)
    return [HouseRow(one, standing[one.house_id], ballots.get(one.house_id, [])) for one in page]


def latest_totals(vote: Vote) -> VoteTotals | None:
    """The sums of the signed sheet as they were entered last."""
    return VoteTotals.objects.filter(vote=vote).order_by("-revision").first()


def tally_of(vote: Vote) -> Tally:
    """The tally as it stands."""
    if vote.entry == "TOTALS":
        return _tally_of_totals(vote)
    return tally_of_standings(standings(vote))


def tally_of_standings(found: Iterable[Standing]) -> Tally:
    """The tally of houses that were read already."""
    return count(
        CountedHouse(one.area_dm2, one.voter_key, one.counted.choice if one.counted else None) for one in found
    )


def _tally_of_totals(vote: Vote) -> Tally:
    sums = latest_totals(vote)
    if sums is None:
        return Tally(total_dm2=vote.total_dm2, total_people=vote.total_people)
    return Tally(
        total_dm2=vote.total_dm2,
        total_people=vote.total_people,
        joined_dm2=sums.agreed_dm2 + sums.against_dm2 + sums.abstained_dm2,
        joined_people=sums.agreed_people + sums.against_people + sums.abstained_people,
        agreed_dm2=sums.agreed_dm2,
        agreed_people=sums.agreed_people,
        against_dm2=sums.against_dm2,
        against_people=sums.against_people,
        abstained_dm2=sums.abstained_dm2,
        abstained_people=sums.abstained_people,
    )


@dataclass(frozen=True)
class Result:
    """A tally under its rule, ready to be shown."""

    tally: Tally
    rule_words: str
    rule_basis: str
    comparisons: list[Comparison]
    would_pass: bool


def result_of(vote: Vote, *, tally: Tally | None = None) -> Result:
    """How the vote stands, or stood when it was closed: a closed vote takes no ballot any more."""
    rule, tally = rule_from_json(vote.rule), tally or tally_of(vote)
    return Result(tally, rule.words, rule.basis, comparisons(rule, tally), passes(rule, tally))


@dataclass(frozen=True)
class Part:
    """参与情况 of one building, or of all: houses, area in 0.01 m² and heads, of all and of those who have voted.

    An owner of houses in two buildings is a head of both; of all he is one.
    """

    name: str
    houses: int
    total_dm2: int
    total_people: int
    joined_houses: int
    joined_dm2: int
    joined_people: int

    @property
    def percent_dm2(self) -> int:
        """For a bar only: whole percent, rounded down, so that it never shows more than there is."""
        return self.joined_dm2 * 100 // self.total_dm2 if self.total_dm2 else 0

    @property
    def percent_people(self) -> int:
        """As `percent_dm2`, by heads."""
        return self.joined_people * 100 // self.total_people if self.total_people else 0


def participation(found: Sequence[Standing]) -> list[Part]:
    """Who takes part in each building, in the order of the building table. Does not say what anybody said."""
    by_building: dict[int, list[Standing]] = {}
    for one in found:
        by_building.setdefault(one.building_id, []).append(one)
    names = dict(Building.objects.filter(pk__in=by_building).order_by("order", "name").values_list("pk", "name"))
    return [part_of(name, by_building[pk]) for pk, name in names.items()]


def part_of(name: str, found: Collection[Standing]) -> Part:
    """Who takes part among the houses."""
    joined = [one for one in found if one.joined]
    return Part(
        name=name,
        houses=len(found),
        total_dm2=sum(one.area_dm2 for one in found),
        total_people=len({one.voter_key for one in found}),
        joined_houses=len(joined),
        joined_dm2=sum(one.area_dm2 for one in joined),
        joined_people=len({one.voter_key for one in joined}),
    )


def part_of_totals(vote: Vote) -> Part:
    """Who takes part in a vote that is entered as totals: no house is known."""
    tally = tally_of(vote)
    return Part("", vote.house_count, vote.total_dm2, vote.total_people, 0, tally.joined_dm2, tally.joined_people)


def evidence_content(evidence: VoteEvidence) -> bytes:
    """The scanned page. The caller has checked that the actor sees the matter."""
    with default_storage.open(evidence.path) as stored:
        return unseal(stored.read())

"""Reading votes: the ballots that count, the tally so far, the list to enter them from."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import OuterRef, QuerySet, Subquery

from upkeep.kernel.secrecy import unseal
from upkeep.policy.voting_rule import rule_from_json
from upkeep.voting.counting import Choice, Comparison, CountedHouse, Tally, comparisons, count, passes
from upkeep.voting.models import Ballot, Vote, VoteEvidence, VoteHouse, VoteState


def votes_on(source: str) -> list[Vote]:
    """The votes held on a matter, the latest first."""
    return list(Vote.objects.filter(source=source).order_by("-opened_at", "-pk"))


def latest_vote(source: str) -> Vote | None:
    """The matter's present or last vote."""
    return Vote.objects.filter(source=source).order_by("-opened_at", "-pk").first()


def open_votes_on(house_ids: Collection[int]) -> list[Vote]:
    """The votes under way in which one of the houses takes part."""
    return list(Vote.objects.filter(state=VoteState.OPEN, houses__house_id__in=house_ids).distinct().order_by("pk"))


def latest_ballots(vote: Vote, *, house_ids: Collection[int] | None = None) -> dict[int, Ballot]:
    """The ballot that counts for each house that has one."""
    found = Ballot.objects.filter(vote_house__vote=vote)
    if house_ids is not None:
        found = found.filter(vote_house__house_id__in=house_ids)
    rows = found.order_by("vote_house_id", "-revision").distinct("vote_house_id").select_related("vote_house")
    return {ballot.vote_house.house_id: ballot for ballot in rows}


def houses_with_choice(vote: Vote) -> QuerySet[VoteHouse]:
    """The scope in the order of the building table, each with `.choice` (None: nothing entered)."""
    last = Ballot.objects.filter(vote_house=OuterRef("pk")).order_by("-revision").values("choice")[:1]
    return (
        VoteHouse.objects.filter(vote=vote)
        .select_related("house__building")
        .annotate(choice=Subquery(last))
        .order_by("house__building__order", "house__building__name", "-house__floor", "house__unit", "house__room")
    )


def tally_of(vote: Vote) -> Tally:
    """The tally as it stands."""
    last = Ballot.objects.filter(vote_house=OuterRef("pk")).order_by("-revision").values("choice")[:1]
    rows = VoteHouse.objects.filter(vote=vote).values_list("area_dm2", "voter_key", Subquery(last))
    return count(CountedHouse(area, key, Choice(choice) if choice else None) for area, key, choice in rows)


@dataclass(frozen=True)
class Result:
    """A tally under its rule, ready to be shown."""

    tally: Tally
    rule_words: str
    rule_basis: str
    comparisons: list[Comparison]
    would_pass: bool


def result_of(vote: Vote) -> Result:
    """How the vote stands, or stood when it was closed: a closed vote takes no ballot any more."""
    rule, tally = rule_from_json(vote.rule), tally_of(vote)
    return Result(tally, rule.words, rule.basis, comparisons(rule, tally), passes(rule, tally))


def evidence_content(evidence: VoteEvidence) -> bytes:
    """The scanned page. The caller has checked that the actor sees the matter."""
    with default_storage.open(evidence.path) as stored:
        return unseal(stored.read())

"""Opening a vote, entering ballots, closing it. The scope never changes; a ballot is corrected, never overwritten."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from upkeep.casework.files import re_encode
from upkeep.estate import queries as estate
from upkeep.estate.models import House
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.secrecy import seal
from upkeep.parties.actor import Actor
from upkeep.policy.voting_rule import VotingRule, rule_from_json, rule_to_json
from upkeep.voting.counting import passes
from upkeep.voting.models import Ballot, BallotChoice, Channel, Vote, VoteEvidence, VoteHouse, VoteState
from upkeep.voting.queries import latest_ballots, tally_of


class VoteIsUnderWay(Refusal):
    """The matter is being voted on, or has passed already."""


class VoteIsClosed(Refusal):
    """The vote is decided; nothing can be entered any more."""


class NotInScope(Refusal):
    """A house that the vote does not ask."""


@transaction.atomic
def open_vote(
    *, source: str, title: str, rule: VotingRule, house_ids: Collection[int], closes_on: dt.date, at: dt.datetime
) -> Vote:
    """Freeze the scope with areas and owners as they are now, and open the vote.

    Raises: VoteIsUnderWay, HasProblems.
    """
    if closes_on < day_of(at):
        raise HasProblems([Problem("closes_on", "表决截止日不能早于今天")])
    houses = list(House.objects.filter(pk__in=house_ids).select_related("area").order_by("pk"))
    if not houses:
        raise Refusal("没有参与表决的房屋，请先选择分摊房屋")
    keys = _voter_keys(houses)
    try:
        with transaction.atomic():
            vote = Vote.objects.create(
                source=source,
                title=title,
                channel=Channel.PAPER,
                rule=rule_to_json(rule),
                house_count=len(houses),
                total_dm2=sum(house.area_dm2 for house in houses),
                total_people=len(set(keys.values())),
                opened_at=at,
                closes_on=closes_on,
            )
    except IntegrityError:
        raise VoteIsUnderWay("该事项正在表决或已经表决通过，不能再次发起") from None
    VoteHouse.objects.bulk_create(
        [
            VoteHouse(id=pk, vote=vote, house=house, area_dm2=house.area_dm2, voter_key=keys[house.pk])
            for pk, house in zip(new_ids(len(houses)), houses, strict=True)
        ]
    )
    return vote


def _voter_keys(houses: Collection[House]) -> dict[int, str]:
    """Whose head a house counts for: its owners together; the developer for all he has not sold."""
    owned = estate.current_ownerships([house.pk for house in houses])
    keys = {}
    for house in houses:
        owners = sorted(ownership.owner_id for ownership in owned.get(house.pk, ()))
        if not owners:
            keys[house.pk] = f"developer:{house.area.developer_id or 0}"
            continue
        named = "owner:" + "+".join(map(str, owners))
        keys[house.pk] = named if len(named) <= 80 else "owners:" + hashlib.sha256(named.encode()).hexdigest()
    return keys


@transaction.atomic
def enter_ballots(
    vote_id: int, choices: Mapping[int, BallotChoice], *, by: Actor, at: dt.datetime
) -> Counter[BallotChoice]:
    """Enter what the paper says, by house id. What stands already is not entered again; a change is a new revision.

    Answers with how many were entered of each choice. Raises: VoteIsClosed, NotInScope.
    """
    vote = locked(vote_id)
    asked = dict(VoteHouse.objects.filter(vote=vote, house_id__in=choices).values_list("house_id", "pk"))
    if len(asked) != len(choices):
        raise NotInScope("有房屋不在本次表决范围内，请刷新后重新录入")
    known = latest_ballots(vote, house_ids=list(choices))
    fresh = {
        house_id: choice
        for house_id, choice in choices.items()
        if (known[house_id].choice if house_id in known else BallotChoice.ABSENT) != choice
    }
    Ballot.objects.bulk_create(
        [
            Ballot(
                id=pk,
                vote_house_id=asked[house_id],
                revision=known[house_id].revision + 1 if house_id in known else 1,
                choice=choice,
                channel=Channel.PAPER,
                by_user_id=by.user_id,
                at=at,
            )
            for pk, (house_id, choice) in zip(new_ids(len(fresh)), sorted(fresh.items()), strict=True)
        ]
    )
    return Counter(fresh.values())


@transaction.atomic
def close_vote(vote_id: int, *, at: dt.datetime) -> Vote:
    """Count, decide and close. Raises: VoteIsClosed; Refusal when not one ballot was entered."""
    vote = locked(vote_id)
    tally = tally_of(vote)
    if not tally.joined_people:
        raise Refusal("还没有录入任何表决意见，不能公布结果")
    vote.joined_dm2, vote.joined_people = tally.joined_dm2, tally.joined_people
    vote.agreed_dm2, vote.agreed_people = tally.agreed_dm2, tally.agreed_people
    vote.state = VoteState.PASSED if passes(rule_from_json(vote.rule), tally) else VoteState.FAILED
    vote.closed_at = at
    vote.save()
    return vote


@transaction.atomic
def attach_evidence(vote_id: int, *, name: str, content: bytes, by: Actor, at: dt.datetime) -> VoteEvidence:
    """Keep a scanned page of the signature sheet; the same picture once. Raises: VoteIsClosed, BadImage."""
    vote = locked(vote_id)
    kept = re_encode(content)
    digest = hashlib.sha256(kept).hexdigest()
    existing = VoteEvidence.objects.filter(vote=vote, sha256=digest).first()
    if existing:
        return existing
    path = default_storage.save(f"votes/{vote.pk}/{digest[:32]}", ContentFile(seal(kept)))
    return VoteEvidence.objects.create(
        vote=vote, name=name[-120:], path=path, size=len(kept), sha256=digest, by_user_id=by.user_id, at=at
    )


def locked(vote_id: int) -> Vote:
    """The open vote, locked against a second hand. Raises: VoteIsClosed."""
    vote = Vote.objects.select_for_update().get(pk=vote_id)
    if not vote.is_open:
        assert vote.closed_at is not None
        ended = in_letters(day_of(vote.closed_at))
        raise VoteIsClosed(f"表决已于 {ended} 结束（{VoteState(vote.state).label}），不能再录入")
    return vote

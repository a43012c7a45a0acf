"""Opening a vote, entering paper, counting and deciding it. The scope never changes; a ballot is corrected, never overwritten."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from upkeep.casework.files import re_encode
from upkeep.estate.models import House, Ownership
from upkeep.kernel.dates import day_of, in_letters, to_the_minute
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.secrecy import seal
from upkeep.parties.actor import Actor
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.policy.voting_rule import VotingRule, rule_from_json, rule_to_json
from upkeep.voting.counting import Tally, passes, weighed
from upkeep.voting.models import (
    Ballot,
    BallotChoice,
    Channel,
    Vote,
    VoteEntry,
    VoteEvidence,
    VoteHouse,
    VoteObjection,
    VoteProxy,
    VoteState,
)
from upkeep.voting.queries import ballots_of, standings, tally_of
from upkeep.voting.telling import COUNTED, DECIDED, OPENED, tell_owners

_LONGEST_NOTE = 200
_UNDER_WAY = "该事项正在表决或已经表决通过，不能再次发起"


class VoteIsUnderWay(Refusal):
    """The matter is being voted on, or has passed already."""


class VoteIsClosed(Refusal):
    """The vote is decided; nothing can be entered any more."""


class NotInScope(Refusal):
    """A house that the vote does not ask."""


class TooEarly(Refusal):
    """Owners can still vote, or still object."""


@transaction.atomic
def open_vote(
    *,
    source: str,
    title: str,
    rule: VotingRule,
    house_ids: Collection[int],
    closes_at: dt.datetime,
    at: dt.datetime,
    channel: Channel = Channel.PAPER,
    conduct: VotingConduct | None = None,
    entry: VoteEntry = VoteEntry.HOUSES,
) -> Vote:
    """Freeze the scope with areas and owners as they are now, and open the vote until just before `closes_at`.

    `conduct` is what holds in the city; without one a result is final at once. Owners who can vote online are told.
    Raises: VoteIsUnderWay, HasProblems for a closing time that is past or a way that the city does not have.
    """
    conduct = conduct or VotingConduct()
    check_opening(closes_at=closes_at, channel=channel, conduct=conduct, at=at)
    houses = list(House.objects.filter(pk__in=house_ids).select_related("area").order_by("pk"))
    if not houses:
        raise Refusal("没有参与表决的房屋，请先选择分摊房屋")
    if Vote.objects.filter(source=source, state=VoteState.PASSED).exists():
        raise VoteIsUnderWay(_UNDER_WAY)
    keys = _voter_keys(houses)
    try:
        with transaction.atomic():
            vote = Vote.objects.create(
                source=source,
                title=title,
                channel=channel,
                entry=entry if channel == Channel.PAPER else VoteEntry.HOUSES,
                precedence=conduct.precedence,
                objection_days=conduct.objection_days,
                rule=rule_to_json(rule),
                house_count=len(houses),
                total_dm2=sum(house.area_dm2 for house in houses),
                total_people=len(set(keys.values())),
                opened_at=at,
                closes_at=closes_at,
            )
    except IntegrityError:
        raise VoteIsUnderWay(_UNDER_WAY) from None
    VoteHouse.objects.bulk_create(
        [
            VoteHouse(id=pk, vote=vote, house=house, area_dm2=house.area_dm2, voter_key=keys[house.pk])
            for pk, house in zip(new_ids(len(houses)), houses, strict=True)
        ],
        batch_size=5_000,
    )
    tell_owners(vote, OPENED, at=at)
    return vote


def check_opening(*, closes_at: dt.datetime, channel: Channel, conduct: VotingConduct, at: dt.datetime) -> None:
    """Whether a vote may be opened so. Raises: HasProblems."""
    problems = []
    if closes_at <= at:
        problems.append(Problem("closes_at", "表决截止时间应晚于现在"))
    if channel not in conduct.ways:
        problems.append(Problem("channel", f"本地未开通{Channel(channel).label}，请选择其他表决方式"))
    if problems:
        raise HasProblems(problems)


def _voter_keys(houses: Collection[House]) -> dict[int, str]:
    """Whose head a house counts for: its owners together; the developer for all he has not sold."""
    rows = Ownership.objects.filter(house_id__in=[house.pk for house in houses], until__isnull=True)
    owned: dict[int, list[int]] = {}
    for house_id, owner_id in rows.values_list("house_id", "owner_id"):
        owned.setdefault(house_id, []).append(owner_id)
    keys = {}
    for house in houses:
        owners = sorted(owned.get(house.pk, ()))
        if not owners:
            keys[house.pk] = f"developer:{house.area.developer_id or 0}"
            continue
        named = "owner:" + "+".join(map(str, owners))
        keys[house.pk] = named if len(named) <= 80 else "owners:" + hashlib.sha256(named.encode()).hexdigest()
    return keys


@transaction.atomic
def enter_ballots(
    vote_id: int,
    choices: Mapping[int, BallotChoice],
    *,
    by: Actor,
    at: dt.datetime,
    note: str = "",
    proxy_ids: Mapping[int, int] | None = None,
) -> Counter[BallotChoice]:
    """Enter what the paper says, by house id. What stands on paper already is not entered again; a change is a new revision.

    Once the result is counted a correction needs a `note` that says why. `proxy_ids`: by house id, who signed for the owner.
    Answers with how many were entered of each choice. Raises: VoteIsClosed, NotInScope, HasProblems, Refusal.
    """
    vote = locked(vote_id)
    note = _checked_note(vote, note)
    if not vote.is_on_paper or vote.entry == VoteEntry.TOTALS:
        raise Refusal("本次表决不逐户录入书面意见")
    asked = dict(VoteHouse.objects.filter(vote=vote, house_id__in=choices).values_list("house_id", "pk"))
    if len(asked) != len(choices):
        raise NotInScope("有房屋不在本次表决范围内，请刷新后重新录入")
    standing = {one.house_id: one.paper for one in standings(vote, house_ids=list(choices))}
    fresh = {}
    for house_id, choice in choices.items():
        said = standing[house_id]
        if (said.choice.value if said else BallotChoice.ABSENT.value) != choice:
            fresh[house_id] = choice
    known = ballots_of(vote, house_ids=list(fresh))
    signed = _proxies(vote, fresh, proxy_ids or {})
    Ballot.objects.bulk_create(
        [
            Ballot(
                id=pk,
                vote_house_id=asked[house_id],
                revision=len(known.get(house_id, ())) + 1,
                choice=choice,
                channel=Channel.PAPER,
                proxy_id=None if choice == BallotChoice.ABSENT else signed.get(house_id),
                note=note,
                by_user_id=by.user_id,
                at=at,
            )
            for pk, (house_id, choice) in zip(new_ids(len(fresh)), sorted(fresh.items()), strict=True)
        ],
        batch_size=5_000,
    )
    return Counter(fresh.values())


def _checked_note(vote: Vote, note: str) -> str:
    note = " ".join(note.split())[:_LONGEST_NOTE]
    if vote.state == VoteState.OBJECTION and not note:
        raise HasProblems([Problem("note", "结果已作初步统计，更正录入请填写更正说明")])
    return note


def _proxies(vote: Vote, fresh: Collection[int], given: Mapping[int, int]) -> dict[int, int]:
    """Who signed, by house id: those who are named for the houses on paper, unless the caller says nobody did."""
    found = VoteProxy.objects.filter(
        vote_house__vote=vote, vote_house__house_id__in=fresh, ended_at__isnull=True, delegate__isnull=True
    )
    known = dict(found.values_list("vote_house__house_id", "pk"))
    if any(known.get(house_id) != pk for house_id, pk in given.items()):
        raise Refusal("受托人与登记的委托不符，请先登记委托")
    return known


@transaction.atomic
def close_vote(vote_id: int, *, at: dt.datetime) -> Vote:
    """Count the vote: the preliminary result, or, where nothing may be objected to or the days for it are over, the decision.

    A vote that owners take part in online is not counted before its closing time, unless every house has voted; one on paper
    may be counted earlier once something is entered. Not one ballot by the end: not passed.
    Raises: VoteIsClosed, TooEarly, Refusal while an objection waits for its answer.
    """
    vote = locked(vote_id)
    tally = tally_of(vote)
    if vote.state == VoteState.OPEN:
        _check_end(vote, tally, at=at)
        vote.counted_at = at
        if vote.objection_days:
            vote.state = VoteState.OBJECTION
            vote.objects_until = day_of(at) + dt.timedelta(days=vote.objection_days)
            _keep(vote, tally)
            tell_owners(vote, COUNTED, at=at)
            return vote
    else:
        _check_objections(vote, at=at)
    vote.state = VoteState.PASSED if passes(rule_from_json(vote.rule), tally) else VoteState.FAILED
    vote.closed_at = at
    _keep(vote, tally)
    tell_owners(vote, DECIDED, at=at)
    return vote


def _keep(vote: Vote, tally: Tally) -> None:
    tally = weighed(rule_from_json(vote.rule), tally)
    vote.joined_dm2, vote.joined_people = tally.joined_dm2, tally.joined_people
    vote.agreed_dm2, vote.agreed_people = tally.agreed_dm2, tally.agreed_people
    vote.against_dm2, vote.against_people = tally.against_dm2, tally.against_people
    vote.save()


def _check_end(vote: Vote, tally: Tally, *, at: dt.datetime) -> None:
    if at >= vote.closes_at:
        return
    until = to_the_minute(vote.closes_at)
    if vote.is_online and tally.missing_dm2:
        raise TooEarly(f"业主可以投票到 {until}，截止后才能统计结果")
    if not tally.joined_people:
        raise TooEarly(f"还没有录入任何表决意见，不能公布结果；{until} 截止后仍无人参与的，按未通过结束")


def _check_objections(vote: Vote, *, at: dt.datetime) -> None:
    assert vote.objects_until is not None
    if day_of(at) <= vote.objects_until:
        raise TooEarly(f"初步统计结果询异至 {in_letters(vote.objects_until)}，期满后才能公布最终结果")
    waiting = VoteObjection.objects.filter(vote_house__vote=vote, answered_at__isnull=True).count()
    if waiting:
        raise Refusal(f"还有 {waiting} 条结果异议未答复，请答复后再公布最终结果")


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
    """The undecided vote, locked against a second hand. Raises: VoteIsClosed."""
    vote = Vote.objects.select_for_update().get(pk=vote_id)
    if vote.is_decided:
        assert vote.closed_at is not None
        ended = in_letters(day_of(vote.closed_at))
        raise VoteIsClosed(f"表决已于 {ended} 结束（{VoteState(vote.state).label}），不能再录入")
    return vote

"""线上表决: an owner's ballots from the telephone. Once cast, changed once at most, never after the closing minute.

Any one of several co-owners votes for the house; who voted first may change it, the others see it and may object.
"""

import datetime as dt
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from upkeep.estate.owner_accounts import present_house_ids
from upkeep.kernel.dates import day_of, to_the_minute
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.masking import mask_name
from upkeep.parties.actor import Actor
from upkeep.voting.actions import NotInScope, VoteIsClosed
from upkeep.voting.models import (
    OPINIONS,
    Ballot,
    BallotChoice,
    Channel,
    Vote,
    VoteHouse,
    VoteProxy,
    VoteReceipt,
    VoteState,
)

#: 表决回执: HZ, the day, ten digits that cannot be guessed from another receipt's.
PREFIX = "HZ"
_TRIES = 5


class NotYourBallot(Refusal):
    """The house has voted, and this account may not change it, or not any more."""


@dataclass(frozen=True)
class VoterHouse:
    """A house for which the account may vote, or sees how it voted: its own, or one that it was named proxy for (`proxy`).
    `given` is whom an own house has named.
    """

    vote_house: VoteHouse
    user_id: int
    is_own: bool
    proxy: VoteProxy | None = None
    ballots: list[Ballot] = field(default_factory=list)
    given: VoteProxy | None = None

    @property
    def online(self) -> list[Ballot]:
        return [one for one in self.ballots if one.channel == Channel.ONLINE]

    @property
    def cast(self) -> Ballot | None:
        """What was said online last."""
        return self.online[-1] if self.online else None

    @property
    def paper(self) -> Ballot | None:
        """What stands on paper."""
        found = [one for one in self.ballots if one.channel == Channel.PAPER]
        return found[-1] if found and found[-1].choice != BallotChoice.ABSENT else None

    @property
    def is_changing(self) -> bool:
        """Whether the next ballot would be the one change."""
        return self.cast is not None

    @property
    def why_not(self) -> str:
        """Why the account cannot vote for the house now; empty when it can."""
        cast = self.cast
        if cast is None:
            return ""
        if cast.online_place == 2:
            return "已经修改过一次，不能再改"
        if cast.by_user_id == self.user_id or (self.is_own and cast.proxy_id):
            return ""
        if not self.is_own:
            return "业主已自己投票"
        return "已由受托人投票" if cast.proxy_id else "已由另一位共有人投票"

    @property
    def name(self) -> str:
        """3幢 1单元 501."""
        return f"{self.vote_house.house.building.name} {self.vote_house.house.label}"

    @property
    def giver(self) -> str:
        """For whom the proxy votes, masked; empty for one's own house."""
        return "" if self.is_own else mask_name(self.proxy.by_user.name) if self.proxy else ""


def voter_houses(vote: Vote, user_id: int, *, with_places: bool = True) -> list[VoterHouse]:
    """The houses of the vote that are the account's own now, then those it is named proxy for.

    Without their places (building, area) they come in no order that says anything, and cheaper.
    """
    own = present_house_ids(user_id)
    named = VoteProxy.objects.filter(vote_house__vote=vote, ended_at__isnull=True).select_related("by_user")
    by_house = {
        one.vote_house_id: one for one in named.filter(Q(delegate_id=user_id) | Q(vote_house__house_id__in=own))
    }
    proxies = {pk: one for pk, one in by_house.items() if one.delegate_id == user_id}
    found = VoteHouse.objects.filter(Q(house_id__in=own) | Q(pk__in=list(proxies)), vote=vote)
    if with_places:
        found = found.select_related("house__building", "house__area")
    houses = list(found)
    if with_places:
        houses.sort(key=lambda one: (one.house_id not in own, one.house.building.order, one.house_id))
    ballots: dict[int, list[Ballot]] = {}
    for one in Ballot.objects.filter(vote_house__in=[one.pk for one in houses]).order_by("vote_house_id", "revision"):
        ballots.setdefault(one.vote_house_id, []).append(one)
    return [
        VoterHouse(
            vote_house=one,
            user_id=user_id,
            is_own=one.house_id in own,
            proxy=proxies.get(one.pk),
            ballots=ballots.get(one.pk, []),
            given=by_house.get(one.pk) if one.house_id in own else None,
        )
        for one in houses
    ]


def online_votes_of(user_id: int, *, at: dt.datetime) -> list[Vote]:
    """The votes under way online in which the account can take part, the one that ends first before the others."""
    own = present_house_ids(user_id)
    online = Vote.objects.filter(state=VoteState.OPEN, channel__in=(Channel.ONLINE, Channel.BOTH), closes_at__gt=at)
    mine = online.filter(houses__house_id__in=own)
    given = online.filter(houses__proxies__delegate_id=user_id, houses__proxies__ended_at__isnull=True)
    return sorted({one.pk: one for one in (*mine, *given)}.values(), key=lambda one: (one.closes_at, one.pk))


@transaction.atomic
def cast(vote_id: int, choices: Mapping[int, BallotChoice], *, by: Actor, at: dt.datetime) -> VoteReceipt:
    """Vote for the account's houses, by house id; the same choice again adds nothing. Answers with the receipt.

    Raises: VoteIsClosed, NotInScope, NotYourBallot; Refusal when nothing was chosen.
    """
    vote = _held(vote_id, at=at)
    if not choices:
        raise Refusal("请选择同意、反对或弃权")
    if not set(choices.values()) <= set(OPINIONS):
        raise Refusal("请选择同意、反对或弃权")
    _one_at_a_time(vote, choices)
    known = {one.vote_house.house_id: one for one in voter_houses(vote, by.user_id, with_places=False)}
    if not set(choices) <= set(known):
        raise NotInScope("有房屋不在本次表决范围内，或不是您名下的房屋，请刷新后再投票")
    fresh = []
    for house_id, choice in choices.items():
        mine = known[house_id]
        if mine.cast is not None and mine.cast.choice == choice and mine.cast.by_user_id == by.user_id:
            continue
        if mine.why_not:
            raise NotYourBallot(f"{mine.name}{mine.why_not}")
        fresh.append((mine, choice))
    if not fresh:
        last = next(one.cast for one in known.values() if one.cast is not None and one.vote_house.house_id in choices)
        assert last.receipt is not None
        return last.receipt
    return _keep(vote, fresh, by=by, at=at)


def _held(vote_id: int, *, at: dt.datetime) -> Vote:
    """The open vote: many vote at once, and whoever counts it waits for them. Raises: VoteIsClosed."""
    vote = next(iter(Vote.objects.raw("select * from voting_vote where id = %s for share", [vote_id])), None)
    if vote is None:
        raise NotInScope("没有这项表决，请从首页重新进入")
    if not vote.is_online:
        raise VoteIsClosed("本次表决为书面表决，请在书面表决票上签字")
    if vote.state != VoteState.OPEN or at >= vote.closes_at:
        raise VoteIsClosed(f"投票已于 {to_the_minute(vote.closes_at)} 截止，不能再投票")
    return vote


def _one_at_a_time(vote: Vote, choices: Mapping[int, BallotChoice]) -> None:
    """Hold the houses' sequences of ballots until the transaction ends, in one order for all, so that nobody waits in a ring."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended('ballot', h.id)) from (select id from voting_votehouse"
            " where vote_id = %s and house_id = any (%s) order by id offset 0) h",
            [vote.pk, list(choices)],
        )


def _keep(vote: Vote, fresh: list[tuple[VoterHouse, BallotChoice]], *, by: Actor, at: dt.datetime) -> VoteReceipt:
    receipt = _new_receipt(vote, by=by, at=at)
    Ballot.objects.bulk_create(
        [
            Ballot(
                id=pk,
                vote_house=mine.vote_house,
                revision=len(mine.ballots) + 1,
                choice=choice,
                channel=Channel.ONLINE,
                online_place=len(mine.online) + 1,
                receipt=receipt,
                proxy=None if mine.is_own else mine.proxy,
                by_user_id=by.user_id,
                at=at,
            )
            for pk, (mine, choice) in zip(new_ids(len(fresh)), fresh, strict=True)
        ]
    )
    return receipt


def _new_receipt(vote: Vote, *, by: Actor, at: dt.datetime) -> VoteReceipt:
    for _ in range(_TRIES):
        number = f"{PREFIX}{day_of(at):%Y%m%d}{secrets.randbelow(10**10):010d}"
        try:
            with transaction.atomic():
                return VoteReceipt.objects.create(vote=vote, number=number, user_id=by.user_id, name=by.name, at=at)
        except IntegrityError:
            continue
    raise Refusal("暂时无法生成回执编号，请稍后再试")


def receipts_of(vote: Vote, user_id: int) -> list[VoteReceipt]:
    """The account's receipts of a vote, the latest first."""
    found = VoteReceipt.objects.filter(vote=vote, user_id=user_id).order_by("-at", "-pk")
    return list(found.prefetch_related("ballots__vote_house__house__building", "ballots__proxy"))


def votes_with_receipt(votes: Collection[Vote], user_id: int) -> set[int]:
    """Those of the votes, by id, in which the account has voted."""
    found = VoteReceipt.objects.filter(vote__in=votes, user_id=user_id)
    return set(found.values_list("vote_id", flat=True))

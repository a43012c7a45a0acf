"""委托表决: an owner lets somebody else vote for a house. The ballot counts for the owner's head and says who cast it.

Named by the owner himself, online, the proxy is another owner of the area with an account. With a paper (委托书) the starter
of the vote enters whom it names, with its scan; that ballot comes on paper.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from upkeep.estate.models import OwnerAccount
from upkeep.estate.tenures import tenures_of
from upkeep.kernel.checks import id_number as checked_id_number
from upkeep.kernel.dates import day_of, to_the_minute
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.actor import Actor
from upkeep.policy.voting_conduct import VotingConduct, voting_conduct
from upkeep.voting.actions import VoteIsClosed, attach_evidence
from upkeep.voting.models import Channel, Vote, VoteHouse, VoteProxy, VoteState

RELATIONS = ("配偶", "父母", "子女", "亲属", "其他业主", "租户", "其他")


@dataclass(frozen=True, kw_only=True)
class NewProxy:
    """Who is named, by name and ID number, and what he is to the owner."""

    name: str
    id_number: str
    relation: str


@transaction.atomic
def name_online(vote_id: int, house_id: int, new: NewProxy, *, by: Actor, at: dt.datetime) -> VoteProxy:
    """An owner names another owner of the area, who then votes online. Raises: HasProblems, Refusal, VoteIsClosed."""
    vote, place = _open_scope(vote_id, house_id, at=at)
    if not any(one.house.pk == house_id and one.is_present for one in tenures_of(by.user_id)):
        raise Refusal("这套房屋不在您名下，不能委托")
    conduct = _checked(vote, place, new, at=at)
    if not vote.is_online:
        raise Refusal("本次表决为书面表决，请填写纸质委托书交给组织表决的单位")
    _check_not_voted(place)
    delegate = _delegate(place, new)
    if delegate is None:
        raise HasProblems(
            [Problem("id_number", "没有找到这位业主。受托人须是本小区业主，并已登录维修资金业主服务核对过身份")]
        )
    if delegate == by.user_id:
        raise HasProblems([Problem("id_number", "不能委托自己")])
    _check_count(vote, new, conduct)
    return _keep(place, new, by=by, at=at, delegate_id=delegate)


@transaction.atomic
def name_on_paper(
    vote_id: int, house_id: int, new: NewProxy, *, scan: bytes, scan_name: str, by: Actor, at: dt.datetime
) -> VoteProxy:
    """The starter enters whom a paper names, with its scan. Raises: HasProblems, Refusal, VoteIsClosed, BadImage."""
    vote, place = _open_scope(vote_id, house_id, at=None)
    if not vote.is_on_paper:
        raise Refusal("本次表决只在线上进行，业主可在手机上委托")
    conduct = _checked(vote, place, new, at=at)
    _check_count(vote, new, conduct)
    evidence = attach_evidence(vote.pk, name=scan_name or "委托书", content=scan, by=by, at=at)
    return _keep(place, new, by=by, at=at, evidence_id=evidence.pk)


@transaction.atomic
def end(proxy_id: int, *, by: Actor, at: dt.datetime) -> VoteProxy:
    """The owner who named a proxy takes it back, as long as nothing was cast by it. Raises: Refusal, VoteIsClosed."""
    proxy = VoteProxy.objects.select_for_update(of=("self",)).select_related("vote_house").filter(pk=proxy_id).first()
    if proxy is None or proxy.by_user_id != by.user_id or proxy.ended_at is not None:
        raise Refusal("没有这项委托，或已经撤销")
    _open_scope(proxy.vote_house.vote_id, proxy.vote_house.house_id, at=at)
    if proxy.ballots.exists():
        raise Refusal("受托人已经投票，不能撤销委托；截止前您可以自己投票更改一次")
    proxy.ended_at = at
    proxy.save(update_fields=["ended_at"])
    return proxy


def proxies_of(vote: Vote) -> QuerySet[VoteProxy]:
    """Every proxy that holds, in the order of the building table."""
    return (
        VoteProxy.objects.filter(vote_house__vote=vote, ended_at__isnull=True)
        .select_related("vote_house__house__building", "evidence")
        .order_by("vote_house__house__building__order", "vote_house_id")
    )


def _open_scope(vote_id: int, house_id: int, *, at: dt.datetime | None) -> tuple[Vote, VoteHouse]:
    """The open vote and its house; `at` given, only before the closing minute."""
    vote = Vote.objects.raw("select * from voting_vote where id = %s for share", [vote_id])[0]
    if vote.state != VoteState.OPEN or (at is not None and at >= vote.closes_at):
        raise VoteIsClosed(f"投票已于 {to_the_minute(vote.closes_at)} 截止，不能再委托")
    place = VoteHouse.objects.filter(vote=vote, house_id=house_id).select_related("house__area").first()
    if place is None:
        raise Refusal("该房屋不在本次表决范围内")
    return vote, place


def _checked(vote: Vote, place: VoteHouse, new: NewProxy, *, at: dt.datetime) -> VotingConduct:
    conduct = voting_conduct(jurisdiction_id=place.house.area.jurisdiction_id, on=day_of(vote.opened_at))
    if not conduct.proxies:
        raise Refusal("本地业主表决不接受委托，请业主本人表决")
    problems = []
    if not new.name.strip():
        problems.append(Problem("name", "请填写受托人姓名"))
    try:
        checked_id_number(new.id_number)
    except ValueError as wrong:
        problems.append(Problem("id_number", str(wrong)))
    if new.relation not in RELATIONS:
        problems.append(Problem("relation", "请选择受托人与业主的关系"))
    if problems:
        raise HasProblems(problems)
    return conduct


def _check_not_voted(place: VoteHouse) -> None:
    if place.ballots.filter(channel=Channel.ONLINE).exists():
        raise Refusal("这套房屋已经投票，不能再委托")


def _delegate(place: VoteHouse, new: NewProxy) -> int | None:
    """The account of the owner of that name and number who owns a house in the area now."""
    accounts = OwnerAccount.objects.filter(
        owner__id_hash=lookup_hash(new.id_number),
        owner__name=new.name.strip(),
        owner__ownerships__until__isnull=True,
        owner__ownerships__house__area_id=place.house.area_id,
    )
    return accounts.values_list("user_id", flat=True).first()


def _check_count(vote: Vote, new: NewProxy, conduct: VotingConduct) -> None:
    """How many houses one person stands for, judged one after another."""
    if not conduct.most_proxies:
        return
    digest = lookup_hash(new.id_number)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"proxy:{digest}", vote.pk])
    held = VoteProxy.objects.filter(vote_house__vote=vote, id_hash=digest, ended_at__isnull=True).count()
    if held >= conduct.most_proxies:
        raise HasProblems([Problem("id_number", f"该受托人已受托 {held} 户，一人最多受托 {conduct.most_proxies} 户")])


def _keep(
    place: VoteHouse,
    new: NewProxy,
    *,
    by: Actor,
    at: dt.datetime,
    delegate_id: int | None = None,
    evidence_id: int | None = None,
) -> VoteProxy:
    try:
        with transaction.atomic():
            return VoteProxy.objects.create(
                vote_house=place,
                name=new.name.strip(),
                id_number=checked_id_number(new.id_number),
                id_hash=lookup_hash(new.id_number),
                relation=new.relation,
                delegate_id=delegate_id,
                evidence_id=evidence_id,
                by_user_id=by.user_id,
                at=at,
            )
    except IntegrityError:
        raise Refusal("这套房屋已经登记了委托，请先撤销原来的委托") from None

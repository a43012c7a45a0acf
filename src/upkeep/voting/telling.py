"""Owners with a telephone on record are told that a vote is open, and how it ended: one job, whatever the number of houses."""

import datetime as dt
from collections.abc import Iterator, Sequence

from upkeep.estate.models import House, OwnerAccount, Ownership
from upkeep.jobs.actions import defer
from upkeep.jobs.registry import Progress
from upkeep.kernel.dates import in_letters, to_the_minute
from upkeep.messaging.actions import Note, notify_many
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.voting.models import Vote, VoteState

#: The kind of job that tells the owners of a vote; `upkeep.tasks` declares it.
TELLING = "vote_messages"
OPENED, COUNTED, DECIDED = "opened", "counted", "decided"
_PER_BATCH = 1_000

_ASKED = event(
    "vote.opened",
    "请参加业主表决",
    (IN_SITE, SMS),
    "您家{house}参加“{title}”，请于{until}前登录维修资金业主服务投票。如有疑问请联系{office}。",
)
_COUNTED = event(
    "vote.counted",
    "业主表决初步统计结果",
    (IN_SITE,),
    "“{title}”已作初步统计，结果可在表决页面查看。认为您家的意见登记有误的，请在{until}前提出异议。",
)
_DECIDED = event("vote.decided", "业主表决结果", (IN_SITE,), "“{title}”表决已结束，结果：{outcome}。")
_EVENTS = {OPENED: _ASKED, COUNTED: _COUNTED, DECIDED: _DECIDED}


def tell_owners(vote: Vote, what: str, *, at: dt.datetime) -> None:
    """The owners will be told once the transaction has committed. Nothing when the vote is on paper only."""
    if vote.is_online:
        arguments = {"vote_id": vote.pk, "what": what, "happened_at": at.isoformat()}
        defer(kind=TELLING, title="业主表决通知", arguments=arguments, by_id=None, at=at)


def send_vote_messages(vote_id: int, what: str, *, at: dt.datetime, progress: Progress | None = None) -> int:
    """What the worker does for `tell_owners`; answers with the number of messages. Every owner is told once, also when the
    job is done again. Queries per thousand houses are constant.
    """
    vote = Vote.objects.get(pk=vote_id)
    ids = list(vote.houses.order_by("pk").values_list("house_id", flat=True))
    if progress is not None:
        progress.begin(len(ids), "正在通知业主")
    told: set[int] = set()
    for some in (ids[start : start + _PER_BATCH] for start in range(0, len(ids), _PER_BATCH)):
        houses = list(House.objects.filter(pk__in=some).select_related("area", "building"))
        notes: dict[int, list[Note]] = {}
        for jurisdiction_id, note in _notes(vote, what, houses, told):
            notes.setdefault(jurisdiction_id, []).append(note)
        for place, here in notes.items():
            notify_many(event=_EVENTS[what].code, jurisdiction_id=place, notes=here, at=at)
        if progress is not None:
            progress.advance(len(some))
    return len(told)


def _notes(vote: Vote, what: str, houses: Sequence[House], told: set[int]) -> Iterator[tuple[int, Note]]:
    by_id = {house.pk: house for house in houses}
    owned = Ownership.objects.filter(house_id__in=list(by_id), until__isnull=True).select_related("owner")
    rows = [one for one in owned.order_by("house_id", "pk")]
    people = {one.owner_id for one in rows}
    users: dict[int, list[int]] = {}
    for owner_id, user_id in OwnerAccount.objects.filter(owner_id__in=people).values_list("owner_id", "user_id"):
        users.setdefault(owner_id, []).append(user_id)
    for one in rows:
        if one.owner_id in told:
            continue
        told.add(one.owner_id)
        house = by_id[one.house_id]
        values = {
            "house": f"{house.area.name}{house.building.name}{house.label}",
            "title": vote.title,
            "until": _until(vote, what),
            "outcome": VoteState(vote.state).label,
        }
        yield (
            house.area.jurisdiction_id,
            Note(
                key=f"vote:{vote.pk}:{what}:{one.owner_id}",
                values=values,
                user_ids=tuple(users.get(one.owner_id, ())),
                phone=one.owner.phone,
                url=f"/owner/votes/{vote.pk}/",
            ),
        )


def _until(vote: Vote, what: str) -> str:
    if what == COUNTED and vote.objects_until:
        return in_letters(vote.objects_until)
    return to_the_minute(vote.closes_at)

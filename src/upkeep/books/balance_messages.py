"""余额变动通知: owners are told of every change of their house's balance, in the pages and, as the city wishes, by SMS.

Whoever has booked a change says so by `tell_balance`, which puts one job in the queue whatever the number of houses; the
worker then calls `send_balance_messages`, which reads the entry back, so that what is told is what was booked. A house is named
shortly, and in part hidden: an SMS passes through many hands.
Source: 165号令 第三十一条 (业主查询制度); 余额变动短信 as a city of Fujian sends them.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from upkeep.estate.models import House, OwnerAccount, Ownership
from upkeep.jobs.actions import defer
from upkeep.kernel.dates import in_letters
from upkeep.kernel.money import yuan
from upkeep.ledger import api as ledger
from upkeep.ledger.api import BookedEntry
from upkeep.messaging.actions import Note, notify_many
from upkeep.messaging.events import IN_SITE, SMS, Event, event
from upkeep.policy import balance_message_rule as rule

#: The kind of job that tells the owners of one entry; `upkeep.tasks` declares it.
TELLING = "balance_messages"
_PER_BATCH = 1_000
#: A worker that was away for longer tells in the pages only.
_NEWS = dt.timedelta(days=3)
_CHANNELS = (IN_SITE, SMS)
_BALANCE = "余额 {balance} 元"


def _told(code: str, title: str, text: str) -> Event:
    return event(f"balance.{code}", title, _CHANNELS, text)


DEPOSITED = _told(
    "deposited", "维修资金已入账", "您家{house}交存的维修资金 {amount} 元已于{day}入账，" + _BALANCE + "。"
)
TAKEN_BACK = _told(
    "taken_back",
    "维修资金入账已撤销",
    "您家{house}此前入账的维修资金 {amount} 元已于{day}由银行撤销，" + _BALANCE + "。如有疑问请联系{office}。",
)
REPAIRED = _told(
    "repaired", "维修资金已用于维修", "您家{house}于{day}为{why}支出维修资金 {amount} 元，" + _BALANCE + "。"
)
CLEARED = _told("cleared", "维修资金已退回", "您家{house}于{day}收到退回的维修款 {amount} 元，" + _BALANCE + "。")
REFUNDED = _told(
    "refunded", "维修资金已退款", "您家{house}的维修资金 {amount} 元已于{day}退到申请的账户，" + _BALANCE + "。"
)
RETURNED = _told(
    "returned",
    "房屋注销，余额转为待返还",
    "您家{house}已于{day}注销，维修资金余额 {amount} 元转为待返还。请携带身份证到{office}办理领取。",
)
EARNED_BACK = _told(
    "earned_back",
    "维修资金收益已冲销",
    "您家{house}此前分得的维修资金收益 {amount} 元已于{day}冲销，" + _BALANCE + "。如有疑问请联系{office}。",
)
EARNED = _told("earned", "维修资金收益已入账", "您家{house}于{day}分得维修资金收益 {amount} 元，" + _BALANCE + "。")


@dataclass(frozen=True)
class _Telling:
    """What is told of a posting, of its reversal, and which part of the city's rule decides on the SMS."""

    event: Event
    reversal: Event
    part: str


_TOLD_OF: dict[str, _Telling] = {
    "deposit_confirmed": _Telling(DEPOSITED, TAKEN_BACK, rule.DEPOSIT),
    "repair_paid": _Telling(REPAIRED, CLEARED, rule.REPAIR),
    "repair_paid_in_cash": _Telling(REPAIRED, CLEARED, rule.REPAIR),
    "repair_cleared_back": _Telling(CLEARED, REPAIRED, rule.REPAIR),
    "refund_paid": _Telling(REFUNDED, DEPOSITED, rule.REFUND),
    "loss_recognised": _Telling(RETURNED, DEPOSITED, rule.REFUND),
    "balance_returned": _Telling(REFUNDED, DEPOSITED, rule.REFUND),
    "earnings_distributed": _Telling(EARNED, EARNED_BACK, rule.EARNINGS),
    "earnings_shared": _Telling(EARNED, EARNED_BACK, rule.EARNINGS),
}


def tell_balance(*, area_id: int, source: str, at: dt.datetime, why: str = "") -> None:
    """The owners of the houses that the entry booked for `source` has moved will be told once the transaction has committed.

    `why` says in the owners' words what a repair was for. Idempotent: the same entry tells each owner once. Two inserts
    for any number of houses; a worker that dies over it leaves it to the next.
    """
    arguments = {"area_id": area_id, "source": source, "why": why, "happened_at": at.isoformat()}
    defer(kind=TELLING, title="余额变动通知", arguments=arguments, by_id=None, at=at)


def send_balance_messages(
    *, area_id: int, source: str, why: str = "", happened_at: dt.datetime, now: dt.datetime
) -> int:
    """What the worker does for `tell_balance`; answers with the number of owners told. Queries per thousand houses are
    constant. An entry that is not there, or of which nobody is told, tells nobody; after three days no SMS is sent.
    """
    entry_id = ledger.entry_of(area_id=area_id, source=source)
    if entry_id is None:
        return 0
    entry = ledger.entry(entry_id)
    telling = _TOLD_OF.get(entry.reason)
    if telling is None:
        return 0
    about = telling.reversal if entry.reverses else telling.event
    amounts = ledger.houses_of_entry(area_id=area_id, entry_id=entry_id)
    told = 0
    ids = sorted(amounts)
    for some in (ids[start : start + _PER_BATCH] for start in range(0, len(ids), _PER_BATCH)):
        houses = list(House.objects.filter(pk__in=some).select_related("area", "building"))
        after = ledger.balances_after(entry_id=entry_id, area_id=area_id, ids=some)
        notes = list(_notes(entry, houses, amounts, after, why=why))
        for place in sorted({house.area.jurisdiction_id for house in houses}):
            wanted = rule.balance_message_rule(jurisdiction_id=place, on=entry.booked_on).sms
            here = [note for jurisdiction_id, note in notes if jurisdiction_id == place]
            without = () if telling.part in wanted and now - happened_at <= _NEWS else (SMS,)
            notify_many(event=about.code, jurisdiction_id=place, notes=here, at=happened_at, without=without)
        told += len(notes)
    return told


def _notes(
    entry: BookedEntry, houses: Sequence[House], amounts: dict[int, int], after: dict[int, int], *, why: str
) -> Iterator[tuple[int, Note]]:
    """Who is told what: the owners on the booked day, those whose ownership ends with it too; by district."""
    by_id = {house.pk: house for house in houses}
    owned = Ownership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=entry.booked_on), house_id__in=list(by_id), since__lte=entry.booked_on
    ).select_related("owner")
    # Of a house sold on that very day the new owner is told.
    newest: dict[int, list[Ownership]] = {}
    for one in owned.order_by("since", "pk"):
        known = newest.setdefault(one.house_id, [])
        if known and known[0].until == one.since:
            known.clear()
        known.append(one)
    accounts = _accounts([one.owner_id for some in newest.values() for one in some])
    for house_id, some in newest.items():
        house = by_id[house_id]
        values = {
            "house": short_name(house),
            "amount": yuan(abs(amounts[house_id])),
            "balance": yuan(after.get(house_id, 0)),
            "day": in_letters(entry.booked_on),
            "why": why or "共用部位、共用设施设备维修",
        }
        for one in some:
            yield (
                house.area.jurisdiction_id,
                Note(
                    key=f"balance:{entry.id}:{house_id}:{one.owner_id}",
                    values=values,
                    user_ids=accounts.get(one.owner_id, ()),
                    phone=one.owner.phone,
                    url=f"/owner/houses/{house_id}/",
                ),
            )


def _accounts(owner_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The user of each owner that has an account, as long as it is the telephone on record that it has proved."""
    rows = OwnerAccount.objects.filter(owner_id__in=owner_ids).values_list("owner_id", "user_id")
    return {owner_id: (user_id,) for owner_id, user_id in rows}


def short_name(house: House) -> str:
    """江南名邸3幢＊＊02: enough for its owner to know it by, too little for anybody else."""
    return f"{house.area.name}{house.building.name}＊＊{house.room[-2:]}"

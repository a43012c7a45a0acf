"""What those who keep the keys read of them: how much is used, what was refused, what was asked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from upkeep.bank_api.faults import FAULTS
from upkeep.bank_api.keys import state_of
from upkeep.bank_api.models import BankKey, BankMessage, RefusedCalls
from upkeep.bank_api.operations import BY_NAME
from upkeep.kernel.dates import day_of, start_of

_WORDS = {one.code: one.text for one in FAULTS}
_REFUSED_DAYS = 30


@dataclass(frozen=True)
class ShownKey:
    """A key as a list shows it."""

    key: BankKey
    state: str
    tone: str
    done_today: int
    refused_today: int
    last_at: dt.datetime | None


@dataclass(frozen=True)
class ShownMessage:
    """A message in words."""

    message: BankMessage
    title: str
    outcome: str
    is_done: bool


def shown_keys(keys: Sequence[BankKey], *, at: dt.datetime) -> list[ShownKey]:
    """With what was done and refused today. Three queries, however many keys."""
    ids, today = [key.pk for key in keys], start_of(day_of(at))
    done = BankMessage.objects.filter(key_id__in=ids, at__gte=today).values("key_id")
    counts = {
        row["key_id"]: (row["done"], row["refused"])
        for row in done.annotate(done=Count("pk", filter=Q(status=200)), refused=Count("pk", filter=~Q(status=200)))
    }
    last = dict(BankMessage.objects.filter(key_id__in=ids).values_list("key_id").annotate(last=Max("at")))
    unsigned = RefusedCalls.objects.filter(key_id__in=ids, day=day_of(at)).values_list("key_id", "count")
    refused: dict[int, int] = {}
    for key_id, count in unsigned:
        refused[key_id] = refused.get(key_id, 0) + count
    return [
        ShownKey(
            key,
            *state_of(key, at=at),
            done_today=counts.get(key.pk, (0, 0))[0],
            refused_today=counts.get(key.pk, (0, 0))[1] + refused.get(key.pk, 0),
            last_at=last.get(key.pk),
        )
        for key in keys
    ]


def messages_of(key: BankKey) -> QuerySet[BankMessage]:
    """What was asked with the key, the newest first."""
    return BankMessage.objects.filter(key=key).order_by("-at", "-pk")


def shown_messages(messages: Sequence[BankMessage]) -> list[ShownMessage]:
    """In words."""
    return [
        ShownMessage(
            message=one,
            title=BY_NAME[one.operation].title if one.operation in BY_NAME else one.operation,
            outcome="已办理" if not one.fault else _WORDS.get(one.fault, one.fault),
            is_done=not one.fault,
        )
        for one in messages
    ]


def refused_calls(key: BankKey, *, on: dt.date) -> list[tuple[RefusedCalls, str]]:
    """What was refused for its signature in the last weeks, by day, with the reason in words."""
    since = on - dt.timedelta(days=_REFUSED_DAYS)
    found = RefusedCalls.objects.filter(key=key, day__gte=since).order_by("-day", "fault")
    return [(one, _WORDS.get(one.fault, one.fault)) for one in found]

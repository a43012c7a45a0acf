"""Tell people something, mark what they have read, ask again for what could not be sent."""

import datetime as dt
import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from upkeep.jobs.actions import put_in_queue
from upkeep.kernel.errors import Refusal
from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.events import Event, MessageChannel, event_of
from upkeep.messaging.models import UNSENT, Message, Outbox, SendState
from upkeep.parties.models import Jurisdiction

log = logging.getLogger(__name__)

#: The task that sends one row of the outbox; `upkeep.tasks` declares it.
SEND_TASK = "upkeep.send_message"
#: Before long imports that happen to wait: somebody may be looking at his telephone for a code.
_URGENT = 10
_MOBILE = re.compile(r"1[3-9]\d{9}")
_OUR_PAGE = re.compile(r"/([^/\\]|$)")
_MOST_TITLE, _MOST_SMS = 100, 450


@transaction.atomic
def notify(
    *,
    event: str,
    jurisdiction_id: int,
    values: Mapping[str, str],
    at: dt.datetime,
    key: str,
    user_ids: Iterable[int] = (),
    phone: str = "",
    email: str = "",
    url: str = "",
) -> None:
    """Tell users, a telephone and an e-mail address of an event, each once per `key`, by the channels of the event.

    Only rows are written here, inside the caller's transaction; SMS and e-mail leave after it has committed. A fixed
    line gets no SMS. Raises: UnknownEvent, MissingValue, ValueError for an address or a page that is none.
    """
    about = event_of(event)
    if url and not _OUR_PAGE.match(url):
        raise ValueError(f"{url} is no page of ours")
    city = Jurisdiction.objects.get(pk=jurisdiction_id)
    subject, text = about.words({"city": city.name, "office": city.office_name} | dict(values))
    if MessageChannel.IN_SITE in about.channels:
        _tell(about, user_ids, key=key, title=subject, text=text, url=url, at=at)
    if phone and MessageChannel.SMS in about.channels:
        number = re.sub(r"[\s-]", "", phone)
        if _MOBILE.fullmatch(number):
            # By the carriers' rule an SMS begins with who sends it.
            body = _cut(f"【{city.office_name}】{text}", _MOST_SMS)
            _post(about, MessageChannel.SMS, number, city=city, key=key, subject="", body=body, at=at)
        else:
            log.info("event=%s key=%s no mobile number, no SMS", event, key)
    if email and MessageChannel.EMAIL in about.channels:
        try:
            validate_email(email)
        except ValidationError:
            raise ValueError("not an e-mail address") from None
        _post(about, MessageChannel.EMAIL, email.strip(), city=city, key=key, subject=subject, body=text, at=at)


@dataclass(frozen=True, kw_only=True)
class Note:
    """What one person among many is told. `key` as in `notify`; without users or telephone that channel is left out."""

    key: str
    values: Mapping[str, str]
    user_ids: tuple[int, ...] = ()
    phone: str = ""
    url: str = ""


@transaction.atomic
def notify_many(
    *,
    event: str,
    jurisdiction_id: int,
    notes: Collection[Note],
    at: dt.datetime,
    without: Collection[MessageChannel] = (),
) -> None:
    """`notify` for thousands, in two statements: each person by his own values, each key once. `without` leaves out
    channels that the city does not want.

    SMS leave with the next rounds of the worker, so that thousands of them never stand before somebody's code.
    Raises: UnknownEvent, MissingValue, ValueError for a page that is none of ours.
    """
    about = event_of(event)
    channels = about.channels - frozenset(without)
    if any(note.url and not _OUR_PAGE.match(note.url) for note in notes):
        raise ValueError("a message leads to no page of ours")
    city = Jurisdiction.objects.get(pk=jurisdiction_id)
    always = {"city": city.name, "office": city.office_name}
    worded = [(note, *about.words(always | dict(note.values))) for note in notes]
    if MessageChannel.IN_SITE in channels:
        told = [
            Message(
                user_id=one,
                event=about.code,
                key=note.key,
                title=_cut(title, _MOST_TITLE),
                text=text,
                url=note.url,
                created_at=at,
            )
            for note, title, text in worded
            for one in note.user_ids
        ]
        Message.objects.bulk_create(told, ignore_conflicts=True, batch_size=5_000)
    if MessageChannel.SMS in channels:
        _post_many(about, [(note, text) for note, _, text in worded], city=city, at=at)


def _post_many(about: Event, worded: Sequence[tuple[Note, str]], *, city: Jurisdiction, at: dt.datetime) -> None:
    """Rows of the outbox; the worker's minute finds them by themselves."""
    rows = [
        Outbox(
            jurisdiction=city,
            channel=MessageChannel.SMS,
            event=about.code,
            key=note.key,
            address=number,
            address_hash=lookup_hash(number),
            body=_cut(f"【{city.office_name}】{text}", _MOST_SMS),
            created_at=at,
            next_try_at=at,
            expires_at=at + about.lasts if about.lasts else None,
        )
        for note, text in worded
        if _MOBILE.fullmatch(number := re.sub(r"[\s-]", "", note.phone))
    ]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5_000)


def _tell(
    about: Event, user_ids: Iterable[int], *, key: str, title: str, text: str, url: str, at: dt.datetime
) -> None:
    told = [
        Message(
            user_id=one, event=about.code, key=key, title=_cut(title, _MOST_TITLE), text=text, url=url, created_at=at
        )
        for one in sorted(set(user_ids))
    ]
    Message.objects.bulk_create(told, ignore_conflicts=True)


def _post(
    about: Event,
    channel: MessageChannel,
    address: str,
    *,
    city: Jurisdiction,
    key: str,
    subject: str,
    body: str,
    at: dt.datetime,
) -> None:
    """A row of the outbox and its place in the queue; nothing when the key has been posted before."""
    row = Outbox(
        jurisdiction=city,
        channel=channel,
        event=about.code,
        key=key,
        address=address,
        address_hash=lookup_hash(address),
        # One line: a line break in a subject would begin another header.
        subject=_cut(" ".join(subject.split()), _MOST_TITLE),
        body=body,
        created_at=at,
        next_try_at=at,
        expires_at=at + about.lasts if about.lasts else None,
    )
    Outbox.objects.bulk_create([row], ignore_conflicts=True)
    if Outbox.objects.filter(pk=row.pk).exists():
        put_in_queue(task=SEND_TASK, priority=_URGENT, outbox_id=row.pk)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


@transaction.atomic
def mark_read(*, message_id: int, user_id: int, at: dt.datetime) -> Message | None:
    """The user's message, read from now on; None when he has no such message. The first reading counts."""
    message = Message.objects.filter(pk=message_id, user_id=user_id).first()
    if message is not None and message.read_at is None:
        message.read_at = at
        message.save(update_fields=["read_at"])
    return message


def mark_all_read(*, user_id: int, at: dt.datetime) -> int:
    """All of the user's messages are read; how many were not."""
    return Message.objects.filter(user_id=user_id, read_at__isnull=True).update(read_at=at)


@transaction.atomic
def try_again(row: Outbox, *, at: dt.datetime) -> Outbox:
    """Send what was refused or given up after all, with all its tries. Raises: Refusal."""
    row = Outbox.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.state not in UNSENT:
        raise Refusal(f"这条{row.get_channel_display()}{row.get_state_display()}，不需要重新发送")
    if row.expires_at is not None and row.expires_at <= at:
        raise Refusal("这条消息已过时效（如验证码），不能再发送，请收件人重新获取")
    row.state, row.attempts, row.next_try_at, row.error = SendState.WAITING, 0, at, ""
    row.save(update_fields=["state", "attempts", "next_try_at", "error"])
    put_in_queue(task=SEND_TASK, priority=_URGENT, outbox_id=row.pk)
    return row

"""Sending what waits in the outbox: once, and again only when it surely or almost surely has not left.

A try has two steps. The first is committed before anything is sent: it counts the try and puts the next one some
minutes off, so a worker that dies has used up a try and nothing else. The second holds the row's lock while the gateway
is at work and writes the result into the same transaction: two workers never send one message, however slow one is.

What remains is the moment between the other side's "accepted" and our commit. Whoever is killed just there sends the message
again at the next try; no protocol of mail or SMS closes this gap. It is one COMMIT wide, and the message carries the
same Message-ID or reference both times, by which most receiving servers and gateways drop a repetition.
"""

import contextlib
import datetime as dt
import logging

from django.db import transaction

from upkeep.messaging.events import MessageChannel
from upkeep.messaging.gateways import RefusedForGood, TryLater, mail_gateway, sms_gateway
from upkeep.messaging.models import Outbox, SendState

log = logging.getLogger(__name__)

#: Minutes from each try to the next; longer than any gateway's time-out. After the last there is none.
PAUSES_MIN = (1, 5, 15, 60, 240)
MOST_ATTEMPTS = len(PAUSES_MIN) + 1
_REFERENCE = "upkeep-{}"


def deliver(outbox_id: int, *, at: dt.datetime) -> SendState | None:
    """Try to send one row that is due; what became of it, or None when it is not due or somebody else is at it."""
    if not _claim(outbox_id, at=at):
        return None
    return _send(outbox_id, at=at)


@transaction.atomic(durable=True)
def _claim(outbox_id: int, *, at: dt.datetime) -> bool:
    """Count the try and put off the next one; committed before anything leaves. False when there is nothing to try."""
    row = _locked(outbox_id)
    if row is None or row.next_try_at is None or row.next_try_at > at:
        return False
    if row.expires_at is not None and row.expires_at <= at:
        _close(row, SendState.ABANDONED, "已过时效，未发出")
        return False
    if row.attempts >= MOST_ATTEMPTS:
        _close(row, SendState.ABANDONED, row.error or "发送过程多次中断")
        return False
    row.attempts += 1
    row.next_try_at = at + dt.timedelta(minutes=PAUSES_MIN[min(row.attempts, len(PAUSES_MIN)) - 1])
    row.save(update_fields=["attempts", "next_try_at"])
    return True


def _send(outbox_id: int, *, at: dt.datetime) -> SendState | None:
    """Hand the row to its gateway while it is locked. Nothing but the commit comes after the gateway's answer."""
    with contextlib.ExitStack() as afterwards, transaction.atomic(durable=True):
        row = _locked(outbox_id, waits=True)  # whoever looks whether it is due holds it for a moment only
        if row is None:
            return None
        try:
            receipt, keeps_text = _hand_over(row, afterwards)
        except RefusedForGood as refusal:
            _close(row, SendState.FAILED, str(refusal))
        except TryLater as trouble:
            _put_off(row, str(trouble))
        else:
            _note_as_sent(row, receipt, keeps_text=keeps_text, at=at)
    log.info(
        "outbox=%s channel=%s event=%s state=%s attempts=%s", row.pk, row.channel, row.event, row.state, row.attempts
    )
    return SendState(row.state)


def _hand_over(row: Outbox, afterwards: contextlib.ExitStack) -> tuple[str, bool]:
    reference = _REFERENCE.format(row.pk)
    if row.channel == MessageChannel.SMS:
        sms = sms_gateway()
        return sms.send(row.address, row.body, reference=reference), sms.keeps_text
    mail = mail_gateway()
    afterwards.callback(mail.close)
    return mail.send(row.address, row.subject, row.body, reference=reference), mail.keeps_text


def _note_as_sent(row: Outbox, receipt: str, *, keeps_text: bool, at: dt.datetime) -> None:
    row.state, row.sent_at, row.next_try_at, row.error, row.receipt = SendState.SENT, at, None, "", receipt[:100]
    row.body = row.body if keeps_text else ""
    row.save(update_fields=["state", "sent_at", "next_try_at", "error", "receipt", "body"])


def _put_off(row: Outbox, why: str) -> None:
    """The next try has its time already; after the last one there is none."""
    if row.attempts >= MOST_ATTEMPTS:
        _close(row, SendState.ABANDONED, why)
    else:
        row.error = why[:200]
        row.save(update_fields=["error"])


def _locked(outbox_id: int, *, waits: bool = False) -> Outbox | None:
    """The row if it is still to be sent and nobody else holds it, or no longer."""
    rows = Outbox.objects.select_for_update(of=("self",), skip_locked=not waits)
    return rows.filter(pk=outbox_id, state=SendState.WAITING).first()


def _close(row: Outbox, state: SendState, why: str) -> None:
    row.state, row.next_try_at, row.error = state, None, why[:200]
    row.save(update_fields=["state", "next_try_at", "error"])

"""The security log of a user's keys, and telling him at once of what he must know."""

import datetime as dt

from upkeep.identity.models import KeyEvent, KeyEventKind
from upkeep.kernel.errors import Refusal
from upkeep.messaging.actions import notify
from upkeep.messaging.events import EMAIL, IN_SITE, SMS, event
from upkeep.parties.models import User


class KeyRefused(Refusal):
    """The key does not prove who its user is. The sentence says what to do, and nothing that helps to guess."""


event(
    "key_cloned",
    title="安全密钥可能被复制",
    channels={IN_SITE, SMS, EMAIL},
    text="您的密钥“{key}”出现异常的使用计数，可能已被他人复制，现已停用。如非本人操作，请立即修改密码并联系{office}。",
)


def log_key(
    *, user_id: int, kind: KeyEventKind, key_name: str, at: dt.datetime, by_id: int | None, note: str = ""
) -> KeyEvent:
    """Write a line."""
    return KeyEvent.objects.create(
        user_id=user_id, kind=kind, key_name=key_name[:60], note=note[:200], at=at, by_id=by_id
    )


def report_clone(*, user: User, key_name: str, note: str, at: dt.datetime) -> None:
    """A key's counter went back: written into the log, and its user is told in every way there is."""
    line = log_key(user_id=user.pk, kind=KeyEventKind.CLONED, key_name=key_name, note=note, at=at, by_id=None)
    notify(
        event="key_cloned",
        jurisdiction_id=user.jurisdiction_id,
        values={"key": key_name},
        at=at,
        key=f"key_cloned/{line.pk}",
        user_ids=[user.pk],
    )

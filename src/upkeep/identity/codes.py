"""动态密码: one-time codes by SMS. Six digits, five tries, five minutes, one use, bound to session, phone and purpose."""

import datetime as dt
import secrets

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from upkeep.identity import limits
from upkeep.identity.models import CodesOfDay, OneTimeCode
from upkeep.identity.models.codes import MOST_A_DAY, MOST_TRIES
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_id
from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.actions import notify
from upkeep.messaging.events import SMS, event

LIFETIME = dt.timedelta(minutes=5)
APART = dt.timedelta(seconds=60)
_DIGITS = 6
_TOO_SOON = "动态密码刚刚发送过，请 60 秒后再获取"

CODE_SENT = event(
    "identity.code_sent",
    "动态密码",
    (SMS,),
    "动态密码 {code}，{minutes} 分钟内有效，仅用于{purpose}。请勿告诉他人；如非本人操作请忽略。",
    lasts=LIFETIME,
)
#: What the SMS calls each purpose; a package that needs another one adds it.
PURPOSES = {"login": "登录", "registration": "注册", "phone": "更换手机号", "query": "公众查询"}


class TooMany(Refusal):
    """Another code so soon, or so often, is not sent. The sentence says when to try again."""


@transaction.atomic
def send_code(
    *, phone: str, purpose: str, session_key: str, jurisdiction_id: int, at: dt.datetime, address: str = ""
) -> None:
    """Send a new code to the phone; one sent before for the same purpose no longer counts.

    `address` is the visitor's internet address, where there is one. Raises: TooMany.
    """
    phone_hash = lookup_hash(phone)
    if address and not limits.allows(limits.SENDINGS_AN_HOUR, key=address, at=at):
        raise TooMany("您所在的网络获取动态密码过于频繁，请一小时后再试")
    _count(phone_hash, at=at)
    OneTimeCode.objects.filter(phone_hash=phone_hash, purpose=purpose, used_at__isnull=True).update(used_at=at)
    pk, code = new_id(), "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    sent = OneTimeCode(
        pk=pk,
        phone_hash=phone_hash,
        purpose=purpose,
        session_hash=lookup_hash(session_key),
        digest=_digest(pk, code),
        sent_at=at,
        expires_at=at + LIFETIME,
        quiet=DateTimeTZRange(at, at + APART),
    )
    try:
        with transaction.atomic():
            sent.save(force_insert=True)
    except IntegrityError:  # around midnight two requests count on two days' rows; the constraint stops the second
        raise TooMany(_TOO_SOON) from None
    minutes = str(int(LIFETIME.total_seconds() // 60))
    notify(
        event=CODE_SENT.code,
        jurisdiction_id=jurisdiction_id,
        values={"code": code, "minutes": minutes, "purpose": PURPOSES.get(purpose, "身份验证")},
        at=at,
        key=f"code:{pk}",
        phone=phone,
    )


def _count(phone_hash: str, *, at: dt.datetime) -> None:
    """One more for this phone today. The row is locked first: of many requests at once, one goes on."""
    today, _ = CodesOfDay.objects.get_or_create(phone_hash=phone_hash, day=day_of(at))
    today = CodesOfDay.objects.select_for_update().get(pk=today.pk)
    if OneTimeCode.objects.filter(phone_hash=phone_hash, sent_at__gt=at - APART).exists():
        raise TooMany(_TOO_SOON)
    if today.sent >= MOST_A_DAY:
        raise TooMany(f"该手机号今天已获取 {MOST_A_DAY} 次动态密码，请明天再试或改用密码登录")
    CodesOfDay.objects.filter(pk=today.pk).update(sent=F("sent") + 1)


def check_code(*, code: str, phone: str, purpose: str, session_key: str, at: dt.datetime) -> bool:
    """Whether this is the code that this session was sent to this phone for this purpose; right, it is used up.

    Answers rather than raises, so that the try is counted when the caller's transaction commits.
    """
    with transaction.atomic():
        sent = (
            OneTimeCode.objects.select_for_update()
            .filter(
                phone_hash=lookup_hash(phone),
                purpose=purpose,
                session_hash=lookup_hash(session_key),
                used_at__isnull=True,
                expires_at__gt=at,
                tries__lt=MOST_TRIES,
            )
            .order_by("-sent_at")
            .first()
        )
        if sent is None:
            return False
        is_right = constant_time_compare(sent.digest, _digest(sent.pk, code.strip()))
        sent.tries += 1
        sent.used_at = at if is_right else None
        sent.save(update_fields=["tries", "used_at"])
        return is_right


def _digest(pk: int, code: str) -> str:
    return salted_hmac("upkeep.identity.code", f"{pk}:{code}", algorithm="sha256").hexdigest()

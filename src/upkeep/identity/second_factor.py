"""动态口令 (TOTP, RFC 6238): six digits that an app on the telephone shows for half a minute, and codes for its loss."""

import base64
import datetime as dt
import secrets

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils.crypto import constant_time_compare

from upkeep.identity import limits
from upkeep.identity.models import Authenticator, RecoveryCode
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.models import User
from upkeep.parties.roles import Portal
from upkeep.policy.login_rule import login_rule

STEP_S = 30
#: A telephone's clock may be half a minute off, either way.
_AROUND = (-1, 0, 1)
_SECRET_BYTES = 20
_RECOVERY_CODES = 10
#: No 0, 1, I, L, O: the codes are written down by hand.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class AlreadyOn(Refusal):
    """The user has an app that works: it is taken away before another is set up."""


def begin(*, user: User, at: dt.datetime) -> Authenticator:
    """A new secret to be put into the app; it counts once `confirm` has seen a code of it. Raises: AlreadyOn."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user, confirmed_at__isnull=True).delete()
        if is_enrolled(user.pk):
            raise AlreadyOn("动态口令已启用；要换手机请先停用")
        secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        return Authenticator.objects.create(user=user, secret=secret, created_at=at)


def begun(user: User) -> Authenticator | None:
    """The secret that still waits for its first code."""
    return Authenticator.objects.filter(user=user, confirmed_at__isnull=True).first()


def address(authenticator: Authenticator) -> str:
    """What the QR code says to the app."""
    user = authenticator.user
    return _totp(authenticator).get_provisioning_uri(user.username, f"{user.jurisdiction.name}维修资金")


@transaction.atomic
def confirm(*, user: User, code: str, at: dt.datetime) -> list[str]:
    """Switch the app on if the code is right: answers with the recovery codes, which are never shown again; with none
    when the code was wrong."""
    waiting = Authenticator.objects.select_for_update().filter(user=user, confirmed_at__isnull=True).first()
    if waiting is None or not _takes(waiting, code, at=at):
        return []
    Authenticator.objects.filter(pk=waiting.pk).update(confirmed_at=at)
    return _new_recovery_codes(user)


def passes(*, user: User, code: str, at: dt.datetime) -> bool:
    """Whether this is a code of the user's app, or one of his recovery codes; either is good once.

    Five wrong ones close the door for a quarter of an hour, to right ones too. Raises: Refusal then.
    """
    if not limits.allows(limits.FACTORS, key=str(user.pk), at=at):
        raise Refusal("动态口令连续输错，请 15 分钟后再试")
    app = Authenticator.objects.filter(user=user, confirmed_at__isnull=False).first()
    if app is None:
        return False
    is_right = _takes(app, code, at=at) or _uses_recovery(user, code, at=at)
    if is_right:
        limits.forget(limits.FACTORS, key=str(user.pk))
    return is_right


def is_enrolled(user_id: int) -> bool:
    """Whether the user has an app that works."""
    return Authenticator.objects.filter(pk=user_id, confirmed_at__isnull=False).exists()


def recovery_codes_left(user_id: int) -> int:
    """How many recovery codes are still good."""
    return RecoveryCode.objects.filter(user_id=user_id, used_at__isnull=True).count()


@transaction.atomic
def remove(*, user_id: int) -> None:
    """Take the second factor away: the user's own wish, or an administrator's after the telephone was lost."""
    Authenticator.objects.filter(pk=user_id).delete()
    RecoveryCode.objects.filter(user_id=user_id).delete()


def is_for(user: User) -> bool:
    """Only staff have it: of the office and of the banks."""
    return user.realm in (Portal.OFFICE, Portal.BANK)


def wanted(user: User, *, on: dt.date) -> str:
    """What the city says of it for this user: "NONE", "OPTIONAL" or "REQUIRED"."""
    return login_rule(jurisdiction_id=user.jurisdiction_id, on=on).staff_second_factor if is_for(user) else "NONE"


def is_needed(user: User, *, at: dt.datetime) -> bool:
    """Whether the login stops to ask for it."""
    rule = wanted(user, on=day_of(at))
    return rule == "REQUIRED" or (rule == "OPTIONAL" and is_enrolled(user.pk))


def _totp(authenticator: Authenticator) -> TOTP:
    return TOTP(base64.b32decode(authenticator.secret), 6, SHA1(), STEP_S)


def _takes(authenticator: Authenticator, code: str, *, at: dt.datetime) -> bool:
    """Right, and later than the last one taken: a code read over the shoulder is worth nothing."""
    typed, now = "".join(code.split()), int(at.timestamp()) // STEP_S
    for step in (now + off for off in _AROUND):
        if constant_time_compare(_totp(authenticator).generate(step * STEP_S).decode(), typed):
            later = Authenticator.objects.filter(pk=authenticator.pk, last_step__lt=step)
            return later.update(last_step=step) == 1
    return False


def _new_recovery_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(_RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, code_hash=lookup_hash(code)) for code in codes])
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _uses_recovery(user: User, code: str, *, at: dt.datetime) -> bool:
    typed = "".join(code.split()).replace("-", "").upper()
    unused = RecoveryCode.objects.filter(user=user, code_hash=lookup_hash(typed), used_at__isnull=True)
    return unused.update(used_at=at) == 1

"""未认证用户注册 (manual 003 §2.1): from what a person says of himself to an account that can apply for an organisation.

Whether a user name is taken is said only to somebody who has proved his phone or his e-mail, so nobody learns from this
page who has an account. The link sent by e-mail is good for one use; only its hash is kept.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable

from django.db import transaction

from upkeep.identity import limits
from upkeep.identity.models import Activation, Enrolment
from upkeep.kernel.dates import day_of, to_the_minute
from upkeep.kernel.errors import Refusal
from upkeep.messaging.actions import notify
from upkeep.messaging.events import EMAIL, event
from upkeep.parties.actions import NameTaken, open_account
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.policy.registration_rule import RegistrationRule, registration_rule

LINK_SENT = event(
    "identity.activation_link",
    "未认证用户激活",
    (EMAIL,),
    "{name}：\n\n您在{city}住宅专项维修资金管理平台注册了未认证用户“{username}”。"
    "请在 {until} 前打开以下链接，并在页面上点击“激活”：\n\n{link}\n\n"
    "链接只能使用一次。如非本人操作，请不要打开链接，注册会自动失效。\n\n{office}",
    "请激活您的未认证用户",
)
#: Letters to one address, and new names tried by one who has proved himself.
LETTERS = limits.Limit("activation-letter", 5, dt.timedelta(hours=24))
NAMES = limits.Limit("enrolment-name", 10, dt.timedelta(hours=1))
_TOKEN_BYTES = 32


class NotActivatable(Refusal):
    """The link or the enrolment is used up, too old, or never was."""


@transaction.atomic
def enrol(
    *,
    jurisdiction_id: int,
    username: str,
    password_hash: str,
    name: str,
    document_kind: str,
    document_number: str,
    organisation_name: str,
    social_credit_code: str,
    phone: str,
    email: str,
    at: dt.datetime,
) -> Enrolment:
    """Keep what was said until it is proved or runs out. Looks nothing up: a name that is taken is taken in as well."""
    return Enrolment.objects.create(
        jurisdiction_id=jurisdiction_id,
        username=username,
        password_hash=password_hash,
        name=name,
        document_kind=document_kind,
        document_number=document_number,
        organisation_name=organisation_name,
        social_credit_code=social_credit_code,
        phone=phone,
        email=email,
        created_at=at,
        expires_at=at + _lifetime(jurisdiction_id, at=at),
    )


def _lifetime(jurisdiction_id: int, *, at: dt.datetime) -> dt.timedelta:
    rule: RegistrationRule = registration_rule(jurisdiction_id=jurisdiction_id, on=day_of(at))
    return dt.timedelta(hours=rule.activation_hours)


def open_enrolment(enrolment_id: int, *, at: dt.datetime) -> Enrolment | None:
    """The enrolment while it waits for its proof, or for another name."""
    return Enrolment.objects.filter(pk=enrolment_id, user__isnull=True, expires_at__gt=at).first()


def enrolment_of(user_id: int) -> Enrolment | None:
    """What the holder of an account said of himself when he enrolled."""
    return Enrolment.objects.filter(user_id=user_id).first()


@transaction.atomic
def send_link(enrolment_id: int, *, link: Callable[[str], str], at: dt.datetime) -> None:
    """Send a link by e-mail; one sent before no longer counts. Raises: NotActivatable, Refusal after five letters."""
    enrolment = _locked(enrolment_id, at=at)
    if not limits.allows(LETTERS, key=enrolment.email.lower(), at=at):
        raise Refusal("向该邮箱发送激活邮件过于频繁，请明天再试，或改用短信验证码校验")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    enrolment.token_hash = _hash(token)
    enrolment.expires_at = at + _lifetime(enrolment.jurisdiction_id, at=at)
    enrolment.save(update_fields=["token_hash", "expires_at"])
    notify(
        event=LINK_SENT.code,
        jurisdiction_id=enrolment.jurisdiction_id,
        values={
            "name": enrolment.name,
            "username": enrolment.username,
            "link": link(token),
            "until": to_the_minute(enrolment.expires_at),
        },
        at=at,
        key=f"activation:{enrolment.token_hash}",
        email=enrolment.email,
    )


def by_token(token: str, *, jurisdiction_id: int, at: dt.datetime) -> Enrolment | None:
    """The enrolment that a link activates; None when it was used, has run out, or was never sent."""
    if not token:
        return None
    waiting = Enrolment.objects.filter(user__isnull=True, expires_at__gt=at, jurisdiction_id=jurisdiction_id)
    return waiting.filter(token_hash=_hash(token)).first()


@transaction.atomic
def activate_by_link(token: str, *, jurisdiction_id: int, at: dt.datetime) -> Enrolment:
    """Take the link. The enrolment has its user, unless the name is taken. Raises: NotActivatable."""
    found = by_token(token, jurisdiction_id=jurisdiction_id, at=at)
    if found is None or (enrolment := _locked(found.pk, at=at)).token_hash != _hash(token):
        raise NotActivatable("激活链接无效、已使用或已过期，请重新获取或重新注册")
    return _prove(enrolment, Activation.EMAIL, at=at)


@transaction.atomic
def activate_by_code(enrolment_id: int, *, at: dt.datetime) -> Enrolment:
    """The SMS code was right. The enrolment has its user, unless the name is taken. Raises: NotActivatable."""
    return _prove(_locked(enrolment_id, at=at), Activation.SMS, at=at)


@transaction.atomic
def rename(enrolment_id: int, *, username: str, at: dt.datetime) -> Enrolment:
    """Another name for one who is proved and whose first one was taken. Raises: NotActivatable, NameTaken."""
    enrolment = _locked(enrolment_id, at=at)
    if enrolment.proved_at is None:
        raise NotActivatable("请先完成短信或邮箱校验")
    if not limits.allows(NAMES, key=str(enrolment.pk), at=at):
        raise Refusal("尝试的用户名过多，请一小时后再试")
    enrolment.username = username
    return _open(enrolment, at=at)


def _locked(enrolment_id: int, *, at: dt.datetime) -> Enrolment:
    waiting = Enrolment.objects.select_for_update(of=("self",)).filter(pk=enrolment_id, user__isnull=True)
    enrolment = waiting.filter(expires_at__gt=at).first()
    if enrolment is None:
        raise NotActivatable("这次注册已激活或已过期，请直接登录或重新注册")
    return enrolment


def _prove(enrolment: Enrolment, way: Activation, *, at: dt.datetime) -> Enrolment:
    enrolment.proved_at, enrolment.proved_by, enrolment.token_hash = at, way, ""
    enrolment.save(update_fields=["proved_at", "proved_by", "token_hash"])
    try:
        return _open(enrolment, at=at)
    except NameTaken:
        return enrolment


def _open(enrolment: Enrolment, *, at: dt.datetime) -> Enrolment:
    enrolment.user = _account(enrolment, at=at)
    enrolment.save(update_fields=["username", "user"])
    return enrolment


def _account(enrolment: Enrolment, *, at: dt.datetime) -> User:
    return open_account(
        username=enrolment.username,
        name=enrolment.name,
        phone=enrolment.phone,
        roles=[Role.UNVERIFIED],
        jurisdiction_id=enrolment.jurisdiction_id,
        password_hash=enrolment.password_hash,
        at=at,
    )


def delete_expired(*, at: dt.datetime) -> int:
    """Forget those who never proved themselves; how many."""
    deleted, _ = Enrolment.objects.filter(user__isnull=True, expires_at__lte=at).delete()
    return deleted


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

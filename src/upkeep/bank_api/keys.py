"""接口密钥 of banks: made by one administrator, put into use by another, replaced, blocked."""

import datetime as dt
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from upkeep.bank_api import signing
from upkeep.bank_api.models import BankKey, SignatureKind
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.history import record
from upkeep.parties.models import EventKind, Organisation, OrganisationKind
from upkeep.parties.queries import within
from upkeep.parties.roles import Role

#: 系统管理员 and 安全管理员 check each other: one makes a key, the other puts it into use.
KEEPERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
READERS = (*KEEPERS, Role.AUDIT_ADMIN)
#: How long the replaced key still works once its successor does, so that a bank can change over in its own time.
OVERLAP = dt.timedelta(days=7)
_SECRET_BYTES = 32


class NotTheKeeper(Refusal):
    """Somebody else must do this."""


class KeyNotThere(Refusal):
    """The key is not in the state that this needs."""


@dataclass(frozen=True)
class MadeKey:
    """A new key with its secret (empty for SM2), which is shown now and never again."""

    key: BankKey
    secret: str


def banks_under(actor: Actor) -> QuerySet[Organisation]:
    """The banks for which the actor may look at keys."""
    places = within(actor.jurisdiction_id)
    return Organisation.objects.filter(kind=OrganisationKind.BANK, jurisdiction_id__in=places).order_by("name")


def keys_visible_to(actor: Actor) -> QuerySet[BankKey]:
    """The keys of the banks of the actor's jurisdiction, the newest first."""
    if not actor.has(*READERS):
        return BankKey.objects.none()
    places = within(actor.jurisdiction_id)
    found = BankKey.objects.select_related("bank", "made_by", "enabled_by", "blocked_by", "replaces")
    return found.filter(bank__jurisdiction_id__in=places).order_by("-made_at")


@transaction.atomic
def make_key(
    *,
    bank_id: int,
    name: str,
    kind: SignatureKind,
    by: Actor,
    at: dt.datetime,
    public_key: str = "",
    replaces: BankKey | None = None,
) -> MadeKey:
    """A new key, not yet in use. `public_key` is needed for SM2 and nothing else.

    Raises: NotTheKeeper; KeyNotThere; HasProblems; signing.BadKey.
    """
    _check_keeper(by)
    bank = banks_under(by).filter(pk=bank_id).first()
    if bank is None:
        raise HasProblems([Problem("bank", "请选择本市的专户银行")])
    name = name.strip()
    if not name:
        raise HasProblems([Problem("name", "请填写名称，例如 核心系统")])
    if replaces is not None:
        _check_replaceable(replaces, at=at)
    secret = secrets.token_hex(_SECRET_BYTES) if kind is SignatureKind.HMAC_SM3 else ""
    point = signing.tidy_public_key(public_key) if kind is SignatureKind.SM2 else ""
    key = BankKey.objects.create(
        bank=bank,
        code=f"BK{secrets.token_hex(8).upper()}",
        name=name[:40],
        kind=kind,
        secret=secret,
        public_key=point,
        fingerprint=fingerprint_of(secret or point),
        replaces=replaces,
        made_at=at,
        made_by_id=by.user_id,
    )
    after = f"{key.get_kind_display()}，指纹 {key.fingerprint}" + (f"，更换 {replaces.code}" if replaces else "")
    _record(EventKind.BANK_KEY_MADE, key, by=by, at=at, after=after)
    return MadeKey(key, secret)


def fingerprint_of(content: str) -> str:
    """By what two people make sure over the telephone that they speak of the same key, without saying it."""
    return signing.digest(content.encode())[:16].upper()


@transaction.atomic
def enable_key(key_id: int, *, by: Actor, at: dt.datetime) -> BankKey:
    """Put a key into use; the one it replaces ends after `OVERLAP`. Raises: NotTheKeeper for its maker; KeyNotThere."""
    _check_keeper(by)
    key = _locked(key_id, by=by)
    if key.blocked_at is not None:
        raise KeyNotThere("该密钥已停用，不能再启用，请重新创建")
    if key.enabled_at is not None:
        raise KeyNotThere("该密钥已经启用")
    if key.made_by_id == by.user_id:
        raise NotTheKeeper("密钥须由创建人以外的管理员与银行核对指纹后启用")
    key.enabled_at, key.enabled_by_id = at, by.user_id
    key.save(update_fields=["enabled_at", "enabled_by"])
    _record(EventKind.BANK_KEY_ENABLED, key, by=by, at=at, before="待启用", after="启用")
    old = BankKey.objects.select_for_update().filter(successors=key, blocked_at__isnull=True).first()
    if old is not None and (old.ends_at is None or old.ends_at > at + OVERLAP):
        old.ends_at = at + OVERLAP
        old.save(update_fields=["ends_at"])
    return key


@transaction.atomic
def block_key(key_id: int, *, reason: str, by: Actor, at: dt.datetime) -> BankKey:
    """At once and for ever: whatever is signed with it is refused from now on. Raises: NotTheKeeper, KeyNotThere, HasProblems."""
    _check_keeper(by)
    reason = reason.strip()
    if not reason:
        raise HasProblems([Problem("reason", "请填写停用原因")])
    key = _locked(key_id, by=by)
    if key.blocked_at is not None:
        raise KeyNotThere("该密钥已经停用")
    key.blocked_at, key.blocked_by_id, key.block_reason = at, by.user_id, reason[:200]
    key.save(update_fields=["blocked_at", "blocked_by", "block_reason"])
    _record(EventKind.BANK_KEY_BLOCKED, key, by=by, at=at, after="停用", reason=key.block_reason)
    return key


def state_of(key: BankKey, *, at: dt.datetime) -> tuple[str, str]:
    """What a key is now, and the tone in which it is shown."""
    if key.blocked_at is not None:
        return "已停用", "bad"
    if key.enabled_at is None:
        return "待启用", "warn"
    if key.ends_at is not None and key.ends_at <= at:
        return "已到期", "quiet"
    return ("更换中", "info") if key.ends_at is not None else ("使用中", "good")


def works(key: BankKey, *, at: dt.datetime) -> bool:
    """Whether what it signs counts at this moment; its bank must not be suspended."""
    if key.enabled_at is None or key.blocked_at is not None or key.bank.suspended_at is not None:
        return False
    return key.enabled_at <= at and (key.ends_at is None or at < key.ends_at)


def _check_keeper(by: Actor) -> None:
    if not by.has(*KEEPERS):
        raise NotTheKeeper("接口密钥由系统管理员和安全管理员办理")


def _check_replaceable(key: BankKey, *, at: dt.datetime) -> None:
    if not works(key, at=at):
        raise KeyNotThere("只有使用中的密钥才能更换，请直接创建新密钥")
    successor = BankKey.objects.filter(replaces=key, blocked_at__isnull=True).first()
    if successor is not None:
        raise KeyNotThere(f"该密钥已有更换的密钥 {successor.code}，请启用或停用它")


def _locked(key_id: int, *, by: Actor) -> BankKey:
    key = BankKey.objects.select_for_update(of=("self",)).select_related("bank").get(pk=key_id)
    if key.bank.jurisdiction_id not in within(by.jurisdiction_id):
        raise NotTheKeeper("该密钥不属于本市的专户银行")
    return key


def _record(
    kind: EventKind,
    key: BankKey,
    *,
    by: Actor,
    at: dt.datetime,
    before: str = "",
    after: str = "",
    reason: str = "",
) -> None:
    record(
        kind,
        by=by,
        at=at,
        jurisdiction_id=key.bank.jurisdiction_id,
        subject=f"{key.bank.name} 接口密钥 {key.code}",
        organisation=key.bank,
        before=before,
        after=after,
        reason=reason,
    )

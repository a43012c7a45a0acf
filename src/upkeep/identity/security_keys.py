"""WebAuthn security keys (安全密钥): registering one, and proving by it who logs in."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from upkeep.identity.challenges import LIFETIME, make_challenge, take_challenge
from upkeep.identity.key_log import KeyRefused, log_key, report_clone
from upkeep.identity.models import KeyEventKind, KeyPurpose, SecurityKey
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import User
from upkeep.policy.login_rule import login_rule

#: So many keys a user may have at a time: a few spare ones, and no flood.
MOST_KEYS = 10
_TIMEOUT = int(LIFETIME.total_seconds() * 1000)
_STALE = "验证已过期或已使用，请重新点击按钮再试"
_TRANSPORTS = {one.value for one in AuthenticatorTransport}


@dataclass(frozen=True)
class Site:
    """The site as browsers know it: a key registered on one host name answers to that name only."""

    host: str
    origin: str


def live_keys(*, user_id: int) -> QuerySet[SecurityKey]:
    """The user's keys that are not removed, suspended ones among them, the newest first."""
    return SecurityKey.objects.filter(user_id=user_id, removed_at__isnull=True).order_by("-created_at")


def registration_options(*, user: User, session_key: str, site: Site, at: dt.datetime) -> str:
    """What the browser needs to have a key make a new pair, as JSON."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="住宅专项维修资金管理平台",
        user_name=user.username,
        user_display_name=user.name,
        user_id=_handle(user),
        challenge=make_challenge(session_key=session_key, purpose=KeyPurpose.REGISTER, user_id=user.pk, at=at),
        timeout=_TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_verification(user, at)
        ),
        exclude_credentials=[_descriptor(key) for key in live_keys(user_id=user.pk).filter(site=site.host)],
    )
    return options_to_json(options)


def register_key(
    *, user: User, name: str, answer: object, session_key: str, site: Site, by_id: int, at: dt.datetime
) -> SecurityKey:
    """Keep the new key of the user. `by_id` is the user himself, or the member of the office who registers it for him.

    Raises: KeyRefused, Refusal for a name that will not do.
    """
    challenge = take_challenge(session_key=session_key, purpose=KeyPurpose.REGISTER, user_id=user.pk, at=at)
    if challenge is None:
        raise KeyRefused(_STALE)
    name = name.strip()
    if not name or len(name) > 40:
        raise Refusal("请给密钥起一个名称（1 至 40 个字），以便今后辨认")
    if live_keys(user_id=user.pk).count() >= MOST_KEYS:
        raise Refusal(f"最多登记 {MOST_KEYS} 把密钥，请先删除不用的密钥")
    proved = _verified_registration(answer, challenge=challenge, site=site, user=user, at=at)
    try:
        with transaction.atomic():
            key = SecurityKey.objects.create(
                user=user,
                name=name,
                site=site.host,
                credential_id=proved.credential_id,
                public_key=proved.credential_public_key,
                sign_count=proved.sign_count,
                transports=_transports(answer),
                created_at=at,
                created_by_id=by_id,
            )
    except IntegrityError:
        raise KeyRefused("这把密钥已经登记过") from None
    log_key(user_id=user.pk, kind=KeyEventKind.ADDED, key_name=name, at=at, by_id=by_id)
    return key


def login_options(*, user: User, session_key: str, site: Site, at: dt.datetime) -> str:
    """What the browser needs to have one of the user's keys sign, as JSON."""
    usable = live_keys(user_id=user.pk).filter(site=site.host, suspended_at__isnull=True)
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=make_challenge(session_key=session_key, purpose=KeyPurpose.LOGIN, user_id=user.pk, at=at),
        timeout=_TIMEOUT,
        allow_credentials=[_descriptor(key) for key in usable],
        user_verification=_verification(user, at),
    )
    return options_to_json(options)


def prove_by_key(*, user: User, answer: object, session_key: str, site: Site, at: dt.datetime) -> SecurityKey:
    """The user's key has answered this session's challenge. Nothing but the return of this function proves him.

    Raises: KeyRefused. What is written then (the challenge used up, the log, a clone suspended) is to stay.
    """
    challenge = take_challenge(session_key=session_key, purpose=KeyPurpose.LOGIN, user_id=user.pk, at=at)
    if challenge is None:
        raise KeyRefused(_STALE)
    key = live_keys(user_id=user.pk).filter(credential_id=_credential_id(answer)).select_for_update().first()
    if key is None:
        _refuse(user, "未知密钥", "不是该用户登记的密钥", at)
        raise KeyRefused("这把密钥没有登记在您的名下，请插入登记过的密钥")
    if key.suspended_at is not None:
        _refuse(user, key.name, "密钥已停用", at)
        raise KeyRefused("这把密钥已停用，请使用其他密钥，或到管理中心窗口办理")
    try:
        proved = _verified_login(answer, key=key, challenge=challenge, site=site, at=at)
    except (WebAuthnException, ValueError, TypeError, KeyError) as wrong:
        _refuse(user, key.name, str(wrong), at)
        raise KeyRefused("密钥验证未通过，请重新插入密钥，正确输入 PIN 后再试") from None
    if proved.new_sign_count <= key.sign_count and (proved.new_sign_count or key.sign_count):
        key.suspended_at = at
        key.save(update_fields=["suspended_at"])
        note = f"签名计数 {proved.new_sign_count} 未超过上次的 {key.sign_count}"
        report_clone(user=user, key_name=key.name, note=note, at=at)
        raise KeyRefused("这把密钥可能已被复制，已停用。请使用其他密钥，或到管理中心窗口办理")
    key.sign_count, key.last_used_at = proved.new_sign_count, at
    key.save(update_fields=["sign_count", "last_used_at"])
    log_key(user_id=user.pk, kind=KeyEventKind.USED, key_name=key.name, at=at, by_id=user.pk)
    return key


def remove_key(*, key: SecurityKey, by_id: int, at: dt.datetime) -> None:
    """Take the key out of use for ever. Whether the user may do without is the caller's question."""
    if key.removed_at is not None:
        raise KeyRefused("这把密钥已经删除")
    key.removed_at = at
    key.save(update_fields=["removed_at"])
    log_key(user_id=key.user_id, kind=KeyEventKind.REMOVED, key_name=key.name, at=at, by_id=by_id)


def _verified_registration(
    answer: object, *, challenge: bytes, site: Site, user: User, at: dt.datetime
) -> VerifiedRegistration:
    try:
        return verify_registration_response(
            credential=_as_json(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=_must_verify(user, at),
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as wrong:
        _refuse(user, "新密钥", str(wrong), at)
        raise KeyRefused("密钥登记未完成，请重新插入密钥，设置并输入 PIN 后再试") from None


def _verified_login(
    answer: object, *, key: SecurityKey, challenge: bytes, site: Site, at: dt.datetime
) -> VerifiedAuthentication:
    # The library would compare the counters before it looks at the signature, and anybody could have a key suspended by
    # sending a low counter. So it is told zero, and the counter is judged once the signature is known to be the key's.
    return verify_authentication_response(
        credential=_as_json(answer),
        expected_challenge=challenge,
        expected_rp_id=site.host,
        expected_origin=site.origin,
        credential_public_key=bytes(key.public_key),
        credential_current_sign_count=0,
        require_user_verification=_must_verify(key.user, at),
    )


def _refuse(user: User, key_name: str, why: str, at: dt.datetime) -> None:
    log_key(user_id=user.pk, kind=KeyEventKind.REFUSED, key_name=key_name, note=why, at=at, by_id=None)


def _must_verify(user: User, at: dt.datetime) -> bool:
    return login_rule(jurisdiction_id=user.jurisdiction_id, on=day_of(at)).key_verifies_user


def _verification(user: User, at: dt.datetime) -> UserVerificationRequirement:
    return UserVerificationRequirement.REQUIRED if _must_verify(user, at) else UserVerificationRequirement.PREFERRED


def _handle(user: User) -> bytes:
    """What the key keeps of the user: a number that says nothing to anybody else."""
    return user.pk.to_bytes(8, "big")


def _descriptor(key: SecurityKey) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(one) for one in key.transports] or None
    return PublicKeyCredentialDescriptor(id=bytes(key.credential_id), transports=transports)


def _as_json(answer: object) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise ValueError("the answer is no object")
    return json.loads(json.dumps(answer))  # type: ignore[no-any-return]


def _credential_id(answer: object) -> bytes:
    told = answer.get("rawId") if isinstance(answer, dict) else None
    try:
        return base64url_to_bytes(told) if isinstance(told, str) else b""
    except ValueError:
        return b""


def _transports(answer: object) -> list[str]:
    """How the key can be reached, as far as the browser says and the standard knows."""
    response = answer.get("response") if isinstance(answer, dict) else None
    told = response.get("transports") if isinstance(response, dict) else None
    return [one for one in told if one in _TRANSPORTS][:6] if isinstance(told, list) else []

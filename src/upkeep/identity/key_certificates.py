"""Certificates on USB keys (国密 SM2): the office gives one to a user, the user signs with it, the office takes it back."""

import base64
import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from upkeep.identity.authorities import check_certificate
from upkeep.identity.challenges import make_challenge, take_challenge
from upkeep.identity.key_log import KeyRefused, log_key
from upkeep.identity.models import KeyCertificate, KeyEventKind, KeyPurpose
from upkeep.identity.security_keys import Site
from upkeep.identity.sm2 import BadCertificate, Certificate, read_certificate, tidy_number
from upkeep.kernel.dates import SHANGHAI, day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.queries import within
from upkeep.policy.login_rule import login_rule

_STALE = "验证已过期或已使用，请重新点击按钮再试"


def issue_certificate(
    *,
    user: User,
    content: bytes,
    valid_from: dt.date,
    valid_until: dt.date,
    is_old: bool,
    by: Actor,
    at: dt.datetime,
) -> KeyCertificate:
    """Give the user the key with this certificate. Raises: BadCertificate, HasProblems."""
    certificate = read_certificate(content)
    authority = check_certificate(certificate, jurisdiction_id=user.jurisdiction_id, at=at)
    last = certificate.x509.not_valid_after_utc.astimezone(SHANGHAI).date()
    if valid_until < max(valid_from, day_of(at)):
        raise HasProblems([Problem("valid_until", "停用日期不能早于启用日期和今天")])
    if valid_until > last:
        raise HasProblems([Problem("valid_until", f"停用日期不能晚于证书的有效期（{last:%Y-%m-%d}）")])
    try:
        with transaction.atomic():
            given = KeyCertificate.objects.create(
                user=user,
                authority=authority,
                number=certificate.number,
                holder=certificate.holder,
                fingerprint=certificate.fingerprint,
                valid_from=valid_from,
                valid_until=valid_until,
                is_old=is_old,
                issued_at=at,
                issued_by_id=by.user_id,
            )
    except IntegrityError:
        raise HasProblems([Problem("certificate", "该证书已经发放给一位用户；如需改发，请先收回")]) from None
    log_key(user_id=user.pk, kind=KeyEventKind.ISSUED, key_name=certificate.number, at=at, by_id=by.user_id)
    return given


def revoke_certificate(*, given: KeyCertificate, reason: str, by: Actor, at: dt.datetime) -> None:
    """Take the key back: it proves nobody any more. Raises: KeyRefused when that was done before."""
    if given.revoked_at is not None:
        raise KeyRefused("该证书已经收回")
    given.revoked_at, given.revoked_by_id = at, by.user_id
    given.save(update_fields=["revoked_at", "revoked_by"])
    log_key(
        user_id=given.user_id,
        kind=KeyEventKind.REVOKED,
        key_name=given.number,
        note=reason,
        at=at,
        by_id=by.user_id,
    )


def message_to_sign(*, session_key: str, user_id: int | None, site: Site, at: dt.datetime) -> str:
    """What the key is to sign for this session, once (docs/key-protocol.md). `user_id` where the user is known."""
    challenge = make_challenge(session_key=session_key, purpose=KeyPurpose.CERTIFICATE, user_id=user_id, at=at)
    return _message(challenge, site)


def prove_by_certificate(
    *,
    certificate: str,
    signature: str,
    user: User | None,
    jurisdiction_id: int,
    session_key: str,
    site: Site,
    at: dt.datetime,
) -> KeyCertificate:
    """The USB key has signed this session's message, its certificate holds, and it is the key of `user` (or of a user of
    the city, where nobody is known yet). Both texts are base64. Nothing but the return of this function proves him.

    Raises: KeyRefused. What is written then (the message used up, the log) is to stay.
    """
    user_id = user.pk if user else None
    challenge = take_challenge(session_key=session_key, purpose=KeyPurpose.CERTIFICATE, user_id=user_id, at=at)
    if challenge is None:
        raise KeyRefused(_STALE)
    shown = _read(certificate)
    if not shown.signed(_message(challenge, site).encode(), _bytes(signature)):
        raise KeyRefused("密钥签名不正确，请刷新页面或重新插入密钥，输入正确的密钥口令后再试")
    given = _given_to(shown, jurisdiction_id=jurisdiction_id)
    if given is None:
        raise KeyRefused("该密钥没有发放给本市的用户或已经收回，请到管理中心窗口办理")
    if user is not None and given.user_id != user.pk:
        _log_refusal(user.pk, given.number, "插入的是他人的密钥", at)
        raise KeyRefused("插入的密钥不是发放给您的，请插入您本人的密钥")
    try:
        check_certificate(shown, jurisdiction_id=given.user.jurisdiction_id, at=at)
        _check_days(given, at=at)
    except (BadCertificate, KeyRefused) as bad:
        _log_refusal(given.user_id, given.number, str(bad), at)
        raise KeyRefused(str(bad)) from None
    given.last_used_at = at
    given.save(update_fields=["last_used_at"])
    log_key(user_id=given.user_id, kind=KeyEventKind.USED, key_name=given.number, at=at, by_id=given.user_id)
    return given


def must_confirm(given: KeyCertificate, *, at: dt.datetime) -> bool:
    """Whether the operator has to confirm himself first (经办人信息确认): old keys only, once, where the city asks."""
    rule = login_rule(jurisdiction_id=given.user.jurisdiction_id, on=day_of(at))
    return given.is_old and given.confirmed_at is None and rule.confirm_operator


def to_confirm(*, number: str, city_id: int) -> KeyCertificate | None:
    """The city's old key of this number that nobody has confirmed yet."""
    return (
        _live()
        .filter(number=tidy_number(number), is_old=True, confirmed_at__isnull=True)
        .filter(user__jurisdiction_id__in=within(city_id))
        .first()
    )


def confirm_operator(*, given: KeyCertificate, at: dt.datetime) -> None:
    """The operator has seen his name and phone and says that he is the one. A second time changes nothing."""
    if KeyCertificate.objects.filter(pk=given.pk, confirmed_at__isnull=True).update(confirmed_at=at):
        log_key(user_id=given.user_id, kind=KeyEventKind.CONFIRMED, key_name=given.number, at=at, by_id=given.user_id)


def _message(challenge: bytes, site: Site) -> str:
    """Names the site, so that what was signed for another site is worth nothing here."""
    return f"upkeep-key-1\n{site.origin}\n{base64.b64encode(challenge).decode()}"


def _read(certificate: str) -> Certificate:
    try:
        return read_certificate(_bytes(certificate))
    except BadCertificate as bad:
        raise KeyRefused(str(bad)) from None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _live() -> QuerySet[KeyCertificate]:
    found = KeyCertificate.objects.select_related("user", "authority")
    return found.filter(Q(revoked_at__isnull=True), Q(user__is_active=True))


def _given_to(shown: Certificate, *, jurisdiction_id: int) -> KeyCertificate | None:
    mine = _live().filter(fingerprint=shown.fingerprint, user__jurisdiction_id__in=within(jurisdiction_id))
    return mine.first()


def _check_days(given: KeyCertificate, *, at: dt.datetime) -> None:
    today = day_of(at)
    if today < given.valid_from:
        raise KeyRefused(f"该密钥自 {given.valid_from:%Y-%m-%d} 起启用")
    if today > given.valid_until:
        raise KeyRefused("该密钥已过停用日期，请到管理中心窗口办理续用")


def _log_refusal(user_id: int, number: str, why: str, at: dt.datetime) -> None:
    log_key(user_id=user_id, kind=KeyEventKind.REFUSED, key_name=number, note=why, at=at, by_id=None)

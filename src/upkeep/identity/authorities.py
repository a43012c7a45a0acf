"""认证机构: whose certificates a city believes, what they have revoked, and whether a certificate holds."""

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from upkeep.identity.models import CertificateAuthority, RevocationList
from upkeep.identity.sm2 import BadCertificate, Certificate, read_certificate, read_list
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import ancestry
from upkeep.policy.login_rule import login_rule

#: A chain longer than this is no chain of ours.
_LONGEST = 5


def authorities_of(*, jurisdiction_id: int) -> QuerySet[CertificateAuthority]:
    """The CAs that a city believes: its own and those of the province above it."""
    line = ancestry(jurisdiction_id)
    return CertificateAuthority.objects.filter(jurisdiction_id__in=line, withdrawn_at__isnull=True).order_by(
        "added_at"
    )


def add_authority(*, content: bytes, by: Actor, at: dt.datetime) -> CertificateAuthority:
    """Believe a CA from now on: a root, or one that hangs on a root already believed. Raises: BadCertificate, Refusal."""
    certificate = read_certificate(content)
    if not _may_certify(certificate):
        raise BadCertificate("该证书不是认证机构（CA）证书，不能作为信任的机构")
    if not certificate.is_valid_at(at):
        raise BadCertificate("该认证机构证书不在有效期内")
    if not _signed_by(certificate, certificate):
        _chain_of(certificate, jurisdiction_id=by.jurisdiction_id, at=at)
    try:
        with transaction.atomic():
            return CertificateAuthority.objects.create(
                jurisdiction_id=by.jurisdiction_id,
                name=certificate.holder[:200],
                certificate=certificate.der,
                fingerprint=certificate.fingerprint,
                not_before=certificate.x509.not_valid_before_utc,
                not_after=certificate.x509.not_valid_after_utc,
                added_at=at,
                added_by_id=by.user_id,
            )
    except IntegrityError:
        raise Refusal("该认证机构已经添加") from None


def withdraw_authority(*, authority: CertificateAuthority, by: Actor, at: dt.datetime) -> None:
    """Believe it no longer: keys with its certificates are refused from now on."""
    authority.withdrawn_at, authority.withdrawn_by_id = at, by.user_id
    authority.save(update_fields=["withdrawn_at", "withdrawn_by"])


@transaction.atomic
def load_list(*, authority: CertificateAuthority, content: bytes, by: Actor, at: dt.datetime) -> RevocationList:
    """Take over what the CA has revoked. Raises: BadCertificate for a list that is not its own, older, or out of date."""
    found, issuer = read_list(content), read_certificate(bytes(authority.certificate))
    if found.issuer != issuer.x509.subject or not issuer.signed(found.tbs_certlist_bytes, found.signature):
        raise BadCertificate("该吊销列表不是这个认证机构签发的")
    if found.next_update_utc is None or found.next_update_utc < at:
        raise BadCertificate("该吊销列表已经过期，请下载最新的列表")
    if found.last_update_utc > at + dt.timedelta(minutes=10):
        raise BadCertificate("该吊销列表的签发时间晚于现在，请核对")
    newest = RevocationList.objects.select_for_update().filter(authority=authority).first()
    if newest is not None and found.last_update_utc < newest.this_update:
        raise BadCertificate("该吊销列表比已导入的更旧，请下载最新的列表")
    kept, _ = RevocationList.objects.update_or_create(
        authority=authority,
        defaults={
            "content": found.public_bytes(Encoding.DER),
            "this_update": found.last_update_utc,
            "next_update": found.next_update_utc,
            "revoked_count": len(found),
            "loaded_at": at,
            "loaded_by_id": by.user_id,
        },
    )
    return kept


def check_certificate(certificate: Certificate, *, jurisdiction_id: int, at: dt.datetime) -> CertificateAuthority:
    """The certificate is a person's, holds today, comes from a CA the city believes, and is not revoked.

    Raises: BadCertificate with the first thing that is wrong.
    """
    if _basic(certificate).ca or not _may_sign(certificate):
        raise BadCertificate("该证书不是用于登录的签名证书，请选择密钥中的签名证书")
    if at < certificate.x509.not_valid_before_utc:
        raise BadCertificate("密钥中的证书尚未生效")
    if at > certificate.x509.not_valid_after_utc:
        raise BadCertificate("密钥中的证书已过期，请到发放机构更新证书")
    line = _chain_of(certificate, jurisdiction_id=jurisdiction_id, at=at)
    _check_lists(certificate, line, jurisdiction_id=jurisdiction_id, at=at)
    return line[0][0]


def _chain_of(
    certificate: Certificate, *, jurisdiction_id: int, at: dt.datetime
) -> list[tuple[CertificateAuthority, Certificate]]:
    """From the certificate's issuer up to a root, each signature verified and each CA valid today."""
    believed = [
        (one, read_certificate(bytes(one.certificate))) for one in authorities_of(jurisdiction_id=jurisdiction_id)
    ]
    line: list[tuple[CertificateAuthority, Certificate]] = []
    current = certificate
    while len(line) < _LONGEST:
        above = next((pair for pair in believed if _signed_by(current, pair[1])), None)
        if above is None:
            break
        _check_link(above[1], below=len(line), at=at)
        line.append(above)
        if _signed_by(above[1], above[1]):
            return line
        current = above[1]
    raise BadCertificate("密钥中的证书不是本市认可的认证机构签发的")


def _check_link(issuer: Certificate, *, below: int, at: dt.datetime) -> None:
    if not _may_certify(issuer) or not issuer.is_valid_at(at):
        raise BadCertificate("签发该证书的认证机构证书已失效，请联系管理中心")
    longest = _basic(issuer).path_length
    if longest is not None and below > longest:
        raise BadCertificate("签发该证书的认证机构超出了上级的授权范围，请联系管理中心")


def _check_lists(
    certificate: Certificate,
    line: list[tuple[CertificateAuthority, Certificate]],
    *,
    jurisdiction_id: int,
    at: dt.datetime,
) -> None:
    """Neither the certificate nor a CA above it is revoked. The list of the CA that issued it must be there and fresh; of
    the CAs above, what there is counts."""
    grace = login_rule(jurisdiction_id=jurisdiction_id, on=day_of(at)).list_grace_hours
    checked = certificate
    for place, (authority, issuer) in enumerate(line):
        kept = RevocationList.objects.filter(authority=authority).first()
        if place == 0 and (kept is None or kept.next_update + dt.timedelta(hours=grace) < at):
            raise BadCertificate("认证机构的吊销列表未导入或已过期，暂不能使用密钥登录，请联系管理中心")
        if kept is not None:
            found = read_list(bytes(kept.content))
            if found.get_revoked_certificate_by_serial_number(checked.x509.serial_number) is not None:
                raise BadCertificate("密钥中的证书已被认证机构吊销，请到发放机构办理")
        checked = issuer


def _signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    return certificate.x509.issuer == issuer.x509.subject and issuer.signed(
        certificate.x509.tbs_certificate_bytes, certificate.x509.signature
    )


def _basic(certificate: Certificate) -> x509.BasicConstraints:
    try:
        return certificate.x509.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return x509.BasicConstraints(ca=False, path_length=None)


def _usage(certificate: Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.x509.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _may_certify(certificate: Certificate) -> bool:
    usage = _usage(certificate)
    return _basic(certificate).ca and (usage is None or usage.key_cert_sign)


def _may_sign(certificate: Certificate) -> bool:
    """For digital signatures (a USB key holds a second certificate for encryption), and for clients where it says so."""
    usage = _usage(certificate)
    try:
        purposes = set(certificate.x509.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        purposes = set()
    clients = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return usage is not None and usage.digital_signature and (not purposes or bool(purposes & clients))

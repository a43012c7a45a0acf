"""国密 SM2: reading certificates and verifying signatures. The library for X.509 does not know the curve, so the point is
taken from the certificate here and verified by the library that does.

That library has wheels for x86-64 only. Elsewhere SM2 keys are refused in words; WebAuthn keys work everywhere.
"""

import datetime as dt
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from pyasn1.codec.der.decoder import decode
from pyasn1_modules import rfc5280

from upkeep.kernel.errors import Refusal

try:
    import gmssl_pyx as gmssl
except ImportError:  # no wheel for this processor
    gmssl = None

#: The user id that GM/T 0009 gives to whoever has none of his own; part of what is signed.
SIGNER = b"1234567812345678"
_EC_KEY, _SM2_CURVE, _SM2_WITH_SM3 = "1.2.840.10045.2.1", "1.2.156.10197.1.301", "1.2.156.10197.1.501"
_LARGEST_CERTIFICATE, _LARGEST_LIST = 16 * 1024, 16 * 1024 * 1024


class BadCertificate(Refusal):
    """The certificate or list cannot be read, or is not what it has to be."""


@dataclass(frozen=True)
class Certificate:
    """A certificate that was read: what X.509 says, and the point of its SM2 key. Nothing about it is proved yet."""

    x509: x509.Certificate
    point: bytes

    @property
    def number(self) -> str:
        """证书编号: the serial number as people read it off the key."""
        return f"{self.x509.serial_number:X}"

    @property
    def fingerprint(self) -> str:
        return self.x509.fingerprint(hashes.SHA256()).hex()

    @property
    def holder(self) -> str:
        """The common name, or the whole name where it has none."""
        named = self.x509.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return str(named[0].value) if named else self.x509.subject.rfc4514_string()

    @property
    def der(self) -> bytes:
        return self.x509.public_bytes(Encoding.DER)

    def is_valid_at(self, at: dt.datetime) -> bool:
        return self.x509.not_valid_before_utc <= at <= self.x509.not_valid_after_utc

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this certificate's key made the signature over the message (SM2 with SM3)."""
        return verifies(self.point, message, signature)


def tidy_number(number: str) -> str:
    """证书编号 as it is kept, from how people type it: 00 1a:2B becomes 1A2B."""
    return number.replace(" ", "").replace(":", "").strip().upper().lstrip("0")


def read_certificate(content: bytes) -> Certificate:
    """A certificate from PEM or DER. Raises: BadCertificate."""
    if len(content) > _LARGEST_CERTIFICATE:
        raise BadCertificate("文件太大，不是证书文件，请选择扩展名为 cer、crt 或 pem 的证书")
    try:
        is_text = b"-----BEGIN" in content
        found = x509.load_pem_x509_certificate(content) if is_text else x509.load_der_x509_certificate(content)
        signature_algorithm, critical_unknown = (
            found.signature_algorithm_oid.dotted_string,
            _unknown_and_critical(found),
        )
        tbs, _ = decode(found.tbs_certificate_bytes, asn1Spec=rfc5280.TBSCertificate())
        key = tbs["subjectPublicKeyInfo"]
        algorithm, parameters = str(key["algorithm"]["algorithm"]), bytes(key["algorithm"]["parameters"])
        point, inner = key["subjectPublicKey"].asOctets(), str(tbs["signature"]["algorithm"])
        curve = str(decode(parameters)[0])
    except Exception:  # whatever a stranger's bytes set off in three parsers means the same
        raise BadCertificate("证书无法读取，请选择有效的证书文件") from None
    if (algorithm, curve) != (_EC_KEY, _SM2_CURVE) or len(point) != 65 or point[0] != 4:
        raise BadCertificate("该证书不是国密（SM2）证书")
    if (signature_algorithm, inner) != (_SM2_WITH_SM3, _SM2_WITH_SM3):
        raise BadCertificate("该证书的签名不是国密（SM2）签名")
    if critical_unknown:
        raise BadCertificate("该证书含有本平台不认识的关键扩展项，不能使用")
    return Certificate(found, point[1:])


def read_list(content: bytes) -> x509.CertificateRevocationList:
    """A revocation list from PEM or DER. Raises: BadCertificate."""
    if len(content) > _LARGEST_LIST:
        raise BadCertificate("吊销列表文件不能超过 16 MB")
    try:
        found = x509.load_pem_x509_crl(content) if b"-----BEGIN" in content[:200] else x509.load_der_x509_crl(content)
        algorithm = found.signature_algorithm_oid.dotted_string
        critical = [one for one in found.extensions if one.critical]
    except Exception:  # as above
        raise BadCertificate("吊销列表无法读取，请选择扩展名为 crl 的文件") from None
    if algorithm != _SM2_WITH_SM3:
        raise BadCertificate("该吊销列表的签名不是国密（SM2）签名")
    if critical:  # a list of some certificates only (delta, by reason, indirect) looks complete and is not
        raise BadCertificate("该吊销列表只含部分证书，请使用完整的吊销列表")
    return found


def verifies(point: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key of this point (64 bytes) made the signature (DER) over the message. Raises: BadCertificate."""
    if gmssl is None:
        raise BadCertificate("本服务器的处理器没有国密算法库，暂不能使用国密密钥，请联系系统管理员")
    try:
        decode_dss_signature(signature)
        return bool(gmssl.sm2_verify(gmssl.normalize_sm2_public_key(point), message, signature, SIGNER))
    except (ValueError, gmssl.GmsslInnerError):
        return False


def _unknown_and_critical(certificate: x509.Certificate) -> bool:
    return any(one.critical and isinstance(one.value, x509.UnrecognizedExtension) for one in certificate.extensions)

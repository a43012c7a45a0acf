"""A software USB key and the CA that certifies it, made anew by each test: nothing secret is kept in a file.

The library for X.509 cannot sign with SM2, so a certificate is made on P-256 and then re-made: curve, point and algorithm
have names of equal length, and the whole is signed again.
"""

import base64
import datetime as dt
import itertools
from dataclasses import dataclass, field

import gmssl_pyx as gmssl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyasn1.codec.der.decoder import decode
from pyasn1.codec.der.encoder import encode
from pyasn1.type.univ import BitString
from pyasn1_modules import rfc5280

_P256, _SM2 = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a811ccf5501822d")
_ECDSA, _SM2_WITH_SM3 = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a811ccf55018375")
_serials = itertools.count(0x1A2B3C4D5E6F)
DAY = dt.timedelta(days=1)


class WrongPin(Exception):
    """The key did not sign."""


@dataclass
class Signer:
    """A pair of SM2 keys."""

    point: bytes = b""
    secret: bytes = b""

    def __post_init__(self) -> None:
        self.point, self.secret = gmssl.sm2_key_generate()

    def sign(self, message: bytes) -> bytes:
        return bytes(gmssl.sm2_sign(self.secret, self.point, message))


@dataclass
class SoftToken(Signer):
    """What is plugged in: a certificate, and a signature for whoever knows the PIN."""

    certificate: bytes = b""
    pin: str = "123456"

    def sign_with(self, *, pin: str, message: bytes) -> bytes:
        if pin != self.pin:
            raise WrongPin
        return self.sign(message)

    @property
    def number(self) -> str:
        return f"{x509.load_der_x509_certificate(self.certificate).serial_number:X}"

    @property
    def base64(self) -> str:
        return base64.b64encode(self.certificate).decode()


@dataclass
class SoftAuthority(Signer):
    """A CA that certifies and revokes."""

    at: dt.datetime = field(default_factory=lambda: dt.datetime.now(tz=dt.UTC))
    name: str = "测试数字认证中心"
    certificate: bytes = b""
    issuer: "SoftAuthority | None" = None
    is_authority: bool = True
    length: int | None = None
    lasts: dt.timedelta = 3650 * DAY

    def __post_init__(self) -> None:
        super().__post_init__()
        builder = _begin(self.name, (self.issuer or self).name, self.at - 30 * DAY, self.at - 30 * DAY + self.lasts)
        builder = builder.add_extension(x509.BasicConstraints(self.is_authority, self.length), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        self.certificate = _remade(builder, point=self.point, by=self.issuer or self)

    def token(
        self,
        name: str = "张三",
        *,
        since: dt.timedelta = -DAY,
        until: dt.timedelta = 365 * DAY,
        signs: bool = True,
        is_authority: bool = False,
        serial: int | None = None,
        extension: x509.ExtensionType | None = None,
    ) -> SoftToken:
        """A key with a certificate of this CA."""
        made = SoftToken()
        builder = _begin(name, self.name, self.at + since, self.at + until, serial=serial)
        builder = builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        builder = builder.add_extension(_usage(signs=signs), critical=True)
        if extension is not None:
            builder = builder.add_extension(extension, critical=True)
        made.certificate = _remade(builder, point=made.point, by=self)
        return made

    def revocation_list(
        self, *revoked: SoftToken, since: dt.timedelta = -DAY, until: dt.timedelta = 7 * DAY, by: Signer | None = None
    ) -> bytes:
        """A list signed by this CA, or by somebody else in its name."""
        builder = x509.CertificateRevocationListBuilder(
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.name)]), self.at + since, self.at + until
        )
        for token in revoked:
            serial = x509.load_der_x509_certificate(token.certificate).serial_number
            entry = x509.RevokedCertificateBuilder(serial, self.at - DAY).build()
            builder = builder.add_revoked_certificate(entry)
        made = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.DER)
        found, _ = decode(made.replace(_ECDSA, _SM2_WITH_SM3), asn1Spec=rfc5280.CertificateList())
        found["signature"] = BitString.fromOctetString((by or self).sign(encode(found["tbsCertList"])))
        return bytes(encode(found))


def _begin(
    name: str, issuer: str, since: dt.datetime, until: dt.datetime, *, serial: int | None = None
) -> x509.CertificateBuilder:
    called, by = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    begun = x509.CertificateBuilder().subject_name(called).issuer_name(by).serial_number(serial or next(_serials))
    return begun.not_valid_before(since).not_valid_after(until)


def _usage(*, signs: bool = True, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs and not signs_certificates,
        content_commitment=False,
        key_encipherment=not signs,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _remade(builder: x509.CertificateBuilder, *, point: bytes, by: Signer) -> bytes:
    borrowed = ec.generate_private_key(ec.SECP256R1())
    made = builder.public_key(borrowed.public_key()).sign(borrowed, hashes.SHA256()).public_bytes(Encoding.DER)
    old = borrowed.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
    made = made.replace(_P256, _SM2).replace(_ECDSA, _SM2_WITH_SM3).replace(old, point)
    found, _ = decode(made, asn1Spec=rfc5280.Certificate())
    found["signature"] = BitString.fromOctetString(by.sign(encode(found["tbsCertificate"])))
    return bytes(encode(found))

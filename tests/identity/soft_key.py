"""A WebAuthn key in software, to say what no honest browser says: another site, an old counter, no PIN."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_USER_PRESENT, _USER_VERIFIED, _HAS_CREDENTIAL = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """One key with one credential. `counter` is what it says next."""

    counter: int = 0
    knows_pin: bool = True
    secret: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))

    def register(self, options: str, *, origin: str) -> dict[str, Any]:
        """The answer to navigator.credentials.create()."""
        asked = json.loads(options)
        point = self.secret.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(cose)
        data = self._said(asked["rp"]["id"], _HAS_CREDENTIAL) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = _client_data("webauthn.create", asked["challenge"], origin)
        return self._answer({"clientDataJSON": client, "attestationObject": bytes_to_base64url(statement)})

    def login(self, options: str, *, origin: str, site: str = "") -> dict[str, Any]:
        """The answer to navigator.credentials.get()."""
        asked = json.loads(options)
        data = self._said(site or asked["rpId"], 0)
        client = _client_data("webauthn.get", asked["challenge"], origin)
        signed = data + hashlib.sha256(_raw(client)).digest()
        signature = self.secret.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": client,
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
            }
        )

    def _said(self, site: str, flags: int) -> bytes:
        self.counter += 1
        flags |= _USER_PRESENT | (_USER_VERIFIED if self.knows_pin else 0)
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        name = bytes_to_base64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}


def _client_data(kind: str, challenge: str, origin: str) -> str:
    told = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
    return bytes_to_base64url(json.dumps(told).encode())


def _raw(text: str) -> bytes:
    return base64url_to_bytes(text)

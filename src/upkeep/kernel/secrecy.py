"""Encryption at rest: AES-256-GCM for values, a keyed hash for looking them up. The keys come from the environment."""

import base64
import hashlib
import hmac
import json
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_VERSION = b"\x01"


@lru_cache(maxsize=4)
def _keys(secret: str) -> tuple[AESGCM, bytes]:
    """Two independent keys from the one secret: one encrypts, one hashes."""
    seed = secret.encode()
    encrypting = hmac.digest(seed, b"upkeep encrypts", hashlib.sha256)
    return AESGCM(encrypting), hmac.digest(seed, b"upkeep looks up", hashlib.sha256)


def seal(content: bytes) -> bytes:
    """Encrypt; the same content gives another result each time."""
    nonce = os.urandom(12)
    return _VERSION + nonce + _keys(settings.DATA_KEY)[0].encrypt(nonce, content, _VERSION)


def unseal(sealed: bytes) -> bytes:
    """Decrypt. Raises: cryptography.exceptions.InvalidTag when the content was changed or the key is another."""
    if sealed[:1] != _VERSION:
        raise ValueError("unknown version of sealed data")
    return _keys(settings.DATA_KEY)[0].decrypt(sealed[1:13], sealed[13:], _VERSION)


def lookup_hash(value: str) -> str:
    """A keyed hash under which an encrypted value can be found, and only with the key."""
    return hmac.new(_keys(settings.DATA_KEY)[1], value.strip().upper().encode(), hashlib.sha256).hexdigest()


if TYPE_CHECKING:  # Django's fields are generic for the type checker only
    _Text = models.TextField[str, str]
    _Document = models.TextField[Any, Any]
else:
    _Text = _Document = models.TextField


class EncryptedTextField(_Text):
    """Text that lies encrypted in the database. Cannot be searched: keep a `lookup_hash` beside it for that."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else (unseal(base64.b64decode(value)).decode() if value else "")

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        return base64.b64encode(seal(str(value).encode())).decode()


class EncryptedJSONField(_Document):
    """A JSON document that lies encrypted in the database as a whole, so that no personal field can be forgotten.

    What other tables must see of a document is kept in typed columns (docs/adr/0002).
    """

    _pyi_private_set_type: Any  # for the type checker: any JSON document may be assigned
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else json.loads(unseal(base64.b64decode(value)))

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        return base64.b64encode(seal(json.dumps(value, ensure_ascii=False).encode())).decode()

    def to_python(self, value: Any) -> Any:
        return value

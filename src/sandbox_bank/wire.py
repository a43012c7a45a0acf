"""How messages are signed and sent. Only the standard library."""

import hashlib
import hmac
import http.client
import secrets
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class NoAnswer(Exception):
    """Nothing came back, or nothing that says anything: the business may be done or not."""


#: Sends (method, path with query, headers, body). Raises: NoAnswer.
Send = Callable[[str, str, Mapping[str, str], bytes], Reply]


def sm3(content: bytes) -> str:
    """Lower-case hexadecimal."""
    return hashlib.new("sm3", content).hexdigest()


def over_http(url: str) -> Send:
    """Sends to a platform by its address, http://127.0.0.1:8000 or https://…"""
    parts = urllib.parse.urlsplit(url)

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.netloc, timeout=_SECONDS)
        try:
            connection.request(method, target, body=body or None, headers=dict(headers))
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), {name.title(): value for name, value in answer.getheaders()})
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(str(error)) from error
        finally:
            connection.close()

    return send


@dataclass(frozen=True)
class Signer:
    """Holds the key that the platform gave to the bank."""

    key: str
    secret: str

    def headers(
        self, *, method: str, path: str, query: str, body: bytes, time: int, nonce: str, idempotency_key: str
    ) -> dict[str, str]:
        """The headers that make the message the bank's."""
        text = "\n".join(
            ("UPKEEP-BANK-1", method, path, query, self.key, str(time), nonce, idempotency_key, sm3(body))
        )
        signed = {
            "X-Upkeep-Key": self.key,
            "X-Upkeep-Time": str(time),
            "X-Upkeep-Nonce": nonce,
            "X-Upkeep-Signature": self._hmac(text),
            "Accept": "application/json",
        }
        if method == "POST":
            signed |= {"Idempotency-Key": idempotency_key, "Content-Type": "application/json"}
        return signed

    def is_genuine(self, reply: Reply, *, nonce: str) -> bool:
        """Whether the platform has signed the answer to the message with that nonce."""
        text = "\n".join(("UPKEEP-BANK-1-ANSWER", self.key, nonce, str(reply.status), sm3(reply.body)))
        return hmac.compare_digest(reply.headers.get("X-Upkeep-Signature", ""), self._hmac(text))

    def _hmac(self, text: str) -> str:
        return hmac.new(self.secret.encode(), text.encode(), "sm3").hexdigest()


def new_nonce() -> str:
    """Never the same twice."""
    return secrets.token_hex(16)

"""What is signed, and how: HMAC-SM3 with a secret that both sides hold, or SM2 with a private key that only the bank has.

Pure functions; `docs/bank-api.md` says the same to whoever writes the bank's side.
"""

import hashlib
import hmac

from upkeep.identity import sm2
from upkeep.kernel.errors import Refusal

REQUEST, ANSWER = "UPKEEP-BANK-1", "UPKEEP-BANK-1-ANSWER"


class BadKey(Refusal):
    """The public key is none."""


def digest(content: bytes) -> str:
    """SM3 in lower-case hexadecimal."""
    return hashlib.new("sm3", content).hexdigest()


def request_text(
    *, method: str, path: str, query: str, key: str, time: str, nonce: str, idempotency_key: str, body: bytes
) -> bytes:
    """What a bank signs: nine lines, each ended by a line feed but the last. `path` and `query` are as they were sent."""
    lines = (REQUEST, method, path, query, key, time, nonce, idempotency_key, digest(body))
    return "\n".join(lines).encode()


def answer_text(*, key: str, nonce: str, status: int, body: bytes) -> bytes:
    """What the platform signs of its answer; the nonce is that of the request."""
    return "\n".join((ANSWER, key, nonce, str(status), digest(body))).encode()


def hmac_sm3(secret: str, text: bytes) -> str:
    """Lower-case hexadecimal. `secret` is the text that was shown, not decoded."""
    return hmac.new(secret.encode(), text, "sm3").hexdigest()


def holds_hmac(secret: str, text: bytes, signature: str) -> bool:
    """Compared in a time that says nothing of how much of it was right."""
    return hmac.compare_digest(hmac_sm3(secret, text).encode(), signature.lower().encode("utf-8", "replace"))


def holds_sm2(public_key: str, text: bytes, signature: str) -> bool:
    """`signature` is DER in hexadecimal, SM2 with SM3 and the usual user id (GM/T 0009)."""
    try:
        return sm2.verifies(bytes.fromhex(public_key)[-64:], text, bytes.fromhex(signature))
    except (ValueError, sm2.BadCertificate):  # no digits, or no SM2 on this processor
        return False


def tidy_public_key(text: str) -> str:
    """An SM2 public key as 128 hexadecimal digits. Raises: BadKey."""
    digits = "".join(text.split()).replace(":", "").lower()
    if len(digits) == 130 and digits.startswith("04"):
        digits = digits[2:]
    try:
        if len(bytes.fromhex(digits)) != 64:
            raise ValueError
    except ValueError:
        raise BadKey("SM2 公钥应为 128 位十六进制数字（X、Y 坐标），前面可带 04，请向银行核对") from None
    return digits

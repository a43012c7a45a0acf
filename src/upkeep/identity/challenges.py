"""Challenges: who signs one shows that he holds the key now, and not that he once saw an answer."""

import datetime as dt
import secrets

from upkeep.identity.models import KeyChallenge, KeyPurpose
from upkeep.kernel.secrecy import lookup_hash

LIFETIME = dt.timedelta(minutes=2)
_LENGTH = 32


def make_challenge(*, session_key: str, purpose: KeyPurpose, user_id: int | None, at: dt.datetime) -> bytes:
    """New random bytes for this session; what it was asked before for the same purpose no longer counts."""
    KeyChallenge.objects.filter(expires_at__lt=at - LIFETIME).delete()
    value = secrets.token_bytes(_LENGTH)
    KeyChallenge.objects.update_or_create(
        session_hash=lookup_hash(session_key),
        purpose=purpose,
        defaults={"user_id": user_id, "value": value, "expires_at": at + LIFETIME},
    )
    return value


def take_challenge(*, session_key: str, purpose: KeyPurpose, user_id: int | None, at: dt.datetime) -> bytes | None:
    """What this session was asked, if it was, for this user and not too long ago. Taking uses it up: of two answers that
    come at the same moment, the one that deletes the row has it."""
    mine = KeyChallenge.objects.filter(session_hash=lookup_hash(session_key), purpose=purpose)
    kept = mine.first()
    if kept is None or KeyChallenge.objects.filter(pk=kept.pk, value=kept.value).delete()[0] != 1:
        return None
    return bytes(kept.value) if kept.user_id == user_id and at <= kept.expires_at else None

"""An owner's account belongs to the telephone by which he logs in; the first login by code makes it."""

import datetime as dt
import secrets

from django.db import IntegrityError, transaction

from upkeep.identity.models import LoginPhone
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.actions import open_account
from upkeep.parties.models import User
from upkeep.parties.roles import Role

#: What an account is called whose owner has not yet proved who he is.
UNKNOWN_NAME = "业主"
_GIVEN_NAME = "yz"


def account_of_phone(*, phone: str, city_id: int, at: dt.datetime) -> User:
    """The account of a telephone that was just proved by a code; made when there is none yet."""
    phone_hash = lookup_hash(phone)
    known = _account(phone_hash, city_id)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            user = open_account(
                username=f"{_GIVEN_NAME}{secrets.randbelow(10**12):012d}",
                name=UNKNOWN_NAME,
                roles=[Role.OWNER],
                jurisdiction_id=city_id,
                phone=phone,
                at=at,
            )
            LoginPhone.objects.create(user=user, city_id=city_id, phone_hash=phone_hash, proved_at=at)
            return user
    except IntegrityError:  # the same telephone at the same moment in another window
        made = _account(phone_hash, city_id)
        if made is None:
            raise
        return made


def phone_hash_of(user_id: int) -> str:
    """Under what the telephone of the account can be looked up; empty when none was proved."""
    known = LoginPhone.objects.filter(pk=user_id).first()
    return known.phone_hash if known else ""


def has_own_name(user: User) -> bool:
    """Whether the owner has chosen a login name and password of his own."""
    return user.has_usable_password()


def _account(phone_hash: str, city_id: int) -> User | None:
    known = LoginPhone.objects.filter(city_id=city_id, phone_hash=phone_hash).select_related("user").first()
    return known.user if known else None

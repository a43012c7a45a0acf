"""业主账号: which houses an account shows. Bound by telephone and ID number on record, both of them."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import QuerySet

from upkeep.estate.kinds import HouseState, IdKind
from upkeep.estate.models import House, Owner, OwnerAccount
from upkeep.identity import limits
from upkeep.identity.owners import phone_hash_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.actions import name_account
from upkeep.parties.models import User
from upkeep.parties.queries import within


class TooManyTries(Refusal):
    """Five wrong numbers in a day; the sentence says what to do."""


@transaction.atomic
def bind(*, user: User, id_number: str, at: dt.datetime) -> bool:
    """Show the account the houses of the owner with this ID number, if the telephone on record is the one that the
    account proved. Whatever is wrong, the answer is the same. Raises: TooManyTries.
    """
    if not limits.allows(limits.BINDINGS, key=str(user.pk), at=at):
        raise TooManyTries("今天核对的次数已用完，请明天再试，或携带身份证到维修资金管理部门窗口办理")
    phone_hash = phone_hash_of(user.pk)
    if not phone_hash:
        return False
    owners = list(
        Owner.objects.filter(
            jurisdiction_id__in=within(user.city_id), id_hash=lookup_hash(id_number), phone_hash=phone_hash
        ).exclude(id_kind=IdKind.CREDIT_CODE)
    )
    for owner in owners:
        OwnerAccount.objects.update_or_create(owner=owner, defaults={"user": user, "bound_at": at})
    if owners:
        name_account(user=user, name=owners[0].name)
        limits.forget(limits.BINDINGS, key=str(user.pk))
    return bool(owners)


def is_bound(user_id: int) -> bool:
    """Whether the account has proved whose it is."""
    return records_of(user_id).exists()


def houses_of(user_id: int) -> list[House]:
    """The live houses that the account's owner owns today; none any more when the telephone on record has changed."""
    owned = House.objects.filter(
        ownerships__until__isnull=True, ownerships__owner__in=records_of(user_id), state=HouseState.ACTIVE
    )
    return list(owned.select_related("area", "building").distinct().order_by("area__name", "pk"))


def present_house_ids(user_id: int) -> set[int]:
    """The ids of `houses_of`, and nothing else of them: one statement, for what thousands do in the same minute."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT, [user_id])
        return {house_id for (house_id,) in cursor.fetchall()}


_PRESENT = """
select o.house_id
from estate_owneraccount a
join estate_owner w on w.id = a.owner_id and w.phone_hash <> ''
join identity_loginphone p on p.user_id = a.user_id and p.phone_hash = w.phone_hash
join estate_ownership o on o.owner_id = w.id and o.until is null
join estate_house h on h.id = o.house_id and h.state = 'ACTIVE'
where a.user_id = %s
"""


def records_of(user_id: int) -> QuerySet[Owner]:
    """The owners in the register whom the account is proved to be, while the telephone on record is the one it proved."""
    return Owner.objects.filter(account__user_id=user_id, phone_hash=phone_hash_of(user_id)).exclude(phone_hash="")

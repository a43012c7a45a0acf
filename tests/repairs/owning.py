"""Owners of the scene's houses with accounts of their own."""

from tests.banking.town import AT, person
from tests.repairs.scene import Scene
from upkeep.estate.models import House, OwnerAccount, Ownership
from upkeep.identity.models import LoginPhone
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.roles import Role


def owner_of(scene: Scene, house: House, *, username: str = "o1") -> Actor:
    """The account of whoever owns the house, proved by the telephone on record."""
    owner = Ownership.objects.select_related("owner").get(house=house, until__isnull=True).owner
    account = person(username=username, name=owner.name, role=Role.OWNER, city=scene.town.city)
    user = User.objects.get(pk=account.user_id)
    LoginPhone.objects.create(user=user, city=scene.town.city, phone_hash=owner.phone_hash, proved_at=AT)
    OwnerAccount.objects.create(owner=owner, user=user, bound_at=AT)
    return account

"""What a person is told when a house is registered in his name: by SMS, and in his pages where he has an account."""

import datetime as dt
from collections.abc import Collection

from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.estate.models import House, OwnerAccount, Ownership
from upkeep.messaging.actions import Note, notify_many
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.queries import city_id_of

BOUND = event(
    "ownership.bound",
    "房屋已登记到您名下",
    (IN_SITE, SMS),
    "{house}已登记到您名下（{business} {number}）。登录后按证件号码核对身份即可查询维修资金。如与事实不符，请联系{office}。",
)


def tell_bound(house_ids: Collection[int], *, case: Case, at: dt.datetime) -> None:
    """The present owners of the houses, each once however many of them are his; three statements however many they are."""
    owned = Ownership.objects.filter(house_id__in=list(house_ids), until__isnull=True)
    rows = owned.select_related("owner", "house__building", "house__area").order_by("owner_id", "house_id")
    by_owner: dict[int, list[Ownership]] = {}
    for one in rows:
        by_owner.setdefault(one.owner_id, []).append(one)
    if not by_owner:
        return
    accounts: dict[int, list[int]] = {}
    for owner_id, user_id in OwnerAccount.objects.filter(owner__in=by_owner).values_list("owner_id", "user_id"):
        accounts.setdefault(owner_id, []).append(user_id)
    notes = [
        Note(
            key=f"{case.number}-{owner_id}-{BOUND.code}",
            values={
                "house": _named(mine),
                "business": register[case.procedure].title,
                "number": case.number,
            },
            user_ids=tuple(accounts.get(owner_id, ())),
            phone=mine[0].owner.phone,
        )
        for owner_id, mine in by_owner.items()
    ]
    place = next(iter(by_owner.values()))[0].house.area.jurisdiction_id
    notify_many(event=BOUND.code, jurisdiction_id=city_id_of(place), notes=notes, at=at)


def _named(owned: list[Ownership]) -> str:
    house: House = owned[0].house
    more = f"等 {len(owned)} 户" if len(owned) > 1 else ""
    return f"{house.area.name}{house.building.name}{house.label}{more}"

"""An owner of the demo city with an account: how it looks to somebody whose home it is."""

import datetime as dt

from upkeep.demo.city import PASSWORD, City
from upkeep.estate.models import Area, Ownership
from upkeep.estate.owner_accounts import bind
from upkeep.identity.owners import account_of_phone
from upkeep.parties.actions import rename_account, set_password

USERNAME = "demo-owner"


def open_owner_account(city: City, *, area: Area, at: dt.datetime) -> None:
    """The account of the area's first owner: made by his telephone, bound by his ID number, named afterwards."""
    first = Ownership.objects.filter(house__area=area, until__isnull=True).select_related("owner").order_by("pk")[0]
    user = account_of_phone(phone=first.owner.phone, city_id=city.jurisdiction.pk, at=at)
    bind(user=user, id_number=first.owner.id_number, at=at)
    rename_account(user=user, username=USERNAME)
    set_password(user=user, password=PASSWORD, at=at)
    city.users[USERNAME] = user

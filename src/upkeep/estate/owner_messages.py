"""What owners are told when a house has passed from one to another: by SMS, and in the pages of those with an account."""

import datetime as dt
from collections.abc import Iterable

from upkeep.casework.models import Case
from upkeep.estate.models import House, Owner, OwnerAccount
from upkeep.kernel.dates import in_letters
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, event

GIVEN_AWAY = event(
    "ownership.given_away",
    "房屋已过户",
    (IN_SITE, SMS),
    "您名下的{house}已于{day}办理过户，维修资金结余随房屋转移（业务单 {number}）。如非本人办理，请尽快联系{office}。",
)
RECEIVED = event(
    "ownership.received",
    "房屋已登记到您名下",
    (IN_SITE, SMS),
    "{house}已于{day}登记到您名下，维修资金结余随房屋转移（业务单 {number}）。登录后按证件号码核对身份即可查询。",
)


def tell_transferred(
    case: Case, house: House, *, former: Iterable[Owner], new: Iterable[Owner], since: dt.date, at: dt.datetime
) -> None:
    """Those who owned the house and do no more, and those who own it now and did not before."""
    before, after = {one.pk: one for one in former}, {one.pk: one for one in new}
    for pk, owner in before.items():
        if pk not in after:
            _tell(GIVEN_AWAY.code, case, house, owner, since=since, at=at)
    for pk, owner in after.items():
        if pk not in before:
            _tell(RECEIVED.code, case, house, owner, since=since, at=at)


def _tell(code: str, case: Case, house: House, owner: Owner, *, since: dt.date, at: dt.datetime) -> None:
    accounts = OwnerAccount.objects.filter(owner=owner).values_list("user_id", flat=True)
    notify(
        event=code,
        jurisdiction_id=house.area.jurisdiction_id,
        values={
            "house": f"{house.area.name}{house.building.name}{house.label}",
            "day": in_letters(since),
            "number": case.number,
        },
        at=at,
        key=f"{case.number}-{owner.pk}-{code}",
        user_ids=accounts,
        phone=owner.phone,
    )

"""A visitor who asks: fills in the query forms, reads the picture and the SMS."""

from typing import Any

from tests.cast import AT, TODAY, Cast, move
from tests.web.public.door import Door
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.pages import AREAS
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.estate.models import House, Owner, Ownership
from upkeep.kernel.secrecy import lookup_hash
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.public_query_rule import PublicQueryRule
from upkeep.policy.service_rule import ServiceRule

NAME, ID_NUMBER, PHONE = "欧阳金丝雀", "510502190001010015", "13987650001"
PHONE_OF_CASE = "13987654321"


def rule(cast: Cast, **more: Any) -> None:
    """The city's rule for public queries."""
    set_policy(
        kind=PolicyKind.PUBLIC_QUERY_RULE,
        jurisdiction_id=cast.city.jurisdiction.pk,
        value=PublicQueryRule(**more),
        valid_from=TODAY.replace(day=1),
    )


def handed_in(cast: Cast) -> Case:
    """A business form that waits for the developer, with a telephone of its own."""
    place = cast.city.jurisdiction.pk
    ways = ServiceRule(ways=("MOVE_IN",))
    set_policy(kind=PolicyKind.SERVICE_RULE, jurisdiction_id=place, value=ways, valid_from=TODAY.replace(month=1))
    data = {AREAS: [cast.area().pk], "reason": "业主大会选聘本单位"}
    case = engine.start(register["move_in"], by=cast["more-company2"], at=AT, data=data)
    Case.objects.filter(pk=case.pk).update(contact_name="诸葛金丝雀", contact_phone=PHONE_OF_CASE)
    return move(case, Move.SUBMIT, cast["more-company2"])


def owned_house() -> House:
    """A house with money, whose owner's data nobody else has."""
    house = House.objects.filter(area__name="江南名邸").select_related("area", "building").order_by("pk")[0]
    owner = Ownership.objects.get(house=house, until__isnull=True).owner
    Owner.objects.filter(pk=owner.pk).update(
        name=NAME,
        id_number=ID_NUMBER,
        id_hash=lookup_hash(ID_NUMBER),
        phone=PHONE,
        phone_hash=lookup_hash(PHONE),
    )
    return house


def place_of(house: House) -> dict[str, str]:
    """The house as its owner types it."""
    return {"area": house.area.name, "building": house.building.name, "unit": house.unit, "room": house.room}


def ask(door: Door, page: str, sent: dict[str, str]) -> Any:
    """Fill in a query and send it."""
    return door.client.post(f"/c/{door.city}/{page}", sent | {"captcha": door.letters()})

"""Houses that have not paid yet, and the way of a visitor from the search to a case that is handed in."""

import re
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.web.public.door import Door
from upkeep.banking.actions import confirm_slip
from upkeep.banking.models import PaySlip
from upkeep.casework.models import Case
from upkeep.estate.actions import NewHouse, NewOwner, add_houses, bind_owners
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse, IdKind
from upkeep.estate.models import House
from upkeep.parties.queries import city_id_of

NAME, ID_NUMBER, PHONE = "上官海棠", "11010519491231002X", "13987650088"
BUYER = {
    "payer_name": "司马青山",
    "payer_phone": "13987650099",
    "id_kind": "ID_CARD",
    "id_number": "44070219190615221X",
    "contract": "2026-江南-0099",
}


def unpaid_house(cast: Cast, room: str = "9901", *, owned: bool = True) -> House:
    """A house of 98.37 m² that owes its first deposit; with `owned` somebody is recorded for it."""
    area = cast.area()
    address = f"{area.address}1幢1单元{room}"
    new = NewHouse(
        building="1幢",
        building_kind=BuildingKind.HIGH_RISE,
        has_lift=True,
        structure=None,
        built_in="202401",
        unit="1",
        floor=99,
        room=room,
        use=HouseUse.RESIDENTIAL,
        nature=HouseNature.COMMODITY,
        area_dm2=9_837,
        inner_area_dm2=None,
        address=address,
    )
    (house_id,) = add_houses(area_id=area.pk, houses=[new])
    if owned:
        owner = NewOwner(house_id=house_id, name=NAME, id_kind=IdKind.ID_CARD, id_number=ID_NUMBER, phone=PHONE)
        place = city_id_of(area.jurisdiction_id)
        bind_owners(jurisdiction_id=place, owners=[owner], since=timezone.localdate())
    return House.objects.select_related("area", "building").get(pk=house_id)


def new_house(room: str = "501", building: str = "88幢") -> NewHouse:
    """A house that no area has yet."""
    return NewHouse(
        building=building,
        building_kind=BuildingKind.HIGH_RISE,
        has_lift=True,
        structure=None,
        built_in="",
        unit="1",
        floor=5,
        room=room,
        use=HouseUse.RESIDENTIAL,
        nature=HouseNature.COMMODITY,
        area_dm2=9_837,
        inner_area_dm2=None,
        address=f"某路{building}{room}",
    )


def row_url(client: Client, house: House, act: str = "交款", city: str = "jiangcheng") -> str:
    """Where the button of the house's row in the result list leads."""
    page = client.get(f"/c/{city}/self-service/", {"q": house.address}).content.decode()
    found = re.search(rf'href="([^"]+)" aria-label="{act}：{house.address}"', page)
    assert found is not None, page[-2000:]
    return found[1].replace("&amp;", "&")


def prove(door: Door, house: House, *, act: str = "交款", way: str = "", **sent: str) -> Any:
    """The proof page of the house, filled in."""
    url = row_url(door.client, house, act, door.city) + (f"&way={way}" if way else "")
    if not sent and not way:
        sent = {"name": NAME, "id_tail": ID_NUMBER[-6:]}
    return door.client.post(url, sent | {"captcha": door.letters()})


def base_of(answer: Any) -> str:
    """`/cases/<number>/` of the draft that began."""
    where = str(answer["Location"])
    assert re.fullmatch(r"/cases/\w+/edit/1/", where), where
    return where.removesuffix("edit/1/")


def case_at(base: str) -> Case:
    return Case.objects.get(number=base.split("/")[2])


def hand_in(client: Client, base: str) -> Any:
    """The confirmation's button."""
    return client.post(f"{base}move/", {"move": "SUBMIT", "version": str(case_at(base).version)}, follow=True)


def paid(cast: Cast, slip: PaySlip, serial: str = "ZZBH0001") -> PaySlip:
    """The bank's teller confirms the slip."""
    at, teller = timezone.now(), cast["demo-teller1"]
    return confirm_slip(number=slip.number, amount_fen=slip.total_fen, serial=serial, by=teller, at=at)

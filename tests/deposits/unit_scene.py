"""A building of sold public housing in the small city, and the unit that sold it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.banking.town import AT, Town, confirm, issue, make_town, new_house, person
from upkeep.banking.actions import confirm_slip
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.deposits.unit_deposits import Sale, issue_unit_slips
from upkeep.estate.kinds import HouseNature
from upkeep.estate.models import House
from upkeep.parties.actions import register_organisation
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.roles import Role

PRICE_FEN = 18_000_000
RECEIVED = dt.date(2026, 11, 2)


@dataclass
class PublicTown:
    """The town with its selling unit; 1栋 is a low public building of six houses, 2栋 a high commodity one of two."""

    town: Town
    unit: Organisation

    @property
    def public(self) -> list[House]:
        """The public houses."""
        return [house for house in self.town.houses if house.nature == HouseNature.SOLD_PUBLIC]

    @property
    def others(self) -> list[House]:
        """The commodity houses."""
        return [house for house in self.town.houses if house.nature == HouseNature.COMMODITY]


def make_public_town(*, unit_name: str = "江城市房管所") -> PublicTown:
    """江城市 with a public building and a commodity one."""
    houses = [
        new_house(room=f"{floor}0{room}", floor=floor, has_lift=False, nature=HouseNature.SOLD_PUBLIC, area_dm2=6000)
        for floor in (1, 2, 3)
        for room in (1, 2)
    ]
    houses += [new_house(building="2栋", room=f"10{room}", area_dm2=12_000) for room in (1, 2)]
    return with_unit(make_town(houses=houses), name=unit_name)


def with_unit(town: Town, *, name: str = "江城市房管所") -> PublicTown:
    """The unit that sold the public houses of a town, and who decides reversals at the bank that keeps their fund."""
    unit = register_organisation(
        jurisdiction_id=town.city.pk,
        kind=OrganisationKind.SELLING_UNIT,
        name=name,
        code="12510500450000123X",
        contact_name="杨售",
        contact_phone="13900000009",
        at=AT,
    )
    town.people["unit"] = person(
        username="unit", name="杨售", role=Role.SELLING_UNIT, city=town.city, organisation=unit
    )
    town.people["public_supervisor"] = person(
        username="s2", name="陈复核", role=Role.TELLER_SUPERVISOR, city=town.city, organisation=town.banks[1]
    )
    return PublicTown(town, unit)


def issue_unit(
    scene: PublicTown,
    *,
    houses: Sequence[House] | None = None,
    prices: Mapping[int, int] | None = None,
    mode: ReceiptMode = ReceiptMode.WHOLE,
    at: dt.datetime = AT,
) -> PaySlip:
    """The unit's slip for houses of one building, all public ones by default, each sold for the same price."""
    chosen = scene.public if houses is None else list(houses)
    (slip,) = issue_unit_slips(
        area=scene.town.area,
        houses=chosen,
        sales={
            house.pk: Sale(price_fen=(prices or {}).get(house.pk, PRICE_FEN), received_on=RECEIVED) for house in chosen
        },
        unit=scene.unit,
        payer_phone="13900000009",
        receipt_mode=mode,
        by=scene.town.people["unit"],
        at=at,
    )
    return slip


def pay_unit(scene: PublicTown, slip: PaySlip, *, serial: str = "U1", at: dt.datetime = AT) -> PaySlip:
    """A teller of the bank that keeps the public fund confirms."""
    return confirm_slip(
        number=slip.number,
        amount_fen=slip.total_fen,
        serial=serial,
        by=scene.town.people["other_teller"],
        at=at,
    )


def pay_owners(scene: PublicTown, houses: Sequence[House], *, serial: str = "O1") -> PaySlip:
    """The owners' first deposits, at the bank of their fund."""
    slip = issue(scene.town, houses=houses)
    who = "other_teller" if houses[0].nature == HouseNature.SOLD_PUBLIC else "teller"
    return confirm(scene.town, slip, serial=serial, who=who)

"""售房单位交存 (165号令 第八、十二条): what a unit owes for public houses it sold, and the slips that ask for it, one a building.

The unit pays a part of the sale proceeds (售房款) once, by the rule of the day (`policy.unit_deposit_rule`); each house stands
on the notice with its price and the rule by name. The money goes to the unit's account of the building (售房单位分账).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from upkeep.banking import actions as banking
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.books.chart import FundKind
from upkeep.deposits.models import SaleEnd, UnitSale
from upkeep.estate import claims
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseState
from upkeep.estate.models import Area, Building, House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.unit_accounts import open_account
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation
from upkeep.parties.queries import within
from upkeep.policy.pay_slip_rule import pay_slip_rule
from upkeep.policy.unit_deposit_rule import UnitDepositRule, unit_deposit_rule

#: The purpose of the slips (`unit_purpose.UnitDeposit`).
PURPOSE = "selling_unit_deposit"
_HIGH = (BuildingKind.HIGH_RISE, BuildingKind.SUPER_HIGH_RISE)


class UnitHasPaid(Refusal):
    """The selling unit's part of a chosen house has come in already, or the house is no public housing; named."""


@dataclass(frozen=True, kw_only=True)
class Sale:
    """What a unit got for a house, in fen, and when it had all of it."""

    price_fen: int
    received_on: dt.date


@dataclass(frozen=True, kw_only=True)
class UnitDue:
    """What the unit pays in for one house, and the rule in words as it stands on the notice."""

    amount_fen: int
    rule: str


def is_high(building: Building, rule: UnitDepositRule) -> bool:
    """Whether the higher percentage holds: by the storeys above ground, by the kind of building where nobody entered them."""
    if building.storeys:
        return building.storeys >= rule.high_rise_storeys
    return building.kind in _HIGH


def due_for(building: Building, price_fen: int, rule: UnitDepositRule) -> UnitDue:
    """Price × percent, to the fen, a half rounded up."""
    high = is_high(building, rule)
    percent = rule.high_rise_percent if high else rule.low_rise_percent
    kind = "高层" if high else "多层"
    return UnitDue(
        amount_fen=(price_fen * percent + 50) // 100,
        rule=f"售房单位 {kind} 售房款 {yuan(price_fen)} 元 × {percent}%",
    )


def unit_dues(area: Area, houses: Iterable[House], prices: Mapping[int, int], *, on: dt.date) -> dict[int, UnitDue]:
    """What the unit owes for houses of an area by the rule of the day, by house id. Buildings are loaded.

    Raises: KeyError where a house has no price.
    """
    rule = unit_deposit_rule(jurisdiction_id=area.jurisdiction_id, on=on)
    return {house.pk: due_for(house.building, prices[house.pk], rule) for house in houses}


def deadline_of(area: Area, received_on: dt.date, *, on: dt.date) -> dt.date:
    """Until when the money was to be paid in: so many days after the proceeds had come (第十二条)."""
    rule = unit_deposit_rule(jurisdiction_id=area.jurisdiction_id, on=on)
    return received_on + dt.timedelta(days=rule.days)


def blocked(house_ids: Collection[int], *, but: str = "") -> dict[int, str]:
    """Which houses cannot be put on a unit's slip, each with the reason; `but` is the claim of the caller's own."""
    others = House.objects.filter(pk__in=house_ids).exclude(nature=HouseNature.SOLD_PUBLIC)
    found = dict.fromkeys(others.values_list("pk", flat=True), "不是已售公有住房，不由售房单位交存")
    busy = HouseClaim.objects.filter(house_id__in=house_ids, kind=ClaimKind.UNIT_DEPOSIT).exclude(source=but)
    found |= dict.fromkeys(busy.values_list("house_id", flat=True), ClaimKind.UNIT_DEPOSIT.label)
    paid = UnitSale.objects.filter(house_id__in=house_ids, deposited_fen__isnull=False)
    return found | dict.fromkeys(paid.values_list("house_id", flat=True), "售房单位已交存")


def areas_with_public_houses(city_id: int) -> QuerySet[Area]:
    """The areas of a city and its districts that have sold public housing, by name."""
    public = House.objects.filter(area=OuterRef("pk"), nature=HouseNature.SOLD_PUBLIC, state=HouseState.ACTIVE)
    return Area.objects.filter(Exists(public), jurisdiction_id__in=within(city_id)).order_by("name")


@transaction.atomic
def issue_unit_slips(
    *,
    area: Area,
    houses: Sequence[House],
    sales: Mapping[int, Sale],
    unit: Organisation,
    payer_phone: str,
    receipt_mode: ReceiptMode,
    by: Actor,
    at: dt.datetime,
    case_id: int | None = None,
) -> list[PaySlip]:
    """Write down the sales of houses of one area and issue the unit's slips, one per building. Buildings are loaded.

    `sales` names one for each house. Raises: UnitHasPaid, estate.claims.HouseIsBusy naming the houses; NoCustody.
    """
    day = day_of(at)
    refuse_blocked(houses)
    dues = unit_dues(area, houses, {pk: sale.price_fen for pk, sale in sales.items()}, on=day)
    custody = banking.default_custody(jurisdiction_id=area.jurisdiction_id, fund_kind=FundKind.PUBLIC)
    expires_on = pay_slip_rule(jurisdiction_id=area.jurisdiction_id, on=day).last_day(day)
    new = []
    for building_id, some in _by_building(houses):
        account = open_account(organisation_id=unit.pk, building_id=building_id, at=at)
        _declare(account.pk, some, sales, case_id=case_id, at=at)
        new.append(
            banking.NewSlip(
                custody_id=custody.pk,
                jurisdiction_id=area.jurisdiction_id,
                area_id=area.pk,
                purpose=PURPOSE,
                payer_name=unit.name,
                payer_phone=payer_phone,
                payer_organisation_id=unit.pk,
                receipt_mode=receipt_mode,
                items=items_of(some, dues),
                expires_on=expires_on,
                case_id=case_id,
                unit_account_id=account.pk,
            )
        )
    return banking.issue_slips(new=new, by=by, at=at)


def refuse_blocked(houses: Sequence[House]) -> None:
    """Raises: UnitHasPaid naming the houses whose part has come in, or that are no public housing."""
    why = {
        pk: words for pk, words in blocked([one.pk for one in houses]).items() if words != ClaimKind.UNIT_DEPOSIT.label
    }
    if wrong := [house for house in houses if house.pk in why]:
        raise UnitHasPaid(f"{claims.names_of(wrong)}{why[wrong[0].pk]}，请从所选房屋中去掉")


def items_of(houses: Sequence[House], dues: Mapping[int, UnitDue]) -> list[banking.SlipItem]:
    """The lines of a slip: each house with its amount, price and rule in words."""
    return [
        banking.SlipItem(
            house_id=house.pk, area_dm2=house.area_dm2, rule=dues[house.pk].rule, amount_fen=dues[house.pk].amount_fen
        )
        for house in houses
    ]


def _by_building(houses: Sequence[House]) -> Iterator[tuple[int, list[House]]]:
    found: dict[int, list[House]] = {}
    for house in houses:
        found.setdefault(house.building_id, []).append(house)
    yield from sorted(found.items())


def _declare(
    account_id: int, houses: Sequence[House], sales: Mapping[int, Sale], *, case_id: int | None, at: dt.datetime
) -> None:
    """Put the sales in the place of those declared before that were never paid."""
    ids = [house.pk for house in houses]
    UnitSale.objects.filter(house_id__in=ids, ended_at__isnull=True, deposited_fen__isnull=True).update(
        ended_at=at, end=SaleEnd.REPLACED
    )
    UnitSale.objects.bulk_create(
        [
            UnitSale(
                id=pk,
                account_id=account_id,
                house=house,
                price_fen=sales[house.pk].price_fen,
                received_on=sales[house.pk].received_on,
                case_id=case_id,
                declared_at=at,
            )
            for pk, house in zip(new_ids(len(houses)), houses, strict=True)
        ],
        batch_size=5_000,
    )

"""The form of a selling unit's deposit: the sale table laid out for the chosen houses, read back, and what it comes to."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.banking.models import ReceiptMode
from upkeep.casework.models import Case
from upkeep.casework.parts import put_rows, rows_of
from upkeep.casework.procedure import Table
from upkeep.deposits.owners import key_of_house, key_of_row, rows_by_house, sheet_faults
from upkeep.deposits.unit_deposits import Sale, areas_with_public_houses, deadline_of, unit_dues
from upkeep.deposits.unit_sheet import SaleSheet
from upkeep.estate.house_choice import chosen_houses
from upkeep.estate.models import Area, House
from upkeep.estate.queries import visible_to
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import PhoneField, ReferenceField
from upkeep.kernel.money import yuan
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.queries import actor_of, city_id_of, organisations
from upkeep.sheets.checking import as_json, faults_of, from_json
from upkeep.sheets.columns import Fault, Reading, Row

#: The part of a case that holds the sale table; it names houses as the owner sheet does, and is pinned to them like it.
SALES, _FIRST = "owners", 2
_TYPED = ("price_fen", "received_on")
MOST_SHOWN = 50


class UnitDepositForm(forms.Form):
    """Which unit pays (asked of the office alone) for houses of which area, and how receipts are issued."""

    unit = ReferenceField(label="售房单位")
    area = ReferenceField(label="物业区域", help_text="列出有已售公有住房的物业区域")
    receipt_mode = forms.ChoiceField(label="开票方式", choices=ReceiptMode.choices, widget=forms.RadioSelect)
    receipt_phone = PhoneField(label="领取票据的手机号")


def unit_of(case: Case) -> Organisation | None:
    """The unit that pays: the applicant, or whom the office has named."""
    if case.applicant_organisation_id:
        return case.applicant_organisation
    value = str(case.data.get("unit") or "")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        return None
    return Organisation.objects.filter(pk=int(value), kind=OrganisationKind.SELLING_UNIT).first()


def units_offered(case: Case) -> list[tuple[int | str, str]]:
    """The selling units of the case's city, for the office to choose from."""
    found = organisations(jurisdiction_id=city_id_of(case.jurisdiction_id), kind=OrganisationKind.SELLING_UNIT)
    return [(one.pk, one.name) for one in found]


def areas_offered(case: Case) -> list[tuple[int | str, str]]:
    """The areas with sold public housing: of the city to a unit, of his own places to somebody of the office."""
    areas = areas_with_public_houses(city_id_of(case.jurisdiction_id))
    if not case.applicant_organisation_id and case.applicant_user is not None:
        areas = areas.filter(pk__in=visible_to(actor_of(case.applicant_user)))
    return [(area.pk, area.name) for area in areas]


def lay_out(case: Case) -> None:
    """One row per chosen house; what was entered for a house stays. Rows still to be filled in are marked faulty."""
    kept = {key_of_row(row): row for _, row in rows_of(case, SALES)}
    rows = []
    for house, row in zip(chosen_houses(case), house_rows(case), strict=True):
        typed = {key: kept.get(key_of_house(house), {}).get(key) for key in _TYPED}
        rows.append({**row, **typed})
    sheet = SaleSheet()
    numbered = [Row(number, from_json(sheet, row)) for number, row in enumerate(rows, start=_FIRST)]
    faulty = {fault.row for fault in faults_of(sheet, numbered)}
    put_rows(case, SALES, ((row.number, as_json(row.values)) for row in numbered), faulty=faulty)


def house_rows(case: Case) -> Iterator[dict[str, Any]]:
    """What the table says of each chosen house before anything is typed."""
    for house in chosen_houses(case):
        yield {
            "building": house.building.name,
            "unit": house.unit,
            "room": house.room,
            "area_dm2": house.area_dm2,
        }


def faults_in_reading(reading: Reading, houses: Sequence[House], *, on: dt.date) -> Iterator[Fault]:
    """Rows of houses that were not chosen, changed floor areas, proceeds that are still to come."""
    yield from sheet_faults(reading, houses)
    for row in reading.rows:
        received = row.values["received_on"]
        if received is not None and received > on:
            yield reading.fault_at(row.number, "received_on", "收到日期不能晚于今天")


def sales_named(case: Case, houses: Sequence[House]) -> dict[int, Sale]:
    """The sales as they were entered, by house id; houses without a complete row are left out."""
    sheet = SaleSheet()
    found = {}
    for house_id, row in rows_by_house(case, houses).items():
        values = from_json(sheet, {key: row.get(key) for key in _TYPED})
        if values["price_fen"] and values["received_on"]:
            found[house_id] = Sale(price_fen=values["price_fen"], received_on=values["received_on"])
    return found


def problems(houses: Sequence[House], sales: Mapping[int, Sale], *, why: Mapping[int, str]) -> Iterator[Problem]:
    """What stands against asking the unit for these houses; `why` says why houses are blocked."""
    if not houses:
        yield Problem("", "请选择售房单位交存的房屋")
        return
    for house in [house for house in houses if house.pk in why][:5]:
        yield Problem("", f"{house.building.name}{house.label}{why[house.pk]}，请从所选房屋中去掉")
    if missing := [house for house in houses if house.pk not in sales]:
        first = f"{missing[0].building.name}{missing[0].label}"
        yield Problem(SALES, f"{first}等 {len(missing)} 户还没有填写售房款和收到日期，请在“售房款”中填写")


def tables_of(area: Area, houses: Sequence[House], sales: Mapping[int, Sale], *, on: dt.date) -> list[Table]:
    """What the unit owes, building by building, and house by house for the first ones."""
    named = [house for house in houses if house.pk in sales]
    if not named:
        return []
    dues = unit_dues(area, named, {pk: sale.price_fen for pk, sale in sales.items()}, on=on)
    sums: dict[str, list[int]] = {}
    for house in named:
        one = sums.setdefault(house.building.name, [0, 0, 0])
        for place, value in enumerate((1, sales[house.pk].price_fen, dues[house.pk].amount_fen)):
            one[place] += value
    total = [sum(one[place] for one in sums.values()) for place in range(3)]
    buildings = [
        (name, f"{n:,}", yuan(price), yuan(due)) for name, (n, price, due) in [*sums.items(), ("合计", total)]
    ]
    lines = [
        (
            f"{house.building.name} {house.label}",
            yuan(sales[house.pk].price_fen),
            _day(area, sales[house.pk].received_on, on=on),
            dues[house.pk].rule,
            yuan(dues[house.pk].amount_fen),
        )
        for house in named[:MOST_SHOWN]
    ]
    return [
        Table("按楼栋", ("楼栋", "户数", "售房款（元）", "应交存（元）"), buildings, frozenset({1, 2, 3})),
        Table(
            "按户",
            ("房屋", "售房款（元）", "收到日期", "交存标准", "应交存（元）"),
            lines,
            frozenset({1, 4}),
            total_rows=len(named),
        ),
    ]


def _day(area: Area, received_on: dt.date, *, on: dt.date) -> str:
    late = deadline_of(area, received_on, on=on) < on
    return f"{received_on:%Y-%m-%d}" + ("（已超过交存期限）" if late else "")

"""首期应交 (D7): floor area × the standard in force, to the fen, half up, in integers; with the rule it came from."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from upkeep.estate.models import House
from upkeep.kernel.errors import Refusal
from upkeep.policy.deposit_standard import DepositStandard, HouseFeatures, StandardRow, deposit_standard

_WHOLE = 100 * 10_000  # 0.01 m² × a ten-thousandth of a fen


@dataclass(frozen=True)
class Due:
    """What a house has to pay, and the rule in words."""

    amount_fen: int
    rule: str


def amount_due_fen(area_dm2: int, row: StandardRow) -> int:
    """98.37 m² × 90 yuan = 8,853.30: exact, halves of a fen rounded up."""
    return (area_dm2 * row.ten_thousandths_of_fen_per_m2 + _WHOLE // 2) // _WHOLE


def features_of(house: House) -> HouseFeatures:
    """What the standard looks at; the house's building is loaded."""
    return HouseFeatures(
        building_kind=house.building.kind, has_lift=house.building.has_lift, use=house.use, nature=house.nature
    )


def due_of(house: House, standard: DepositStandard) -> Due:
    """Raises: policy.deposit_standard.NoStandard."""
    row = standard.row_for(features_of(house))
    return Due(amount_due_fen(house.area_dm2, row), row.text)


def due_that_day(house: House, *, on: dt.date) -> int | None:
    """What one house had to pay by the standard of that day and by what the register says of it now, in fen; None where
    no standard says. Its building and area are loaded.
    """
    try:
        return dues(jurisdiction_id=house.area.jurisdiction_id, houses=[house], on=on)[house.pk].amount_fen
    except Refusal:
        return None


def dues(*, jurisdiction_id: int, houses: Iterable[House], on: dt.date) -> dict[int, Due]:
    """What each house has to pay by the standard in force on the day, by house id. Buildings are loaded.

    Raises: policy.queries.NoPolicy, NoStandard.
    """
    standard = deposit_standard(jurisdiction_id=jurisdiction_id, on=on)
    return {house.pk: due_of(house, standard) for house in houses}

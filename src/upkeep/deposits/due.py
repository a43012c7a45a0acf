"""首期应交 (D7): what a house pays at first by the standard in force, to the fen, half up, in integers; with the rule.

Floor area × rate, floor area × price per m² × share, or price of the contract × share. The standard is that of the area's
district, or the nearest above it. Source: 165号令 第七、八条. Refuses houses that no row fits, by name, with the way to mend it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Max

from upkeep.deposits.models import HousePrice
from upkeep.estate.claims import names_of
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.kernel.errors import Refusal
from upkeep.policy.deposit_standard import DepositStandard, HouseFeatures, NoStandard, StandardRow, deposit_standard

_WHOLE = 100 * 10_000  # 0.01 m² × a ten-thousandth of a fen


@dataclass(frozen=True)
class Due:
    """What a house has to pay, and the rule in words."""

    amount_fen: int
    rule: str


@dataclass(frozen=True)
class Known:
    """What a standard asks beside the house itself: storeys by building id, prices of contracts in fen by house id."""

    storeys: Mapping[int, int] = field(default_factory=dict)
    price_fen: Mapping[int, int] = field(default_factory=dict)


def amount_due_fen(area_dm2: int, row: StandardRow, *, price_fen: int = 0) -> int:
    """98.37 m² × 90 yuan = 8,853.30: exact, halves of a fen rounded up. `price_fen`: of the contract, where it counts."""
    if row.of_contract_price:
        return (price_fen * row.basis_points + 5_000) // 10_000
    return (area_dm2 * row.ten_thousandths_of_fen_per_m2 + _WHOLE // 2) // _WHOLE


def known_of(houses: Sequence[House], *standards: DepositStandard | None) -> Known:
    """What the standards ask of these houses; buildings are loaded. At most two queries, none where nothing is asked.

    A building whose storeys were not entered has as many as its highest house says.
    """
    asked = [one for one in standards if one is not None]
    storeys: dict[int, int] = {}
    if any(one.asks_storeys for one in asked):
        storeys = {house.building_id: house.building.storeys or 0 for house in houses}
        if unknown := [pk for pk, count in storeys.items() if not count]:
            highest = House.objects.filter(building_id__in=unknown, state=HouseState.ACTIVE, floor__gt=0).order_by()
            storeys.update(highest.values_list("building_id").annotate(top=Max("floor")))
    prices: dict[int, int] = {}
    if any(one.asks_price for one in asked):
        found = HousePrice.objects.filter(house_id__in=[house.pk for house in houses], until__isnull=True)
        prices = dict(found.values_list("house_id", "price_fen"))
    return Known(storeys, prices)


def features_of(house: House, known: Known) -> HouseFeatures:
    """What the standard looks at; the house's building is loaded."""
    return HouseFeatures(
        building_kind=house.building.kind,
        has_lift=house.building.has_lift,
        use=house.use,
        nature=house.nature,
        storeys=known.storeys.get(house.building_id, 0),
        has_price=house.pk in known.price_fen,
    )


def due_of(house: House, standard: DepositStandard, known: Known) -> Due | None:
    """What the house has to pay; None where no row fits. Nothing is asked of the database."""
    row = standard.find(features_of(house, known))
    if row is None:
        return None
    return Due(amount_due_fen(house.area_dm2, row, price_fen=known.price_fen.get(house.pk, 0)), row.text)


def why_not(house: House, standard: DepositStandard, known: Known) -> str:
    """Why no row fits the house and what mends it; empty where one fits."""
    features = features_of(house, known)
    if standard.find(features) is not None:
        return ""
    if standard.lacks_price(features):
        return "按合同价的比例交存，请先在房屋页面登记合同价"
    if standard.lacks_storeys(features):
        return "交存标准按楼栋层数区分，请先办理楼栋变更补登地上层数"
    lift = "有电梯" if features.has_lift else "无电梯"
    height = f"、{features.storeys} 层" if features.storeys else ""
    what = (
        f"{house.building.get_kind_display()}、{lift}{height}、{house.get_use_display()}、{house.get_nature_display()}"
    )
    return f"{what}不在交存标准的任何一档内，请维修资金管理部门在“政策设置”的“交存标准”中补充"


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

    Raises: policy.queries.NoPolicy; NoStandard naming the houses that no row fits, and the way to mend it.
    """
    listed = list(houses)
    standard = deposit_standard(jurisdiction_id=jurisdiction_id, on=on)
    known = known_of(listed, standard)
    found = {house.pk: due_of(house, standard, known) for house in listed}
    if unfit := [house for house in listed if found[house.pk] is None]:
        raise NoStandard(f"{names_of(unfit)}无法计算首期应交金额：{why_not(unfit[0], standard, known)}")
    return {pk: due for pk, due in found.items() if due is not None}

"""交存标准 (165号令 第七、八条): what a house pays per square metre at first; the first row that fits holds."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import yuan
from upkeep.policy.models import PolicyKind
from upkeep.policy.queries import require_value


class NoStandard(Refusal):
    """No row of the city's standard fits the house."""


@dataclass(frozen=True, kw_only=True)
class HouseFeatures:
    """What a standard looks at. The codes are those of `estate.kinds`."""

    building_kind: str
    has_lift: bool
    use: str
    nature: str


@dataclass(frozen=True, kw_only=True)
class StandardRow:
    """One line of the tariff. An empty condition fits every house; `fen_per_m2` is the rate, or `price_fen_per_m2`
    (房改成本价、建安造价) of which `basis_points` (1 % = 100) are due.
    """

    label: str
    building_kinds: tuple[str, ...] = ()
    has_lift: bool | None = None
    uses: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    fen_per_m2: int = 0
    price_fen_per_m2: int = 0
    basis_points: int = 0

    def __post_init__(self) -> None:
        by_rate = self.fen_per_m2 > 0 and not self.price_fen_per_m2 and not self.basis_points
        by_price = self.price_fen_per_m2 > 0 and 0 < self.basis_points <= 10_000 and not self.fen_per_m2
        if not (by_rate or by_price):
            raise ValueError(f"standard {self.label!r}: a rate per m², or a price per m² and a share of it")

    def fits(self, house: HouseFeatures) -> bool:
        """Whether the row's conditions hold for the house."""
        return (
            (not self.building_kinds or house.building_kind in self.building_kinds)
            and (self.has_lift is None or house.has_lift == self.has_lift)
            and (not self.uses or house.use in self.uses)
            and (not self.natures or house.nature in self.natures)
        )

    @property
    def ten_thousandths_of_fen_per_m2(self) -> int:
        """The rate without loss: fen per m² × 10,000."""
        return self.fen_per_m2 * 10_000 or self.price_fen_per_m2 * self.basis_points

    @property
    def text(self) -> str:
        """The rule in words, as it is kept on the slip and printed: 有电梯 90.00 元/㎡."""
        if self.fen_per_m2:
            return f"{self.label} {yuan(self.fen_per_m2)} 元/㎡"
        whole, rest = divmod(self.basis_points, 100)
        percent = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
        return f"{self.label} {yuan(self.price_fen_per_m2)} 元/㎡ × {percent}%"


@dataclass(frozen=True)
class DepositStandard:
    """The tariff of a city."""

    rows: tuple[StandardRow, ...]

    def row_for(self, house: HouseFeatures) -> StandardRow:
        """The first row that fits. Raises: NoStandard."""
        for row in self.rows:
            if row.fits(house):
                return row
        raise NoStandard("有房屋不在本市交存标准的任何一档内，请联系维修资金管理部门补充“交存标准”")


def standard_from_json(value: dict[str, Any]) -> DepositStandard:
    """Read what `Policy.value` holds."""
    lists = ("building_kinds", "uses", "natures")
    return DepositStandard(
        rows=tuple(
            StandardRow(**(row | {key: tuple(row[key]) for key in lists if key in row})) for row in value["rows"]
        )
    )


def deposit_standard(*, jurisdiction_id: int, on: dt.date) -> DepositStandard:
    """The tariff in force on a day. Raises: NoPolicy."""
    return standard_from_json(require_value(kind=PolicyKind.DEPOSIT_STANDARD, jurisdiction_id=jurisdiction_id, on=on))

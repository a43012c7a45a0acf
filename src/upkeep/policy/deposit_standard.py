"""交存标准 (165号令 第七、八条): what a house pays at first, per square metre or as a share of its price.

The first row that fits holds. Cities tell houses apart by building, lift, storeys, use and nature (榆林: 多层无电梯 50,
多层有电梯 55, 小高层、高层 90 yuan per m²); a share is taken of the cost of building or of 房改成本价, both per m², or of the
price that the contract of sale names (合同价).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import yuan
from upkeep.policy.models import PolicyKind
from upkeep.policy.queries import require_value

#: Beyond this no building goes; what a row says of storeys lies within.
MOST_STOREYS = 300


class NoStandard(Refusal):
    """No row of the city's standard fits the house."""


@dataclass(frozen=True, kw_only=True)
class HouseFeatures:
    """What a standard looks at. The codes are those of `estate.kinds`; `storeys` are those above ground of the building,
    0 where nobody knows; `has_price`: the price that the contract names is known.
    """

    building_kind: str
    has_lift: bool
    use: str
    nature: str
    storeys: int = 0
    has_price: bool = False


@dataclass(frozen=True, kw_only=True)
class StandardRow:
    """One line of the tariff. An empty condition fits every house; a bound of storeys that is 0 is none.

    One of three is due: `fen_per_m2`; of `price_fen_per_m2` (房改成本价、建安造价) so many `basis_points` (1 % = 100); or with
    `of_contract_price` so many of the price of the house's contract. Such a row fits only houses whose price is known.
    """

    label: str
    building_kinds: tuple[str, ...] = ()
    has_lift: bool | None = None
    uses: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    fen_per_m2: int = 0
    price_fen_per_m2: int = 0
    basis_points: int = 0
    least_storeys: int = 0
    most_storeys: int = 0
    of_contract_price: bool = False

    def __post_init__(self) -> None:
        share = 0 < self.basis_points <= 10_000
        ways = (
            self.fen_per_m2 > 0 and not self.basis_points,
            self.price_fen_per_m2 > 0 and share,
            self.of_contract_price and share,
        )
        named = (self.fen_per_m2 > 0, self.price_fen_per_m2 > 0, self.of_contract_price)
        if sum(ways) != 1 or sum(named) != 1:
            raise ValueError(f"standard {self.label!r}: a rate per m², or a share of a price")
        if not 0 <= self.least_storeys <= MOST_STOREYS or not 0 <= self.most_storeys <= MOST_STOREYS:
            raise ValueError(f"standard {self.label!r}: storeys of no building")
        if self.most_storeys and self.most_storeys < self.least_storeys:
            raise ValueError(f"standard {self.label!r}: no building has so many and so few storeys")

    def fits(self, house: HouseFeatures) -> bool:
        """Whether the row's conditions hold for the house."""
        return (
            (not self.building_kinds or house.building_kind in self.building_kinds)
            and (self.has_lift is None or house.has_lift == self.has_lift)
            and (not self.uses or house.use in self.uses)
            and (not self.natures or house.nature in self.natures)
            and self._fits_storeys(house.storeys)
        )

    def _fits_storeys(self, storeys: int) -> bool:
        if not self.asks_storeys:
            return True
        return storeys > 0 and self.least_storeys <= storeys <= (self.most_storeys or MOST_STOREYS)

    @property
    def asks_storeys(self) -> bool:
        """Whether the height of the building counts."""
        return bool(self.least_storeys or self.most_storeys)

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
        if self.of_contract_price:
            return f"{self.label} 合同价 × {percent}%"
        return f"{self.label} {yuan(self.price_fen_per_m2)} 元/㎡ × {percent}%"


@dataclass(frozen=True)
class DepositStandard:
    """The tariff of a city."""

    rows: tuple[StandardRow, ...]

    def find(self, house: HouseFeatures) -> StandardRow | None:
        """The first row that fits, or None."""
        return next(
            (row for row in self.rows if row.fits(house) and (house.has_price or not row.of_contract_price)), None
        )

    def lacks_price(self, house: HouseFeatures) -> bool:
        """Whether the house would fit, were the price of its contract known."""
        return self.find(house) is None and any(row.of_contract_price and row.fits(house) for row in self.rows)

    def lacks_storeys(self, house: HouseFeatures) -> bool:
        """Whether no row fits because nobody knows how many storeys the building has."""
        return not house.storeys and self.find(house) is None and self.asks_storeys

    @property
    def asks_storeys(self) -> bool:
        """Whether the height of a building counts anywhere."""
        return any(row.asks_storeys for row in self.rows)

    @property
    def asks_price(self) -> bool:
        """Whether the price of a contract counts anywhere."""
        return any(row.of_contract_price for row in self.rows)


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

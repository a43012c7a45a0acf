"""What the housing registry to try things with knows: invented projects, some sound, one with mistakes, one very large."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_UNITS = 2
_ON_EACH_FLOOR = 2


@dataclass(frozen=True, kw_only=True)
class Invented:
    """A project: `buildings` from number `first` on, all of one shape."""

    id: str
    name: str
    address: str
    developer: str
    buildings: int
    floors: int
    first: int = 1
    units: int = _UNITS
    per_floor: int = _ON_EACH_FLOOR
    kind: str = "高层"
    has_mistakes: bool = False

    @property
    def houses_each(self) -> int:
        return self.floors * self.units * self.per_floor

    def as_json(self) -> dict[str, Any]:
        """As a search finds it."""
        return {
            "id": self.id,
            "name": self.name,
            "address": self.address,
            "developer": self.developer,
            "buildings": self.buildings,
            "houses": self.buildings * self.houses_each,
        }

    def buildings_as_json(self) -> list[dict[str, Any]]:
        """Its buildings."""
        return [
            {
                "id": f"{self.id}-{number}",
                "name": f"{number}幢",
                "kind": self.kind,
                "elevator": self.floors > 6,
                "structure": "框剪结构" if self.floors > 6 else "砖混结构",
                "built_month": "202609",
                "houses": self.houses_each,
            }
            for number in range(self.first, self.first + self.buildings)
        ]

    def houses_as_json(self, number: int) -> list[dict[str, Any]]:
        """The houses of the building of that number."""
        houses = list(self._houses(number))
        if self.has_mistakes and number == self.first:
            houses[0] |= {"use": "公寓式住宅"}
            houses[1] |= {"area": "0.00", "inner_area": None}
            houses[2] |= {"unit": None}
            houses[4] |= {"room": houses[3]["room"], "unit": houses[3]["unit"]}
        return houses

    def _houses(self, number: int) -> Iterator[dict[str, Any]]:
        for floor in range(1, self.floors + 1):
            for unit in range(1, self.units + 1):
                for door in range(1, self.per_floor + 1):
                    area = 8_850 + 1_317 * (door - 1) + 10 * (number % 7)  # 0.01 m²
                    room = f"{floor}{door:02d}"
                    yield {
                        "unit": f"{unit}单元",
                        "floor": floor,
                        "room": room,
                        "use": "住宅",
                        "nature": "商品房",
                        "area": f"{area // 100}.{area % 100:02d}",
                        "inner_area": f"{area * 4 // 500}.{area * 4 // 5 % 100:02d}",
                        "address": f"{self.address}{number}幢{unit}单元{room}",
                        "note": None,
                    }


_JIANGNAN, _BINJIANG, _CUIPING = "江南置地开发有限公司", "滨江建设开发有限公司", "翠屏房地产开发有限公司"

PROJECTS = (
    Invented(
        id="P1001",
        name="云栖湖畔",
        address="江阳区云栖路16号",
        developer=_JIANGNAN,
        buildings=3,
        floors=18,
    ),
    Invented(
        id="P1002",
        name="江南名邸二期",
        address="江阳区江南路99号",
        developer=_JIANGNAN,
        buildings=2,
        floors=11,
        first=21,
        kind="小高层",
    ),
    Invented(
        id="P1003",
        name="滨江云邸",
        address="龙马潭区滨江大道7号",
        developer=_BINJIANG,
        buildings=4,
        floors=26,
    ),
    Invented(
        id="P1004",
        name="翠屏书院",
        address="纳溪区翠屏路58号",
        developer=_CUIPING,
        buildings=6,
        floors=6,
        kind="多层",
    ),
    Invented(
        id="P1005",
        name="待核对苑（数据有误的样例）",
        address="江阳区核对路1号",
        developer=_JIANGNAN,
        buildings=2,
        floors=6,
        kind="多层",
        has_mistakes=True,
    ),
    Invented(
        id="P1006",
        name="万户新城（两万户的样例）",
        address="江阳区新城大道1号",
        developer=_JIANGNAN,
        buildings=40,
        floors=25,
        units=5,
        per_floor=4,
    ),
    *(
        Invented(
            id=f"P20{number:02d}",
            name=f"安居家园{number}期",
            address=f"江阳区安居路{number}号",
            developer=_CUIPING,
            buildings=1,
            floors=6,
            kind="多层",
        )
        for number in range(1, 25)
    ),
)

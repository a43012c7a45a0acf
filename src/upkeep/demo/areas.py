"""The areas of the demo, of the kinds a city has: towers, walk-ups without lift, shops below flats, sold public housing."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from upkeep.estate.actions import NewHouse
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse, Structure


@dataclass(frozen=True)
class Plan:
    """What one area looks like. `share_paid` of its houses have paid; `district` counts from 0."""

    name: str
    district: int
    towers: int
    floors: int
    per_floor: int
    units: int
    kind: BuildingKind
    built: str
    share_paid: float
    shops: int = 0
    spaces: int = 0
    nature: HouseNature = HouseNature.COMMODITY

    @property
    def has_lift(self) -> bool:
        return self.kind not in (BuildingKind.LOW_RISE, BuildingKind.VILLA)


_HIGH, _MID, _LOW = BuildingKind.HIGH_RISE, BuildingKind.MID_RISE, BuildingKind.LOW_RISE

PLANS = (
    Plan("江南名邸", 0, 4, 18, 4, 2, _HIGH, "201809", 1.0, shops=12),
    Plan("滨江国际花园", 0, 3, 26, 4, 1, _HIGH, "202006", 1.0, spaces=60),
    Plan("翠竹苑", 0, 6, 6, 2, 3, _LOW, "200505", 1.0),
    Plan("锦绣华城", 2, 5, 18, 4, 2, _HIGH, "202111", 0.9, shops=16),
    Plan("酒城公馆", 2, 2, 11, 3, 2, _MID, "201904", 1.0),
    Plan("忠山学府", 0, 3, 18, 4, 1, _HIGH, "202208", 0.8, spaces=48),
    Plan("长江壹号", 2, 4, 32, 4, 1, BuildingKind.SUPER_HIGH_RISE, "202310", 0.7, shops=10),
    Plan("云锦天章", 1, 3, 11, 2, 2, _MID, "201705", 1.0),
    Plan("沱江半岛", 2, 5, 18, 4, 1, _HIGH, "202003", 1.0),
    Plan("百合春天", 1, 5, 6, 2, 3, _LOW, "200909", 1.0, shops=8),
    Plan("康宁家园", 0, 4, 7, 2, 3, _LOW, "199808", 1.0, nature=HouseNature.SOLD_PUBLIC),
    Plan("红星小区", 2, 5, 6, 2, 3, _LOW, "199606", 1.0, nature=HouseNature.SOLD_PUBLIC),
    Plan("龙马新城", 2, 4, 26, 4, 1, _HIGH, "202405", 0.5),
    Plan("御景湾", 1, 2, 18, 4, 2, _HIGH, "202212", 0.9, spaces=40),
    Plan("学士山居", 0, 3, 11, 2, 2, _MID, "201612", 1.0),
    Plan("春晖雅苑", 1, 4, 6, 2, 2, _LOW, "200312", 1.0),
    Plan("南光花园", 1, 3, 9, 2, 3, _MID, "201503", 1.0),
    Plan("金色时代", 2, 2, 26, 4, 1, _HIGH, "202409", 0.4, shops=14),
    Plan("东方明珠", 0, 4, 33, 4, 1, BuildingKind.SUPER_HIGH_RISE, "202502", 0.3),
    Plan("玉带河畔", 1, 3, 18, 4, 1, _HIGH, "202506", 0.0, spaces=50),
)

#: What tests load: one area of each kind that matters, small.
SMALL_PLANS = (
    Plan("江南名邸", 0, 1, 6, 4, 1, _HIGH, "201809", 1.0, shops=4),
    Plan("翠竹苑", 0, 1, 3, 2, 2, _LOW, "200505", 0.5),
    Plan("康宁家园", 0, 1, 4, 2, 1, _LOW, "199808", 1.0, nature=HouseNature.SOLD_PUBLIC),
)


def houses_of(plan: Plan, *, street: str, chance: random.Random) -> Iterator[NewHouse]:
    """The houses of an area: towers first, then the shops, then the cellar."""
    sizes = [chance.randrange(72_00, 146_00) for _ in range(plan.per_floor * plan.units)]
    for tower in range(1, plan.towers + 1):
        for floor in range(1, plan.floors + 1):
            for unit in range(1, plan.units + 1):
                for door in range(1, plan.per_floor + 1):
                    room = f"{floor}{door:02d}"
                    yield _house(
                        plan,
                        building=f"{tower}幢",
                        kind=plan.kind,
                        unit=f"{unit}单元",
                        floor=floor,
                        room=room,
                        use=HouseUse.RESIDENTIAL,
                        area_dm2=sizes[(unit - 1) * plan.per_floor + door - 1],
                        address=f"{street}{tower}幢{unit}单元{room}",
                    )
    for shop in range(1, plan.shops + 1):
        yield _house(
            plan,
            building="商铺",
            kind=BuildingKind.COMMERCIAL,
            unit="",
            floor=1 if shop <= (plan.shops + 1) // 2 else 2,
            room=f"S{shop:02d}",
            use=HouseUse.COMMERCIAL,
            area_dm2=chance.randrange(38_00, 120_00),
            address=f"{street}商铺S{shop:02d}",
        )
    for space in range(1, plan.spaces + 1):
        yield _house(
            plan,
            building="地下车库",
            kind=BuildingKind.GARAGE,
            unit="",
            floor=-1,
            room=f"B1-{space:03d}",
            use=HouseUse.GARAGE,
            area_dm2=chance.choice((12_72, 13_20, 15_00)),
            address=f"{street}地下车库B1-{space:03d}",
        )


def _house(
    plan: Plan,
    *,
    building: str,
    kind: BuildingKind,
    unit: str,
    floor: int,
    room: str,
    use: HouseUse,
    area_dm2: int,
    address: str,
) -> NewHouse:
    return NewHouse(
        building=building,
        building_kind=kind,
        has_lift=plan.has_lift and kind not in (BuildingKind.COMMERCIAL, BuildingKind.GARAGE),
        structure=Structure.FRAME_SHEAR_WALL if plan.has_lift else Structure.BRICK_CONCRETE,
        built_in=plan.built,
        unit=unit,
        floor=floor,
        room=room,
        use=use,
        nature=plan.nature,
        area_dm2=area_dm2,
        inner_area_dm2=area_dm2 * 82 // 100,
        address=address,
    )

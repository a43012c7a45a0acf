"""The list of found houses as a workbook."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from upkeep.estate.models import House
from upkeep.sheets.kinds import FloorArea, Money, Text, Whole
from upkeep.sheets.sheet import Column, Sheet


class HouseRegister(Sheet):
    """户室清单: one row per house, its owners masked."""

    title = "户室清单"
    columns = (
        Column(key="area", title="物业区域名称", kind=Text(60), width=26),
        Column(key="building", title="楼栋名称", kind=Text(30), width=12),
        Column(key="unit", title="单元", kind=Text(20), width=10),
        Column(key="floor", title="所在楼层", kind=Whole(-20, 300), width=10),
        Column(key="room", title="房号", kind=Text(20), width=12),
        Column(key="address", title="房屋坐落", kind=Text(200), width=44),
        Column(key="owner", title="业主", kind=Text(400), width=18),
        Column(key="use", title="房屋用途", kind=Text(20), width=10),
        Column(key="nature", title="房屋性质", kind=Text(20), width=14),
        Column(key="area_dm2", title="建筑面积", kind=FloorArea(10**9), width=12),
        Column(key="balance_fen", title="余额（元）", kind=Money(), width=14),
        Column(key="state", title="状态", kind=Text(12), width=10),
    )

    @staticmethod
    def rows(
        houses: Iterable[House], *, owners: Mapping[int, str], balances_fen: Mapping[int, int]
    ) -> Iterator[dict[str, Any]]:
        """The cells of each house; owners' names come masked, by house id."""
        for house in houses:
            yield {
                "area": house.area.name,
                "building": house.building.name,
                "unit": house.unit_name or None,
                "floor": house.floor,
                "room": house.room,
                "address": house.address,
                "owner": owners.get(house.pk) or None,
                "use": house.get_use_display(),
                "nature": house.get_nature_display(),
                "area_dm2": house.area_dm2,
                "balance_fen": balances_fen[house.pk],
                "state": house.get_state_display(),
            }

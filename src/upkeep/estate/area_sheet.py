"""The list of areas as a workbook."""

from collections.abc import Iterable, Iterator
from typing import Any

from upkeep.estate.models import Area
from upkeep.kernel.dates import to_the_minute
from upkeep.sheets.kinds import FloorArea, Text
from upkeep.sheets.sheet import Column, Sheet


class AreaRegister(Sheet):
    """物业区域清单: one row per area."""

    title = "物业区域清单"
    columns = (
        Column(key="number", title="区域编号", kind=Text(20), width=20),
        Column(key="name", title="物业区域名称", kind=Text(60), width=26),
        Column(key="district", title="所属区县", kind=Text(60), width=14),
        Column(key="address", title="地址", kind=Text(200), width=36),
        Column(key="developer", title="开发建设单位", kind=Text(100), width=30),
        Column(key="company", title="物业服务企业", kind=Text(100), width=30),
        Column(key="area_dm2", title="建筑面积", kind=FloorArea(10**12), width=16),
        Column(key="created", title="备案时间", kind=Text(20), width=18),
    )

    @staticmethod
    def rows(areas: Iterable[Area]) -> Iterator[dict[str, Any]]:
        """The cells of each area."""
        for area in areas:
            yield {
                "number": area.number,
                "name": area.name,
                "district": area.jurisdiction.name,
                "address": area.address,
                "developer": area.developer.name if area.developer else "",
                "company": area.property_company.name if area.property_company else "",
                "area_dm2": area.floor_area_dm2,
                "created": to_the_minute(area.created_at),
            }

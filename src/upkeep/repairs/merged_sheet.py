"""合并分摊清册 as a workbook: a column for each facility."""

from collections.abc import Iterator, Mapping
from typing import Any

from upkeep.estate.queries import owner_names
from upkeep.repairs.merged_list import houses, parts_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.works import works_of
from upkeep.sheets.kinds import FloorArea, Money, Text
from upkeep.sheets.sheet import Column, Sheet

_MOST_TITLE = 40


def merged_workbook(project: RepairProject) -> bytes:
    """The whole list; owners masked."""
    works = works_of(project)
    titles: dict[str, int] = {}
    columns = [
        Column(key="building", title="楼栋名称", kind=Text(30), width=16),
        Column(key="unit", title="单元", kind=Text(20), width=8),
        Column(key="room", title="房号", kind=Text(20), width=10),
        Column(key="owner", title="业主", kind=Text(100), width=16),
        Column(key="area_dm2", title="建筑面积", kind=FloorArea(), width=12),
    ]
    for place, work in enumerate(works):
        title = f"{work.facility.name}（{work.facility.place}）"[:_MOST_TITLE]
        titles[title] = titles.get(title, 0) + 1
        again = f" {titles[title]}" if titles[title] > 1 else ""
        columns.append(Column(key=f"work_{place}", title=f"{title}{again}", kind=Money(), width=16))
    columns += [
        Column(key="share_fen", title="分摊合计(元)", kind=Money(), width=16),
        Column(key="fund_fen", title="分户账承担(元)", kind=Money(), width=16),
        Column(key="unit_fen", title="售房单位承担(元)", kind=Money(), width=16),
        Column(key="outside_fen", title="维修资金外承担(元)", kind=Money(), width=18),
        Column(key="reason", title="维修资金外承担原因", kind=Text(60), width=30),
    ]
    sheet = type("MergedSheet", (Sheet,), {"title": "合并分摊清册", "columns": tuple(columns)})()
    return bytes(sheet.export(_rows(project)))


def _rows(project: RepairProject) -> Iterator[Mapping[str, Any]]:
    lines = list(houses(project))
    ids = [line.house_id for line in lines]
    owners, parts = owner_names(ids), parts_of(project, ids)
    for line in lines:
        row = {
            "building": line.house.building.name,
            "unit": line.house.unit or None,
            "room": line.house.room,
            "owner": owners.get(line.house_id, "（未售）"),
            "area_dm2": line.area_dm2,
            "reason": line.get_outside_reason_display() if line.outside_fen else None,
        }
        amounts = {name: getattr(line, name) or None for name in ("share_fen", "fund_fen", "unit_fen", "outside_fen")}
        yield row | amounts | {f"work_{place}": fen for place, fen in enumerate(parts[line.house_id])}

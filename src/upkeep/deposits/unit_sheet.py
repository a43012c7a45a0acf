"""The sale table (售房款表) as a workbook: for each public house of a building, what the unit got for it and when."""

from collections.abc import Iterable, Sequence

from upkeep.deposits.owner_sheet import check_houses_once
from upkeep.sheets.kinds import Day, FloorArea, Money, Text
from upkeep.sheets.sheet import Column, Row, Sheet


class SaleSheet(Sheet):
    """售房款表: one row per house chosen; the columns up to the floor area are filled in by us and come back as they were."""

    title = "售房款"
    columns = (
        Column(key="building", title="楼栋名称", kind=Text(30), required=True, read_only=True),
        Column(key="unit", title="单元", kind=Text(20), read_only=True, width=8),
        Column(key="room", title="房号", kind=Text(30), required=True, read_only=True, width=10),
        Column(key="area_dm2", title="建筑面积", kind=FloorArea(), required=True, read_only=True, width=12),
        Column(key="price_fen", title="售房款(元)", kind=Money(), required=True, note="实际收到的售房款"),
        Column(key="received_on", title="收到日期", kind=Day(), required=True, width=14, note="收到售房款的日期"),
    )

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        yield from check_houses_once(rows)

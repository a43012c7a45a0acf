"""欠交清单 as a workbook."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from upkeep.deposits.arrears import InArrears
from upkeep.sheets.kinds import FloorArea, Money, Text, Whole
from upkeep.sheets.sheet import Column, Sheet


class ArrearsRegister(Sheet):
    """One row per house in arrears; owners' names are in part hidden."""

    title = "欠交清单"
    columns = (
        Column(key="area", title="物业区域", kind=Text(60), width=24),
        Column(key="building", title="楼栋", kind=Text(30), width=12),
        Column(key="house", title="房屋", kind=Text(60), width=16),
        Column(key="owner", title="业主", kind=Text(100), width=14),
        Column(key="area_dm2", title="建筑面积", kind=FloorArea(), width=12),
        Column(key="first_due_fen", title="首期应交(元)", kind=Money(), width=14),
        Column(key="balance_fen", title="分户余额(元)", kind=Money(), width=14),
        Column(key="percent", title="余额占首期(%)", kind=Whole(0, 100), width=12),
        Column(key="owed_fen", title="应补交(元)", kind=Money(), width=14),
        Column(key="why", title="计算依据", kind=Text(200), width=40),
        Column(key="since", title="欠交起", kind=Text(20), width=12),
    )

    @staticmethod
    def rows(found: Iterable[InArrears], *, owners: Mapping[int, str]) -> Iterator[dict[str, Any]]:
        """The cells of each house."""
        for one in found:
            yield {
                "area": one.entry.area.name,
                "building": one.house.building.name,
                "house": one.house.label,
                "owner": owners.get(one.house.pk, ""),
                "area_dm2": one.house.area_dm2,
                "first_due_fen": one.entry.first_due_fen,
                "balance_fen": one.balance_fen,
                "percent": one.percent,
                "owed_fen": one.owed.amount_fen,
                "why": one.owed.why,
                "since": f"{one.entry.since:%Y-%m-%d}",
            }

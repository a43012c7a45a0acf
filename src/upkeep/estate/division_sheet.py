"""拆分后的房屋 as a workbook: what a split or merge (房屋拆分合并, E8) imports. One row per new house.

Declaration and checks of a cell or row only; whether the old houses are those chosen is asked by `estate.division`.
"""

from collections.abc import Iterable

from upkeep.estate.house_sheet import MOST_DM2, USES
from upkeep.kernel.areas import square_metres
from upkeep.sheets.kinds import Choice, FloorArea, Text, Whole
from upkeep.sheets.sheet import Column, Sheet, Values


class DividedHouses(Sheet):
    """拆分后的房屋: each row a house after the split or merge, with the old house or houses that it is made of."""

    title = "拆分后的房屋"
    max_rows = 5_000
    guide = (
        "拆分：拆成几户填几行，各行的“原房屋”相同。",
        "合并：合并成的一户填一行，“原房屋”写全被合并的各户，用顿号隔开，如：地下车库 A01、地下车库 A02。",
        "楼栋、房屋性质与原房屋相同，不用填写。余额和首期应交按建筑面积分到新房屋，业主不变。",
    )
    columns = (
        Column(
            key="old",
            title="原房屋",
            kind=Text(1000),
            required=True,
            width=34,
            note="照抄模板中所选房屋的名称，合并的用顿号隔开",
            example="地下车库 A01",
        ),
        Column(key="unit", title="单元", kind=Text(20), width=8, note="房屋用途为住宅时必填", example="1"),
        Column(
            key="floor",
            title="所在楼层",
            kind=Whole(-20, 300, zero=False),
            required=True,
            width=10,
            note="地下楼层填负数，如 -1",
            example="-1",
        ),
        Column(
            key="room", title="房号", kind=Text(20), required=True, note="同一楼栋同一单元内不得重复", example="A01-1"
        ),
        Column(key="use", title="房屋用途", kind=Choice(USES), required=True, example="车库"),
        Column(
            key="area_dm2",
            title="建筑面积",
            kind=FloorArea(MOST_DM2),
            required=True,
            note="单户不超过 10,000 平方米",
            example="12.50",
        ),
        Column(
            key="inner_area_dm2", title="套内面积", kind=FloorArea(MOST_DM2), note="不大于建筑面积", example="12.50"
        ),
        Column(
            key="address",
            title="房屋坐落",
            kind=Text(200),
            required=True,
            width=44,
            example="江阳区滨江路188号地下车库A01-1",
        ),
        Column(key="note", title="备注", kind=Text(200), width=20),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        if values["use"] == "住宅" and values["unit"] is None:
            yield "unit", "住宅须填写单元"
        area_dm2, inner_dm2 = values["area_dm2"], values["inner_area_dm2"]
        if area_dm2 is not None and inner_dm2 is not None and inner_dm2 > area_dm2:
            yield "inner_area_dm2", f"套内面积大于建筑面积（{square_metres(area_dm2)} ㎡）"

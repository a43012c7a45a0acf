"""拆分后的房屋 as a workbook: what a split or merge (房屋拆分合并, E8) imports. One row per new house.

Declaration and checks of a cell or row only; whether the old houses are those chosen is asked by `estate.division`.
"""

from collections.abc import Iterable
from dataclasses import replace

from upkeep.estate.house_sheet import HouseTable, house_faults
from upkeep.sheets.kinds import Text
from upkeep.sheets.sheet import Column, Sheet, Values


def _of_the_house_table(key: str, *, example: str = "") -> Column:
    """A column as the house table has it, with an example that fits here."""
    column = next(one for one in HouseTable.columns if one.key == key)
    return replace(column, example=example or column.example)


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
        _of_the_house_table("unit"),
        _of_the_house_table("floor", example="-1"),
        _of_the_house_table("room", example="A01-1"),
        _of_the_house_table("use", example="车库"),
        _of_the_house_table("area_dm2", example="12.50"),
        _of_the_house_table("inner_area_dm2", example="12.50"),
        _of_the_house_table("address", example="江阳区滨江路188号地下车库A01-1"),
        _of_the_house_table("note"),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        return house_faults(values)

"""The house table (楼盘表) as a workbook: what area collection (E3) and house supplement (E4) import and export.

Declaration and checks within the file only; whether a house is in the register already is asked by the action.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from upkeep.kernel.areas import square_metres
from upkeep.sheets.kinds import Choice, FloorArea, Text, Whole, YearMonth
from upkeep.sheets.sheet import Column, Row, Sheet, Values

BUILDING_KINDS = ("多层", "小高层", "高层", "超高层", "别墅", "商业", "车库", "其他")
STRUCTURES = ("砖混结构", "框架结构", "剪力墙结构", "框剪结构", "钢结构", "其他")
USES = ("住宅", "商业", "办公", "车库", "储藏室", "其他")
NATURES = ("商品房", "已售公有住房", "保障性住房", "其他")

#: No single house is believed to be larger than this.
MOST_DM2 = 10_000_00
#: Said in every row and true of the whole building: two rows may not contradict each other.
_OF_THE_BUILDING = (
    ("building_kind", "类型"),
    ("elevator", "有无电梯"),
    ("structure", "建筑结构"),
    ("built_month", "建成年代"),
)
#: What of a row is about its building.
OF_BUILDING = frozenset({"building", *(key for key, _ in _OF_THE_BUILDING)})
#: Above these a house of the use is worth a second look.
UNUSUAL_DM2 = {"住宅": 500_00, "储藏室": 200_00, "车库": 500_00}


def house_faults(values: Values) -> Iterable[tuple[str, str]]:
    """What is wrong with a house by itself, wherever it is entered: the column and a sentence."""
    if values["use"] == "住宅" and values["unit"] is None:
        yield "unit", "住宅须填写单元"
    area_dm2, inner_dm2 = values["area_dm2"], values["inner_area_dm2"]
    if area_dm2 is not None and inner_dm2 is not None and inner_dm2 > area_dm2:
        yield "inner_area_dm2", f"套内面积大于建筑面积（{square_metres(area_dm2)} ㎡）"


class HouseTable(Sheet):
    """楼盘表: one row per house, fourteen columns."""

    title = "房屋信息"
    max_rows = 50_000
    columns = (
        Column(key="building", title="楼栋名称", kind=Text(30), required=True, example="1幢"),
        Column(key="building_kind", title="楼栋类型", kind=Choice(BUILDING_KINDS), required=True, example="高层"),
        Column(key="elevator", title="有无电梯", kind=Choice(("有", "无")), required=True, width=10, example="有"),
        Column(key="structure", title="建筑结构", kind=Choice(STRUCTURES), example="剪力墙结构"),
        Column(key="built_month", title="建成年代", kind=YearMonth(years_ahead=5), width=12, example="202509"),
        Column(key="unit", title="单元", kind=Text(20), width=8, note="房屋用途为住宅时必填", example="1"),
        Column(
            key="floor",
            title="所在楼层",
            kind=Whole(-20, 300, zero=False),
            required=True,
            width=10,
            note="地下楼层填负数，如 -1",
            example="3",
        ),
        Column(
            key="room", title="房号", kind=Text(20), required=True, note="同一楼栋同一单元内不得重复", example="301"
        ),
        Column(key="use", title="房屋用途", kind=Choice(USES), required=True, example="住宅"),
        Column(key="nature", title="房屋性质", kind=Choice(NATURES), required=True, example="商品房"),
        Column(
            key="area_dm2",
            title="建筑面积",
            kind=FloorArea(MOST_DM2),
            required=True,
            note="单户不超过 10,000 平方米",
            example="118.36",
        ),
        Column(
            key="inner_area_dm2", title="套内面积", kind=FloorArea(MOST_DM2), note="不大于建筑面积", example="92.80"
        ),
        Column(
            key="address",
            title="房屋坐落",
            kind=Text(200),
            required=True,
            width=44,
            example="江阳区滨江路188号1幢1单元301",
        ),
        Column(key="note", title="备注", kind=Text(200), width=20),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        return house_faults(values)

    def warn_row(self, values: Values) -> Iterable[tuple[str, str]]:
        area_dm2, usual_dm2 = values["area_dm2"], UNUSUAL_DM2.get(values["use"])
        if area_dm2 is not None and usual_dm2 is not None and area_dm2 > usual_dm2:
            yield "area_dm2", f"{values['use']}建筑面积超过 {usual_dm2 // 100} ㎡，请核对"

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        seen: dict[tuple[str, str, str], int] = {}
        buildings: dict[tuple[str, str], tuple[int, str]] = {}
        for row in rows:
            values = row.values
            if (building := values["building"]) is None:
                continue
            if values["room"] is not None:
                first = seen.setdefault(house_key(values), row.number)
                if first != row.number:
                    yield row.number, "room", f"与第 {first} 行是同一户（楼栋、单元、房号重复）"
            for key, title in _OF_THE_BUILDING:
                if (said := values[key]) is not None:
                    number, before = buildings.setdefault((building, key), (row.number, said))
                    if said != before:
                        yield row.number, key, f"与第 {number} 行不一致：同一楼栋的{title}前面填的是“{before}”"


def house_key(values: Mapping[str, Any]) -> tuple[str, str, str]:
    """What makes a house the same house: building, unit, room. Unit 1 and 1单元 are one unit, as the pages show it."""
    unit = values["unit"] or ""
    bare = unit.removesuffix("单元")
    return values["building"], bare if bare.isdecimal() else unit, values["room"]

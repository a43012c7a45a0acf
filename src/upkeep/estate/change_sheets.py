"""What can be changed of houses (E5) and of buildings (E7), as sheets: the columns of the page and of the workbook.

Source: manual 001 §2.4 (批量修改: 楼栋名称、单元、房屋用途、地址), §2.6 (物业区域、建成年代、建筑结构).
"""

from collections.abc import Iterable

from upkeep.casework.changing import LABEL, ChangeSheet, identity_column
from upkeep.estate.house_sheet import BUILDING_KINDS, MOST_DM2, NATURES, STRUCTURES, USES
from upkeep.estate.models import Building, House
from upkeep.kernel.areas import square_metres
from upkeep.sheets.columns import Column, Values
from upkeep.sheets.kinds import Choice, FloorArea, Text, Whole, YearMonth


class HouseChangeSheet(ChangeSheet):
    """房屋信息变更: one row per chosen house."""

    title = "房屋信息变更"
    max_rows = 20_000
    batch = ("building", "unit", "use", "address")
    guide = ("房屋编号由系统填好，请勿改动；没有变更的单元格保持原样。",)
    columns = (
        identity_column("房屋编号"),
        Column(key="building", title="楼栋名称", kind=Text(30), required=True, note="须为本物业区域已有的楼栋"),
        Column(key="unit", title="单元", kind=Text(20), width=8, note="房屋用途为住宅时必填"),
        Column(key="floor", title="所在楼层", kind=Whole(-20, 300, zero=False), required=True, width=10),
        Column(key="room", title="房号", kind=Text(20), required=True, note="同一楼栋同一单元内不得重复"),
        Column(key="use", title="房屋用途", kind=Choice(USES), required=True),
        Column(key="nature", title="房屋性质", kind=Choice(NATURES), required=True),
        Column(key="area_dm2", title="建筑面积", kind=FloorArea(MOST_DM2), required=True),
        Column(key="inner_area_dm2", title="套内面积", kind=FloorArea(MOST_DM2), note="不大于建筑面积"),
        Column(key="address", title="地址", kind=Text(200), required=True, width=44),
        Column(key="note", title="备注", kind=Text(200), width=20),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        if values["use"] == "住宅" and values["unit"] is None:
            yield "unit", "住宅须填写单元"
        area_dm2, inner_dm2 = values["area_dm2"], values["inner_area_dm2"]
        if area_dm2 is not None and inner_dm2 is not None and inner_dm2 > area_dm2:
            yield "inner_area_dm2", f"套内面积大于建筑面积（{square_metres(area_dm2)} ㎡）"


class BuildingChangeSheet(ChangeSheet):
    """楼栋变更: one row per chosen building."""

    title = "楼栋变更"
    max_rows = 2_000
    batch = ("area", "built_in", "structure")
    guide = ("楼栋编号由系统填好，请勿改动；没有变更的单元格保持原样。",)
    columns = (
        identity_column("楼栋编号"),
        Column(key="area", title="物业区域", kind=Text(80), required=True, width=26),
        Column(key="name", title="楼栋名称", kind=Text(30), required=True, note="同一物业区域内不得重复"),
        Column(key="kind", title="楼栋类型", kind=Choice(BUILDING_KINDS), required=True),
        Column(key="has_lift", title="有无电梯", kind=Choice(("有", "无")), required=True, width=10),
        Column(key="structure", title="建筑结构", kind=Choice(STRUCTURES)),
        Column(key="built_in", title="建成年代", kind=YearMonth(years_ahead=5), width=12, example="201409"),
    )


def house_values(house: House) -> Values:
    """What the register says of a house, in the columns of the sheet; its building is loaded."""
    return {
        LABEL: house_label(house),
        "building": house.building.name,
        "unit": house.unit or None,
        "floor": house.floor,
        "room": house.room,
        "use": house.get_use_display(),
        "nature": house.get_nature_display(),
        "area_dm2": house.area_dm2,
        "inner_area_dm2": house.inner_area_dm2,
        "address": house.address,
        "note": house.note or None,
    }


def house_label(house: House) -> str:
    """1幢 1单元 301; the house's building is loaded."""
    return f"{house.building.name} {house.label}"


def building_values(building: Building, *, area: str) -> Values:
    """What the register says of a building, in the columns of the sheet; `area` is what its area is offered as."""
    return {
        LABEL: building.name,
        "area": area,
        "name": building.name,
        "kind": building.get_kind_display(),
        "has_lift": "有" if building.has_lift else "无",
        "structure": building.get_structure_display() or None,
        "built_in": building.built_in or None,
    }

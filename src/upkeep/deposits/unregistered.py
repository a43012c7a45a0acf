"""未备案房屋 (D4): a house that the register does not have, as its payer describes it, and what it would owe."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms

from upkeep.casework.procedure import Fact
from upkeep.deposits.due import Due, due_of, known_of, why_not
from upkeep.deposits.payer_form import PayerForm
from upkeep.estate.actions import NewHouse
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse
from upkeep.estate.models import Area, Building, House
from upkeep.estate.provisional import known_building
from upkeep.kernel.areas import square_metres
from upkeep.kernel.forms import FloorAreaField
from upkeep.policy.deposit_standard import NoStandard, deposit_standard

#: The fields of the house, in the order in which they are asked.
HOUSE = ("building", "building_kind", "has_lift", "unit", "floor", "room", "area_m2", "use", "nature")


class UnregisteredForm(PayerForm):
    """The house as its contract describes it, and who pays."""

    building = forms.CharField(label="楼栋名称", max_length=30, help_text="如 3幢；楼栋已备案的，类型和电梯以备案为准")
    building_kind = forms.ChoiceField(label="楼栋类型", choices=BuildingKind.choices)
    has_lift = forms.ChoiceField(label="有无电梯", choices=[("YES", "有"), ("NO", "无")], widget=forms.RadioSelect)
    unit = forms.CharField(label="单元", max_length=20, required=False, help_text="如 1；没有单元的不填")
    floor = forms.IntegerField(label="所在楼层", min_value=-9, max_value=300, help_text="地下一层填 -1")
    room = forms.CharField(label="房号", max_length=20, help_text="如 501")
    area_m2 = FloorAreaField(label="建筑面积（㎡）", help_text="购房合同或不动产权证书上的建筑面积")
    use = forms.ChoiceField(label="房屋用途", choices=HouseUse.choices)
    nature = forms.ChoiceField(label="房屋性质", choices=HouseNature.choices)

    def clean_floor(self) -> int:
        floor = int(self.cleaned_data["floor"])
        if floor == 0:
            raise forms.ValidationError("没有 0 层：地上从 1 起，地下一层填 -1")
        return floor


def new_house(area: Area, data: Mapping[str, Any]) -> NewHouse:
    """The house as the register would take it; the form's data are checked. What the register says of a building holds."""
    known = known_building(area.pk, data["building"])
    name = known.name if known else "".join(str(data["building"]).split())
    unit, room = (str(data[key] or "").strip().removesuffix(end) for key, end in (("unit", "单元"), ("room", "室")))
    label = f"{unit}单元{room}" if unit.isdecimal() else f"{unit}{room}"
    return NewHouse(
        building=name,
        building_kind=BuildingKind(known.kind if known else data["building_kind"]),
        has_lift=known.has_lift if known else data["has_lift"] == "YES",
        structure=None,
        built_in="",
        unit=unit,
        floor=data["floor"],
        room=room,
        use=HouseUse(data["use"]),
        nature=HouseNature(data["nature"]),
        area_dm2=data["area_m2"],
        inner_area_dm2=None,
        address=f"{area.address}{name}{label}"[:200],
        note="未备案房屋交款补录",
    )


def due_of_new(area: Area, new: NewHouse, *, on: dt.date) -> Due:
    """What the house would owe by the standard of the day. Raises: NoPolicy, NoStandard."""
    standard = deposit_standard(jurisdiction_id=area.jurisdiction_id, on=on)
    building = known_building(area.pk, new.building) or Building(
        area=area, name=new.building, kind=new.building_kind, has_lift=new.has_lift, storeys=new.floor
    )
    house = House(building=building, use=new.use, nature=new.nature, area_dm2=new.area_dm2)
    known = known_of([house], standard)
    due = due_of(house, standard, known)
    if due is None:
        raise NoStandard(f"{new.building}{new.unit}{new.room}：{why_not(house, standard, known)}")
    return due


def area_facts(area: Area) -> list[Fact]:
    """物业区域信息, shown to be checked before a house of it is described."""
    company = area.property_company
    return [
        Fact("物业区域", area.name),
        Fact("区域编号", area.number),
        Fact("所属区县", area.jurisdiction.name),
        Fact("地址", area.address),
        Fact("开发建设单位", area.developer.name if area.developer else ""),
        Fact("物业服务企业", company.name if company else ""),
    ]


def house_facts(new: NewHouse) -> list[Fact]:
    """The house in words."""
    lift = "有电梯" if new.has_lift else "无电梯"
    return [
        Fact("坐落", new.address),
        Fact("楼栋", f"{new.building}（{new.building_kind.label}，{lift}）"),
        Fact("单元", new.unit),
        Fact("所在楼层", str(new.floor)),
        Fact("房号", new.room),
        Fact("建筑面积", f"{square_metres(new.area_dm2)} ㎡"),
        Fact("房屋用途", new.use.label),
        Fact("房屋性质", new.nature.label),
    ]

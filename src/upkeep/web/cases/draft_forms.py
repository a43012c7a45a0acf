"""What is typed about a building, a house or an owner of a draft: boxes made of their table's columns, and 生成户室."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from upkeep.estate.draft_sheets import BuildingTable, split_units
from upkeep.estate.drafting import DraftBuilding, Generation
from upkeep.estate.house_sheet import MOST_DM2, NATURES, USES, HouseTable
from upkeep.estate.numbering import (
    MOST_BASEMENTS,
    MOST_FLOOR,
    Plan,
    RoomRule,
    UnitPlan,
    spread,
    unit_name,
)
from upkeep.kernel.areas import dm2_from_text
from upkeep.sheets.columns import Fault
from upkeep.sheets.sheet import Sheet

_BUILDING_ONLY = frozenset(column.key for column in BuildingTable.columns)


def columns_shown(sheet: type[Sheet]) -> tuple[str, ...]:
    """Which columns are typed singly: of a house not those of its building."""
    keys = [column.key for column in sheet.columns if not column.read_only]
    return tuple(key for key in keys if sheet is not HouseTable or key not in _BUILDING_ONLY)


def faults_by_column(sheet: type[Sheet], faults: list[Fault]) -> dict[str, str]:
    """What is wrong with the only row that was typed."""
    keys = [column.key for column in sheet.columns]
    return {keys[fault.place]: fault.text for fault in faults}


def _whole_numbers(text: str, *, most: int) -> list[int]:
    """The numbers of "2, 2、4". Raises: ValueError."""
    parts = [part for part in re.split(r"[\s,，、;；]+", text.strip()) if part]
    if not all(part.isascii() and part.isdecimal() and len(part) <= 4 and int(part) <= most for part in parts):
        raise ValueError(text)
    return [int(part) for part in parts]


class GenerationForm(forms.Form):
    """生成户室: units, floors, houses per floor, the rule of the numbers, what the houses are and how large."""

    units = forms.MultipleChoiceField(label="单元", widget=forms.CheckboxSelectMultiple)
    storeys = forms.IntegerField(label="地上层数", min_value=0, max_value=MOST_FLOOR)
    lowest = forms.IntegerField(
        label="起始楼层", min_value=1, max_value=MOST_FLOOR, help_text="一层为商铺、二层起为住宅时填 2"
    )
    basements = forms.IntegerField(label="地下层数", min_value=0, max_value=MOST_BASEMENTS, required=False)
    skipped = forms.CharField(
        label="不编号的楼层", required=False, max_length=200, help_text="如 4、13、14；楼层总数不变，编号跳过"
    )
    per_floor = forms.CharField(
        label="每单元每层户数", max_length=400, help_text="各单元相同填 1 个数；不同则按单元顺序用逗号分隔，如 2,3"
    )
    rule = forms.ChoiceField(label="房号规则", choices=[(one.value, one.label) for one in RoomRule])
    use = forms.ChoiceField(label="户室类型（房屋用途）", choices=[(one, one) for one in USES])
    nature = forms.ChoiceField(label="房屋性质", choices=[(one, one) for one in NATURES])
    areas = forms.CharField(
        label="每个户室面积（㎡）",
        max_length=2000,
        help_text="都相同填 1 个；不同则按每层的顺序用逗号分隔，如 89.5,118.36",
    )

    def __init__(self, building: DraftBuilding, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(_proposed(building))
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        field = self.fields["units"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            *((unit, unit_name(unit)) for unit in building.units if unit),
            ("", "不分单元（商铺、车库等）"),
        ]
        for one in self.fields.values():
            verb = "选择" if isinstance(one, forms.MultipleChoiceField) else "填写"
            one.error_messages["required"] = f"请{verb}{one.label}"

    def clean_skipped(self) -> frozenset[int]:
        try:
            return frozenset(_whole_numbers(self.cleaned_data["skipped"], most=MOST_FLOOR))
        except ValueError:
            raise forms.ValidationError("请填写楼层号，用逗号或顿号分隔，如 4、13、14") from None

    def clean_per_floor(self) -> list[int]:
        try:
            return _whole_numbers(self.cleaned_data["per_floor"], most=9999)
        except ValueError:
            raise forms.ValidationError("请填写整数，如 2；各单元不同时用逗号分隔，如 2,3") from None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("use") == "住宅" and "" in data.get("units", ()):
            self.add_error("units", "住宅须分单元：请在楼栋信息中填写单元，或把户室类型改为商业、车库等")
        return data

    def clean_areas(self) -> tuple[int, ...]:
        parts = [part for part in re.split(r"[\s,，、;；]+", self.cleaned_data["areas"].strip()) if part]
        try:
            areas_dm2 = tuple(dm2_from_text(part) for part in parts)
        except ValueError:
            areas_dm2 = (0,)
        if not areas_dm2 or not all(0 < one <= MOST_DM2 for one in areas_dm2):
            raise forms.ValidationError("请填写大于 0、不超过 10,000 的面积，最多两位小数；多个面积用逗号分隔")
        return areas_dm2

    def wanted(self) -> Generation:
        """What a valid form asks for. Raises: NoSuchPlan."""
        data: Mapping[str, Any] = self.cleaned_data
        counts = spread("每单元每层户数", data["per_floor"], len(data["units"]))
        return Generation(
            plan=Plan(
                units=tuple(UnitPlan(*pair) for pair in zip(data["units"], counts, strict=True)),
                storeys=data["storeys"],
                lowest=data["lowest"],
                basements=data["basements"] or 0,
                skipped=data["skipped"],
                rule=RoomRule(data["rule"]),
            ),
            use=data["use"],
            nature=data["nature"],
            areas_dm2=data["areas"],
        )


_USES = {"商业": "商业", "车库": "车库"}


def _proposed(building: DraftBuilding) -> dict[str, Any]:
    """What the building's own data say already."""
    return {
        "units": [unit for unit in split_units(building.data.get("units")) if unit] or [""],
        "storeys": building.data.get("storeys") or "",
        "lowest": 1,
        "basements": 0,
        "rule": RoomRule.FLOOR_ROOM.value,
        "use": _USES.get(str(building.data.get("building_kind")), "住宅"),
        "nature": NATURES[0],
    }


def signature(typed: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The typed values as one text: what was previewed is what is saved, or it is previewed again."""
    found = [typed.getlist(name) if hasattr(typed, "getlist") else [typed.get(name, "")] for name in names]
    return "|".join(",".join(values) for values in found)[:4000]

"""The form of 交存标准: one row per line of the tariff, the first that fits a house holds."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse
from upkeep.kernel.forms import MoneyField
from upkeep.kernel.money import yuan
from upkeep.policy.deposit_standard import MOST_STOREYS
from upkeep.policy.shapes import Value
from upkeep.web.policies.reach import Place

MOST_ROWS = 12
_LIFT = (("", "不限"), ("yes", "有电梯"), ("no", "无电梯"))
_ANY: dict[str, Any] = {"required": False, "widget": forms.CheckboxSelectMultiple}


class RowForm(forms.Form):
    """One line: for which houses, and how much per square metre or of which price."""

    label = forms.CharField(
        label="名称", max_length=40, required=False, help_text="印在交款通知单上；清空名称即删除本档"
    )
    building_kinds = forms.MultipleChoiceField(label="楼栋类型", choices=BuildingKind.choices, **_ANY)
    uses = forms.MultipleChoiceField(label="房屋用途", choices=HouseUse.choices, **_ANY)
    natures = forms.MultipleChoiceField(label="房屋性质", choices=HouseNature.choices, **_ANY)
    lift = forms.ChoiceField(label="电梯", choices=_LIFT, required=False)
    rate = MoneyField(label="每平方米（元）", required=False, help_text="或填写右侧的造价和比例")
    price = MoneyField(label="每平方米造价（元）", required=False)
    percent = forms.DecimalField(
        label="比例（%）", min_value=0, max_value=100, decimal_places=2, max_digits=5, required=False
    )
    least = forms.IntegerField(
        label="楼栋地上层数从", min_value=1, max_value=MOST_STOREYS, required=False, help_text="不填不限"
    )
    most = forms.IntegerField(
        label="到（层）", min_value=1, max_value=MOST_STOREYS, required=False, help_text="不填不限"
    )
    by_contract = forms.BooleanField(
        label="按合同价的比例", required=False, help_text="只适用于已登记合同价的房屋；比例填在“比例（%）”"
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("label") or self.errors:
            return data
        rate, price, percent, contract = (data.get(name) for name in ("rate", "price", "percent", "by_contract"))
        by_rate = rate and not price and not percent and not contract
        by_price = percent and not rate and bool(price) != bool(contract)
        if not (by_rate or by_price):
            self.add_error("rate", "填写每平方米金额，或者造价和比例，或者合同价的比例，三种方式选一种")
        if data.get("least") and data.get("most") and data["most"] < data["least"]:
            self.add_error("most", "不能少于起始层数")
        return data

    def row(self) -> Value:
        """The line as the policy keeps it."""
        data = self.cleaned_data
        return {
            "label": data["label"],
            "building_kinds": data["building_kinds"],
            "has_lift": {"yes": True, "no": False}.get(data["lift"]),
            "uses": data["uses"],
            "natures": data["natures"],
            "fen_per_m2": data["rate"] or 0,
            "price_fen_per_m2": data["price"] or 0,
            "basis_points": int((data["percent"] or 0) * 100),
            "least_storeys": data["least"] or 0,
            "most_storeys": data["most"] or 0,
            "of_contract_price": data["by_contract"],
        }


_Rows: "type[BaseFormSet[RowForm]]" = formset_factory(RowForm, extra=2, max_num=MOST_ROWS, validate_max=True)


class TariffForm:
    """All lines, with the look of one form to the pages."""

    def __init__(self, place: Place, value: Mapping[str, Any], data: Any = None) -> None:
        if data is not None and data.get("step") == "more":
            data = data.copy()
            asked = str(data.get("row-TOTAL_FORMS", ""))
            data["row-TOTAL_FORMS"] = min(int(asked) + 2, MOST_ROWS) if asked.isdecimal() else MOST_ROWS
        self.rows = _Rows(data, prefix="row", initial=[_typed(row) for row in value.get("rows", ())])
        self.errors: list[str] = []

    def is_valid(self) -> bool:
        """Every line is right and there is at least one."""
        if not self.rows.is_valid():
            self.errors = ["请更正下面标出的内容"]
        elif not self._kept():
            self.errors = ["请至少填写一档交存标准"]
        return not self.errors

    @property
    def may_grow(self) -> bool:
        """Whether more lines can be added."""
        return self.rows.total_form_count() < MOST_ROWS

    def value(self) -> Value:
        """The tariff once it is valid."""
        return {"rows": [one.row() for one in self._kept()]}

    def _kept(self) -> list[RowForm]:
        return [one for one in self.rows if one.cleaned_data.get("label")]


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A kept line as it is typed."""
    whole, rest = divmod(row.get("basis_points", 0), 100)
    return {
        "label": row["label"],
        "building_kinds": row.get("building_kinds", ()),
        "uses": row.get("uses", ()),
        "natures": row.get("natures", ()),
        "lift": {True: "yes", False: "no", None: ""}[row.get("has_lift")],
        "rate": _plain_yuan(row.get("fen_per_m2", 0)),
        "price": _plain_yuan(row.get("price_fen_per_m2", 0)),
        "percent": f"{whole}.{rest:02d}" if whole or rest else "",
        "least": row.get("least_storeys") or None,
        "most": row.get("most_storeys") or None,
        "by_contract": row.get("of_contract_price", False),
    }


def _plain_yuan(fen: int) -> str:
    return yuan(fen).replace(",", "") if fen else ""

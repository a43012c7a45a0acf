"""What the form of a further-deposit plan (续交方案) asks, and what it comes to: the terms, the houses, the words."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import BUILDINGS
from upkeep.casework.procedure import Table
from upkeep.casework.states import EDITABLE
from upkeep.deposits.further import Asked, Terms, due_days
from upkeep.deposits.models import Arrears, FurtherBasis, FurtherMethod, FurtherStandard
from upkeep.estate.house_choice import chosen_houses
from upkeep.estate.models import House
from upkeep.estate.queries import houses_of_area, live_houses_of
from upkeep.kernel.areas import square_metres
from upkeep.kernel.forms import DayField, MoneyField, ReferenceField
from upkeep.kernel.money import yuan

IN_ARREARS, ALL, OF_BUILDINGS, CHOSEN = "IN_ARREARS", "ALL", "BUILDINGS", "CHOSEN"
SCOPES = (
    (IN_ARREARS, "欠交的房屋（余额低于首期应交金额的规定比例）"),
    (ALL, "本区域全部房屋"),
    (OF_BUILDINGS, "部分楼栋的全部房屋"),
    (CHOSEN, "在楼盘表上选择房屋"),
)
_EVERY = (("1", "每月"), ("3", "每季度"), ("6", "每半年"), ("12", "每年"))
MOST_SHOWN = 50


class FurtherForm(forms.Form):
    """Who, how much, how and until when, decided by whom. Fields that another answer makes needless are left out."""

    area = ReferenceField(label="物业区域")
    who = forms.ChoiceField(label="交存义务人", choices=SCOPES, widget=forms.RadioSelect, initial=IN_ARREARS)
    standard = forms.ChoiceField(label="续交标准", choices=FurtherStandard.choices, widget=forms.RadioSelect)
    rate = MoneyField(label="每平方米金额（元）", required=False, help_text="续交标准为“按建筑面积”时填写")
    method = forms.ChoiceField(label="交存方式", choices=FurtherMethod.choices, widget=forms.RadioSelect)
    instalments = forms.IntegerField(
        label="期数",
        min_value=2,
        max_value=60,
        required=False,
        help_text="分期交存时填写，从第一期到最后一期不超过本市规定",
    )
    every = forms.ChoiceField(
        label="每期间隔", choices=(("", "请选择"), *_EVERY), required=False, help_text="分期交存时选择"
    )
    first_due_on = DayField(label="交存期限", help_text="一次交清的截止日期；分期的为第一期截止日期")
    basis = forms.ChoiceField(label="续交依据", choices=FurtherBasis.choices, widget=forms.RadioSelect)
    document = forms.CharField(
        label="决定或文件名称", max_length=200, help_text="例如：2026 年第一次业主大会关于续交维修资金的决定"
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("standard") == FurtherStandard.PER_M2 and not data.get("rate") and "rate" not in self.errors:
            self.add_error("rate", "请填写每平方米续交金额")
        if data.get("method") == FurtherMethod.INSTALMENTS:
            if not data.get("instalments") and "instalments" not in self.errors:
                self.add_error("instalments", "分期交存请填写期数")
            if not data.get("every") and "every" not in self.errors:
                self.add_error("every", "分期交存请选择每期间隔")
        return data


def terms_of(case: Case, data: dict[str, Any]) -> Terms:
    """The terms of the cleaned form."""
    in_parts = data["method"] == FurtherMethod.INSTALMENTS
    per_m2 = data["standard"] == FurtherStandard.PER_M2
    return Terms(
        standard=FurtherStandard(data["standard"]),
        fen_per_m2=data["rate"] if per_m2 else 0,
        method=FurtherMethod(data["method"]),
        instalments=data["instalments"] if in_parts else 1,
        every_months=int(data["every"]) if in_parts else 0,
        first_due_on=data["first_due_on"],
        basis=FurtherBasis(data["basis"]),
        document=data["document"],
        scope=scope_of(case, str(data["who"])),
    )


def scope_of(case: Case, who: str) -> str:
    """Who has to pay, in words: 部分楼栋（1幢、2幢）."""
    words = dict(SCOPES).get(who, "").partition("（")[0]
    if who == OF_BUILDINGS:
        names = dict.fromkeys(house.building.name for house in live_houses_of(_ticked(case)))
        return f"{words}（{'、'.join(names)}）"[:200]
    return words


def houses_asked(case: Case) -> list[House]:
    """The houses that the form names, in the order of the building table; once handed in, those it named then."""
    if case.state_now not in EDITABLE:
        return chosen_houses(case)
    who, area_id = str(case.data.get("who", "")), str(case.data.get("area") or "0")
    if not area_id.isdecimal():
        return []
    if who == CHOSEN:
        return chosen_houses(case)
    if who == OF_BUILDINGS:
        return [house for house in live_houses_of(_ticked(case)) if house.area_id == int(area_id)]
    houses = houses_of_area(int(area_id))
    if who == IN_ARREARS:
        entries = Arrears.objects.filter(area_id=int(area_id), left_on__isnull=True)
        found = set(entries.values_list("house_id", flat=True))
        return [house for house in houses if house.pk in found]
    return houses if who == ALL else []


def _ticked(case: Case) -> list[int]:
    found = case.data.get(BUILDINGS) or []
    return [int(pk) for pk in found if str(pk).isdecimal()] if isinstance(found, list) else []


def tables_of(houses: Sequence[House], asked: Asked, terms: Terms) -> Iterator[Table]:
    """What it comes to: the sums, the instalments, the first houses, and whoever is left out by reason."""
    some = [house for house in houses if house.pk in asked.dues]
    yield Table(
        "续交金额",
        ("户数", "建筑面积（㎡）", "应续交合计（元）"),
        [(f"{len(some):,}", square_metres(sum(house.area_dm2 for house in some)), yuan(asked.total_fen))],
        frozenset({0, 1, 2}),
    )
    if terms.instalments > 1:
        days = enumerate(due_days(terms), start=1)
        yield Table("分期交存", ("期次", "交存期限"), [(f"第 {number} 期", f"{day:%Y-%m-%d}") for number, day in days])
    rows = [
        (
            f"{house.building.name}{house.label}",
            square_metres(house.area_dm2),
            asked.dues[house.pk].rule,
            yuan(asked.dues[house.pk].amount_fen),
        )
        for house in some[:MOST_SHOWN]
    ]
    columns = ("房屋", "建筑面积（㎡）", "计算依据", "应续交（元）")
    yield Table("分户明细", columns, rows, frozenset({1, 3}), total_rows=len(some))
    if asked.left_out:
        reasons: dict[str, list[House]] = {}
        for house in houses:
            if reason := asked.left_out.get(house.pk):
                reasons.setdefault(reason, []).append(house)
        listed = [
            (reason, f"{len(found):,}", "、".join(f"{one.building.name}{one.label}" for one in found[:5]))
            for reason, found in reasons.items()
        ]
        yield Table("不列入的房屋", ("原因", "户数", "如"), listed, frozenset({1}))

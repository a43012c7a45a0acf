"""物业区域变更 (E9): name, address or areas of a registered area are changed; it holds as soon as it is handed in.

Source: manual 001 §2.8: nobody reviews it and nothing is printed; every change stays in the area's history. The area's
developer does it, or the office.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, Page
from upkeep.casework.procedure import Change, Fact, Guide, Outcome, Procedure, Summary, register
from upkeep.estate.area_changes import change_area, in_words, values_of
from upkeep.estate.models import Area, AreaChange, AreaField, House
from upkeep.estate.owner_cases import areas_of
from upkeep.estate.queries import area_exists
from upkeep.kernel.areas import square_metres
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import DayField, FloorAreaField, ReferenceField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ReviewChain

FIELDS = tuple(field.value for field in AreaField)
SEEN = "seen"
#: A day before this is a slip of the pen.
EARLIEST = dt.date(1900, 1, 1)


@register
class AreaChangeProcedure(Procedure):
    code = "area_change"
    title = "物业区域变更"
    prefix = "QB"
    covers = ("E9",)
    starters = frozenset({Role.DEVELOPER, Role.WINDOW_CLERK})
    steps = ()
    guide = Guide(
        overview="变更物业区域的名称、地址或面积，保存后即时生效，并保留变更记录。房屋、楼栋的变更请办理相应业务。",
        takes="即时生效",
    )
    pages = (
        FormPage("选择物业区域", fields=("area",)),
        FormPage("变更信息", help="已填入现有登记内容，只改需要变更的项目。", fields=FIELDS),
    )

    class Form(forms.Form):
        area = ReferenceField(label="物业区域")
        name = forms.CharField(label=AreaField.NAME.label, max_length=60)
        address = forms.CharField(label=AreaField.ADDRESS.label, max_length=200)
        floor_area_dm2 = FloorAreaField(label="建筑面积（㎡）")
        land_area_dm2 = FloorAreaField(label="占地面积（㎡）", required=False)
        established_on = DayField(label=AreaField.ESTABLISHED.label, required=False)

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        return self.pages[1:] if case.data.get("begun_for") else self.pages

    def chain_of(self, case: Case, chain: ReviewChain, *, on: dt.date) -> ReviewChain:
        return ReviewChain(steps=(), starters=chain.starters)

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        mine = Area.objects.filter(pk__in=areas_of(case)).order_by("name")
        if case.applicant_organisation_id:
            mine = mine.filter(developer_id=case.applicant_organisation_id)
        return list(mine.values_list("pk", "name")) if field == "area" else ()

    def intake(self, case: Case, changes: dict[str, Any]) -> dict[str, Any]:
        """With the area its registered values come into the form, and stay beside it: what was typed is the difference."""
        chosen = str(changes.get("area", ""))
        if not chosen or (chosen == str(case.data.get("area", "")) and SEEN in case.data):
            return changes
        offered = {str(pk) for pk, _ in self.choices(case, "area")}
        return changes | (begun_values(Area.objects.get(pk=int(chosen))) if chosen in offered else {})

    def subject(self, case: Case) -> str:
        area = _area(case)
        return area.name if area else ""

    def place(self, case: Case, data: dict[str, Any]) -> int:
        area = _area(case)
        return area.jurisdiction_id if area else 0

    def summary(self, case: Case) -> Summary:
        area = _area(case)
        return Summary(facts=[Fact("物业区域", area.name), Fact("区域编号", area.number)] if area else [])

    def changes(self, case: Case) -> Sequence[Change]:
        """Once it holds, as it stands in the history."""
        kept = AreaChange.objects.filter(case=case).order_by("pk")
        if done := [Change(one.get_field_display(), one.before, one.after) for one in kept]:
            return done
        return [
            Change(AreaField(field).label, in_words(field, before), in_words(field, after))
            for field, (before, after) in _wanted(case).items()
        ]

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [Outcome("查看物业区域和变更记录", "estate:area", case.area_id)] if case.area_id else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        area, wanted = _area(case), _wanted(case)
        if area is None:
            return
        if not wanted:
            yield Problem("", "没有需要变更的内容，请先修改再提交")
        if "name" in wanted and area_exists(jurisdiction_id=area.jurisdiction_id, name=data["name"]):
            yield Problem("name", f"本区县已有名为“{data['name']}”的物业区域，请换一个名称")
        if data["established_on"] and data["established_on"] < EARLIEST:
            yield Problem("established_on", "成立日期不能早于 1900 年，请核对")
        if "floor_area_dm2" in wanted:
            houses_dm2 = sum(House.objects.filter(area=area, state="ACTIVE").values_list("area_dm2", flat=True))
            if houses_dm2 > data["floor_area_dm2"]:
                yield Problem("floor_area_dm2", f"房屋面积合计 {square_metres(houses_dm2)} ㎡，区域建筑面积不能更小")

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        wanted = _wanted(case)
        change_area(
            data["area"],
            values={field: after for field, (_, after) in wanted.items()},
            seen={field: before for field, (before, _) in wanted.items()},
            case_id=case.pk,
            by=by,
            at=at,
        )


def begun_values(area: Area) -> dict[str, Any]:
    """What a draft for the area begins with: its registered values as they would be typed, and once more beside it."""
    held = {
        field: (square_metres(value).replace(",", "") if field.endswith("_dm2") and value else str(value or ""))
        for field, value in values_of(area).items()
    }
    return {"area": str(area.pk), **held, SEEN: values_of(area)}


def _area(case: Case) -> Area | None:
    value = str(case.data.get("area", ""))
    return Area.objects.filter(pk=int(value)).first() if value.isascii() and value.isdigit() else None


def _wanted(case: Case) -> Mapping[str, tuple[Any, Any]]:
    """Before and after, typed, of the fields that were changed; one that was typed wrongly is left out."""
    form = AreaChangeProcedure.Form(case.data)
    form.is_valid()
    seen = case.data.get(SEEN, {})
    typed = {field: _kept(field, form.cleaned_data[field]) for field in FIELDS if field in form.cleaned_data}
    return {field: (seen[field], value) for field, value in typed.items() if field in seen and value != seen[field]}


def _kept(field: str, value: Any) -> Any:
    """As `values_of` gives it: an empty area is 0, a day stands as JSON holds it."""
    if field == AreaField.ESTABLISHED:
        return value.isoformat() if value else ""
    return value or (0 if field.endswith("_dm2") else "")

"""过户管理 》 过户记录: every binding, transfer and ending over all areas that one sees, by house and by owner."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.casework.queries import visible_to as visible_cases
from upkeep.estate.kinds import OwnershipActKind
from upkeep.estate.models import OwnershipAct
from upkeep.estate.owner_cases import shown_name
from upkeep.estate.owner_records import RecordFilter, records, transfers_only
from upkeep.kernel.dates import to_the_minute
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import OFFICE, ORGANISATION
from upkeep.sheets.kinds import Text
from upkeep.sheets.sheet import Column, Sheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook

READERS = (*OFFICE, *ORGANISATION)
PER_PAGE, MOST_EXPORTED = 20, 20_000


class RecordFilterForm(forms.Form):
    """What the list is narrowed to; a wrong value narrows nothing."""

    house = forms.CharField(
        label="户室号", required=False, max_length=60, widget=forms.TextInput(attrs={"placeholder": "如 1栋 1502"})
    )
    owner = forms.CharField(
        label="业主姓名",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "原业主或新业主"}),
    )
    area = forms.CharField(label="物业区域", required=False, max_length=60)
    kind = forms.ChoiceField(
        label="类别",
        required=False,
        choices=[("", "过户"), ("BINDING", "绑定"), ("ENDING", "终止"), ("ALL", "全部")],
    )
    since = DayField(label="起始日期", required=False)
    until = DayField(label="截止日期", required=False)

    def wanted(self) -> RecordFilter:
        self.is_valid()
        data = self.cleaned_data
        return RecordFilter(
            area=data.get("area", ""),
            house=data.get("house", ""),
            owner=data.get("owner", ""),
            kind=transfers_only(data.get("kind", "")),
            since=data.get("since"),
            until=data.get("until"),
        )


class RecordSheet(Sheet):
    """过户记录 as a workbook; owners masked as on the page."""

    title = "过户记录"
    columns = (
        Column(key="area", title="物业区域", kind=Text(60), width=20),
        Column(key="house", title="户室号", kind=Text(80), width=20),
        Column(key="kind", title="类别", kind=Text(10), width=8),
        Column(key="former", title="原业主", kind=Text(200), width=20),
        Column(key="new", title="新业主", kind=Text(200), width=20),
        Column(key="since", title="生效日期", kind=Text(10), width=12),
        Column(key="at", title="登记时间", kind=Text(20), width=18),
        Column(key="basis", title="依据", kind=Text(200), width=40),
    )


def _found(request: ActorRequest) -> tuple[RecordFilterForm, QuerySet[OwnershipAct]]:
    form = RecordFilterForm(request.GET)
    return form, records(actor=request.actor, wanted=form.wanted())


@access(*READERS)
@require_safe
def record_list(request: ActorRequest) -> HttpResponse:
    """过户记录, the latest first."""
    form, found = _found(request)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    case_ids = [act.case_id for act in page if act.case_id]
    seen = set(visible_cases(request.actor).filter(pk__in=case_ids).values_list("pk", flat=True))
    rows = [(act, row, act.case if act.case_id in seen else None) for act, row in zip(page, _rows(page), strict=True)]
    may_transfer = engine.may_start(register["owner_transfer"], by=request.actor, on=timezone.localdate())
    context = {"form": form, "page": page, "rows": rows, "may_transfer": may_transfer}
    return render(request, "owners/records.html", context)


@access(*READERS)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook."""
    _, found = _found(request)
    return workbook(RecordSheet().export(_rows(found[:MOST_EXPORTED])), RecordSheet.title)


def _rows(acts: Iterable[OwnershipAct]) -> Iterator[dict[str, Any]]:
    for act in acts:
        house = act.house
        yield {
            "area": house.area.name,
            "house": f"{house.building.name} {house.label}",
            "kind": OwnershipActKind(act.kind).label,
            "former": "、".join(shown_name(one) for one in act.ended.all()) or None,
            "new": "、".join(shown_name(one) for one in act.begun.all()) or None,
            "since": act.since.isoformat(),
            "at": to_the_minute(act.at),
            "basis": act.basis,
        }

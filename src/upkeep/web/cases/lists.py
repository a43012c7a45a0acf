"""业务流水查询 (003 §5.2): lists of cases: filters in the address, sort, count, pages, export."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from upkeep.casework import queries
from upkeep.casework.engine import startable
from upkeep.casework.models import Channel
from upkeep.casework.procedure import register
from upkeep.casework.register_sheet import CaseRegister
from upkeep.casework.states import State
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import OFFICE, ORGANISATION, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook

LISTED_FOR = (*OFFICE, *ORGANISATION, Role.UNVERIFIED)
PER_PAGE = 20
MOST_EXPORTED = 20_000


class CaseFilterForm(forms.Form):
    """What a list of cases is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="业务单号 / 事项", required=False)
    procedure = forms.ChoiceField(label="业务类型", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *State.choices])
    channel = forms.ChoiceField(label="交易渠道", required=False, choices=[("", "全部"), *Channel.choices])
    since = DayField(label="起始日期", required=False)
    until = DayField(label="截止日期", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["procedure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *((one.code, one.title) for one in register)]

    def wanted(self) -> queries.CaseFilter:
        self.is_valid()
        data = self.cleaned_data
        return queries.CaseFilter(
            text=data.get("q", ""),
            procedure=data.get("procedure", ""),
            state=data.get("state", ""),
            channel=data.get("channel", ""),
            since=data.get("since"),
            until=data.get("until"),
        )


@access(*LISTED_FOR)
@require_GET
def case_list(request: ActorRequest) -> HttpResponse:
    """All cases the actor sees."""
    form = CaseFilterForm(request.GET)
    found = queries.case_list(actor=request.actor, wanted=form.wanted(), sort=request.GET.get("sort", "newest"))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    on = timezone.localdate()
    may_begin = startable((one for one in register if one.in_menu), by=request.actor, on=on)
    rows = [(case, register[case.procedure]) for case in page]
    return render(
        request,
        "cases/list.html",
        {"form": form, "page": page, "rows": rows, "startable": may_begin, "today": on},
    )


@access(*LISTED_FOR)
@require_GET
def export(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook."""
    form = CaseFilterForm(request.GET)
    found = queries.case_list(actor=request.actor, wanted=form.wanted(), sort=request.GET.get("sort", "newest"))
    return workbook(CaseRegister().export(CaseRegister.rows(found[:MOST_EXPORTED])), "业务单")

"""审计日志: what administrators did and who tried to log in; read by the audit administrator, changed by nobody."""

from axes.models import AccessAttempt, AccessLog
from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from upkeep.kernel.forms import DayField
from upkeep.parties import history, lists
from upkeep.parties.actor import Actor
from upkeep.parties.models import EventKind, User
from upkeep.parties.queries import within
from upkeep.parties.roles import Role
from upkeep.sheets.kinds import Text
from upkeep.sheets.sheet import Column, Sheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook
from upkeep.web.public.login_steps import locked_name

PER_PAGE = 30
MOST_EXPORTED = 20_000


class RecordSheet(Sheet):
    """审计日志 as a workbook; cells that look like formulas are written as text."""

    title = "审计日志"
    columns = (
        Column(key="at", title="时间", kind=Text(20), width=18),
        Column(key="by", title="操作人", kind=Text(50), width=12),
        Column(key="login", title="操作人登录名", kind=Text(60), width=18),
        Column(key="kind", title="操作类型", kind=Text(20), width=14),
        Column(key="subject", title="对象", kind=Text(200), width=30),
        Column(key="place", title="管辖区", kind=Text(60), width=14),
        Column(key="before", title="变更前", kind=Text(500), width=36),
        Column(key="after", title="变更后", kind=Text(500), width=36),
        Column(key="reason", title="原因", kind=Text(200), width=36),
    )


class RecordFilterForm(forms.Form):
    """What the record is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(
        label="人员 / 对象",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "操作人或被操作账号的姓名、登录名"}),
    )
    kind = forms.ChoiceField(label="操作类型", required=False, choices=[("", "全部"), *EventKind.choices])
    since = DayField(label="起始日期", required=False)
    until = DayField(label="截止日期", required=False)

    def wanted(self) -> history.EventFilter:
        self.is_valid()
        data = self.cleaned_data
        return history.EventFilter(
            text=data.get("q", ""), kind=data.get("kind", ""), since=data.get("since"), until=data.get("until")
        )


class LoginFilterForm(forms.Form):
    """Whose logins."""

    q = forms.CharField(label="登录名", required=False)


def audit_tabs() -> list[tuple[str, str, None]]:
    """The pages of the audit administrator."""
    return [
        ("管理操作", reverse("administration:record"), None),
        ("登录记录", reverse("administration:logins"), None),
        ("完整信息查看", reverse("owners:views"), None),
    ]


@access(Role.AUDIT_ADMIN)
@require_safe
def record(request: ActorRequest) -> HttpResponse:
    """审计日志: everything that administrators did in this jurisdiction."""
    form = RecordFilterForm(request.GET)
    found = history.event_list(actor=request.actor, wanted=form.wanted())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "administration/record.html", {"form": form, "page": page, "tabs": audit_tabs()})


@access(Role.AUDIT_ADMIN)
@require_safe
def export_record(request: ActorRequest) -> HttpResponse:
    """The same as a workbook."""
    found = history.event_list(actor=request.actor, wanted=RecordFilterForm(request.GET).wanted())
    return workbook(RecordSheet().export(lists.event_rows(found[:MOST_EXPORTED])), "审计日志")


def _counted_names(actor: Actor, text: str) -> list[str]:
    """Under which names tries are counted: of staff, who are few, or of whoever goes by the name that is asked for."""
    users = User.objects.filter(jurisdiction_id__in=within(actor.jurisdiction_id))
    users = users.filter(username__iexact=text.strip()) if text.strip() else users.filter(office__isnull=False)
    found = users.values_list("city_id", "realm", "username")
    return [locked_name(city_id=city_id, realm=realm, username=name) for city_id, realm, name in found]


def _login_name(tried: AccessLog | AccessAttempt) -> str:
    return str(tried.username or "").rpartition("/")[2]


@access(Role.AUDIT_ADMIN)
@require_safe
def logins(request: ActorRequest) -> HttpResponse:
    """登录记录: who logged in and out, and failed attempts still counted; of this jurisdiction's accounts."""
    form = LoginFilterForm(request.GET)
    form.is_valid()
    known = _counted_names(request.actor, form.cleaned_data.get("q", ""))
    tries = AccessLog.objects.filter(username__in=known).order_by("-attempt_time", "-pk")
    page = Paginator(tries, PER_PAGE).get_page(request.GET.get("page"))
    failed = AccessAttempt.objects.filter(username__in=known).order_by("-attempt_time")[:PER_PAGE]
    context = {
        "form": form,
        "page": page,
        "rows": [(one, _login_name(one)) for one in page],
        "failed": [(one, _login_name(one)) for one in failed],
        "tabs": audit_tabs(),
    }
    return render(request, "administration/logins.html", context)

"""单位管理: the register of organisations for the office: search, details, another kind, suspension and its end."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.casework.procedure import register
from upkeep.casework.queries import visible_to as visible_cases
from upkeep.estate.queries import areas_of, organisations_known_to
from upkeep.estate.queries import visible_to as visible_areas
from upkeep.identity import organisations as office
from upkeep.kernel.dates import to_the_minute
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.masking import mask_phone
from upkeep.parties import lists
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.queries import within
from upkeep.parties.roles import OFFICE
from upkeep.sheets.kinds import Text
from upkeep.sheets.sheet import Column, Sheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.administration.places import ReasonForm
from upkeep.web.cases.sheets import workbook
from upkeep.web.projects.reach import put_on_form

PER_PAGE = 20
MOST_SHOWN = 20
MOST_EXPORTED = 20_000
_STATES = [("", "全部"), ("ACTIVE", "正常"), ("SUSPENDED", "停用")]


class OrganisationRegister(Sheet):
    """单位清单: one row per organisation."""

    title = "单位清单"
    columns = (
        Column(key="name", title="单位名称", kind=Text(100), width=34),
        Column(key="kind", title="单位类别", kind=Text(20), width=18),
        Column(key="code", title="机构代码", kind=Text(40), width=24),
        Column(key="social", title="统一社会信用代码", kind=Text(18), width=24),
        Column(key="legal", title="法定代表人", kind=Text(50), width=14),
        Column(key="address", title="单位地址", kind=Text(200), width=36),
        Column(key="users", title="用户数", kind=Text(10), width=10),
        Column(key="state", title="状态", kind=Text(10), width=10),
        Column(key="created", title="登记时间", kind=Text(20), width=18),
    )


class OrganisationFilterForm(forms.Form):
    """What the register is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="单位名称 / 代码", required=False)
    kind = forms.ChoiceField(label="单位类别", required=False, choices=[("", "全部"), *OrganisationKind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=_STATES)


class KindForm(forms.Form):
    """Another kind, and why."""

    kind = forms.ChoiceField(
        label="变更为", choices=[(one.value, one.label) for one in office.CHANGEABLE], widget=forms.RadioSelect
    )
    reason = forms.CharField(label="变更原因", max_length=200, help_text="例如 小区管理处改制为物业服务企业，附批文号")


def _found(request: ActorRequest) -> tuple[OrganisationFilterForm, "QuerySet[Organisation]"]:
    form = OrganisationFilterForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    return form, lists.matching_organisations(
        organisations_known_to(request.actor),
        text=data.get("q", ""),
        kind=data.get("kind", ""),
        state=data.get("state", ""),
    )


@access(*OFFICE)
@require_safe
def organisation_list(request: ActorRequest) -> HttpResponse:
    """单位管理: the organisations of the city."""
    form, found = _found(request)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "administration/organisations.html", {"form": form, "page": page})


@access(*OFFICE)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook."""
    rows = [
        {
            "name": one.name,
            "kind": one.get_kind_display(),
            "code": one.code,
            "social": one.social_credit_code,
            "legal": one.legal_representative,
            "address": one.address,
            "users": str(one.user_count),  # type: ignore[attr-defined]
            "state": "停用" if one.suspended_at else "正常",
            "created": to_the_minute(one.created_at),
        }
        for one in _found(request)[1][:MOST_EXPORTED]
    ]
    return workbook(OrganisationRegister().export(rows), "单位清单")


@access(*OFFICE)
@require_safe
def show(request: ActorRequest, organisation_id: int) -> HttpResponse:
    """One organisation: its data, users, areas and cases, and what the office did to it."""
    one = _organisation_or_404(request, organisation_id)
    actor = request.actor
    cases = visible_cases(actor).filter(applicant_organisation=one).order_by("-created_at")
    areas = areas_of(one.pk).filter(pk__in=visible_areas(actor).values("pk"))
    is_mine = one.jurisdiction_id in within(actor.jurisdiction_id)
    is_kind_open = one.kind in office.CHANGEABLE
    context = {
        "organisation": one,
        "phone": mask_phone(one.contact_phone),
        "users": one.users.order_by("username").prefetch_related("held_roles"),
        "areas": areas[:MOST_SHOWN],
        "area_count": areas.count(),
        "cases": [(case, register[case.procedure]) for case in cases[:MOST_SHOWN]],
        "case_count": cases.count(),
        "history": lists.history_of_organisation(one),
        "may_change_kind": is_mine and is_kind_open and actor.has(*office.KIND_CHANGERS),
        "may_set_self_managed": is_mine and _is_committee(one) and actor.has(*office.KIND_CHANGERS),
        "may_suspend": is_mine and actor.has(*office.SUSPENDERS),
    }
    return render(request, "administration/organisation.html", context)


@access(*office.KIND_CHANGERS)
@require_http_methods(["GET", "POST"])
def change_kind(request: ActorRequest, organisation_id: int) -> HttpResponse:
    """变更单位类别: says what stays and what follows, asks why, and does it."""
    one = _organisation_or_404(request, organisation_id)
    form = KindForm(request.POST or None)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        kind, reason = OrganisationKind(form.cleaned_data["kind"]), form.cleaned_data["reason"]
        try:
            office.change_kind(one.pk, kind=kind, reason=reason, by=request.actor, at=timezone.now())
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{one.name}已变更为{kind.label}")
            return redirect("administration:organisation", one.pk)
    back = reverse("administration:organisation", args=[one.pk])
    return render(request, "administration/change_kind.html", {"form": form, "organisation": one, "back": back})


@access(*office.SUSPENDERS)
@require_POST
def suspend(request: ActorRequest, organisation_id: int) -> HttpResponse:
    """停用单位, with a reason."""
    return _act(request, organisation_id, office.suspend, "已停用，其用户不能再登录")


@access(*office.SUSPENDERS)
@require_POST
def resume(request: ActorRequest, organisation_id: int) -> HttpResponse:
    """恢复单位, with a reason."""
    return _act(request, organisation_id, office.resume, "已恢复，其用户可以登录")


@access(*office.KIND_CHANGERS)
@require_POST
def self_manage(request: ActorRequest, organisation_id: int) -> HttpResponse:
    """自管模式: whether the owners' committee manages its area by itself, and therefore its own users."""
    one = _organisation_or_404(request, organisation_id)
    wanted = request.POST.get("is_self_managed") == "1"
    try:
        office.set_self_managed(one.pk, is_self_managed=wanted, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{one.name}已{'设为' if wanted else '取消'}自管模式")
    return redirect("administration:organisation", one.pk)


def _act(request: ActorRequest, organisation_id: int, action: Callable[..., Organisation], said: str) -> HttpResponse:
    one = _organisation_or_404(request, organisation_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写原因，最多 200 字")
        return redirect("administration:organisation", one.pk)
    try:
        action(one.pk, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{one.name}{said}")
    return redirect("administration:organisation", one.pk)


def _is_committee(organisation: Organisation) -> bool:
    return organisation.kind == OrganisationKind.OWNERS_COMMITTEE


def _organisation_or_404(request: ActorRequest, organisation_id: int) -> Organisation:
    one = organisations_known_to(request.actor).filter(pk=organisation_id).first()
    if one is None:
        raise Http404
    return one

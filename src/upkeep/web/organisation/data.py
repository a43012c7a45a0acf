"""机构管理 》 信息变更: one page with all that is registered of the organisation, and the history of its changes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.casework import engine, prints
from upkeep.casework.models import Case
from upkeep.casework.procedure import Procedure, register
from upkeep.casework.states import Move
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.organisation_data import AUXILIARY, CORE, history_of, label_of, masked
from upkeep.parties.queries import city_of, districts_of, get_organisation
from upkeep.parties.roles import BANK, ORGANISATION, Role
from upkeep.policy.organisation_rule import WAYS, organisation_rule
from upkeep.procedures.organisation.organisation_change import registry_problems, typed_values
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.forms import ContactForm, as_typed

PER_PAGE = 30
PROCEDURE = "organisation_change"


def _procedure() -> Procedure:
    return register[PROCEDURE]


def _form(organisation: Organisation, sent: Any = None) -> forms.Form:
    typed = {"initial": typed_values(organisation)} if sent is None else {"data": sent}
    form = _procedure().make_form(**typed, use_required_attribute=False)
    city = city_of(jurisdiction_id=organisation.jurisdiction_id)
    field = form.fields["district"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", "未填写"), *((one.pk, one.name) for one in districts_of(city.pk if city else 0))]
    form.fields["social_credit_code"].required = organisation.kind != OrganisationKind.OWNERS_COMMITTEE
    return form


def _contact(request: ActorRequest) -> ContactForm:
    if request.method == "POST":
        return ContactForm(request.POST, use_required_attribute=False)
    known = {"contact_name": request.actor.name, "contact_phone": request.actor.phone}
    return ContactForm(initial=known, use_required_attribute=False)


@access(Role.ORG_ADMIN)
@sensitive_post_parameters("legal_phone", "legal_mobile", "contact_phone")
@require_http_methods(["GET", "POST"])
def change(request: ActorRequest) -> HttpResponse:
    """Shows what is registered; 保存 hands the form in, which is its own confirmation."""
    organisation = get_organisation(request.actor.organisation_id or 0)
    form, contact = _form(organisation, request.POST if request.method == "POST" else None), _contact(request)
    if request.method == "POST" and all([form.is_valid(), contact.is_valid()]):
        try:
            case = _save(request, as_typed(form) | as_typed(contact))
        except HasProblems as found:
            for problem in found.problems:
                _add(form, problem)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("cases:done", case.number)
    answer = _show(request, organisation, form, contact)
    answer.status_code = 400 if form.errors or contact.errors else 200
    return answer


def _save(request: ActorRequest, typed: dict[str, Any]) -> Case:
    """Begin, fill in and hand in at once; when it is refused, nothing has been begun."""
    at = timezone.now()
    with transaction.atomic():
        case = engine.start(_procedure(), by=request.actor, at=at, data=_seen(request))
        engine.save_draft(case.pk, typed, by=request.actor, at=at)
        case = engine.move(case.pk, Move.SUBMIT, by=request.actor, at=at)
    prints.keep(case, "application", by_id=request.actor.user_id, at=at)
    return case


def _seen(request: ActorRequest) -> dict[str, Any]:
    """What the page showed when it was opened: a field that somebody changed meanwhile is not set back unnoticed."""
    told = {field: request.POST[f"seen-{field}"] for field in (*CORE, *AUXILIARY) if f"seen-{field}" in request.POST}
    return {"seen": typed_values(get_organisation(request.actor.organisation_id or 0)) | told}


def _add(form: forms.Form, problem: Problem) -> None:
    form.add_error(problem.field if problem.field in form.fields else None, problem.text)


@access(Role.ORG_ADMIN)
@require_POST
def check(request: ActorRequest) -> HttpResponse:
    """质监校验: asks the business registry about what was typed; nothing is saved."""
    organisation = get_organisation(request.actor.organisation_id or 0)
    form = _form(organisation, request.POST)
    form.is_valid()
    problems = list(registry_problems(form.cleaned_data, fields=[])) if "name" in form.cleaned_data else []
    for problem in problems:
        _add(form, problem)
    if form.is_valid():
        messages.success(request, f"质监校验通过：“{form.cleaned_data['name']}”与工商登记一致，请点击“保存”完成变更")
    return _show(request, organisation, form, _contact(request))


def _show(request: HttpRequest, organisation: Organisation, form: forms.Form, contact: ContactForm) -> HttpResponse:
    rule = organisation_rule(jurisdiction_id=organisation.jurisdiction_id, on=day_of(timezone.now()))
    ways = dict(WAYS)
    held = typed_values(organisation)
    context = {
        "organisation": organisation,
        "form": form,
        "contact": contact,
        "core": [form[name] for name in CORE],
        "auxiliary": [form[name] for name in AUXILIARY],
        "seen": [(name, request.POST.get(f"seen-{name}", value)) for name, value in held.items()],
        "core_way": ways[rule.core_change],
        "auxiliary_way": ways[rule.auxiliary_change],
        "asks_registry": "REGISTRY_CHECK" in (rule.core_change, rule.auxiliary_change),
    }
    return render(request, "organisation/change.html", context)


@access(*ORGANISATION, *BANK)
@require_safe
def history(request: ActorRequest) -> HttpResponse:
    """变更记录: what was changed of one's own organisation, by whom, when, in which case."""
    organisation = get_organisation(request.actor.organisation_id or 0)
    page = Paginator(history_of(organisation.pk), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        (one, label_of(one.field), masked(one.field, one.before), masked(one.field, one.after))
        for one in page.object_list
    ]
    return render(request, "organisation/history.html", {"organisation": organisation, "page": page, "rows": rows})

"""Changing a policy: the form, the preview of what changes, the confirmation; giving up one's own; taking back a plan."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.deposits.standard_preview import Example, examples
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.queries import ancestry, within
from upkeep.policy import changes
from upkeep.policy.actions import as_json, check_nothing_later
from upkeep.policy.deposit_standard import standard_from_json
from upkeep.policy.models import ChangeState, Policy, PolicyChange, PolicyKind
from upkeep.policy.queries import policies_over, standing
from upkeep.policy.shapes import Value, check_value, takes_two
from upkeep.web.access import ActorRequest, access
from upkeep.web.policies.effects import effects
from upkeep.web.policies.forms import ChainForm, SettingsForm, VotingForm, WhenForm
from upkeep.web.policies.reach import PROPOSERS, Place, fallback, place_or_404
from upkeep.web.policies.showing import before_and_after, source_of
from upkeep.web.policies.tariff import TariffForm
from upkeep.web.projects.reach import put_on_form

ValueForm = SettingsForm | ChainForm | VotingForm | TariffForm
_STEP = "step"
_WIZARD = ("填写新内容", "预览影响")


@access(*PROPOSERS)
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, jurisdiction_id: int, kind: str) -> HttpResponse:
    """The form; what was typed comes back as a preview, and the preview's confirmation sends the change on its way."""
    place = _own_place(request, jurisdiction_id, kind)
    on = timezone.localdate()
    form = _value_form(place, on=on, data=request.POST or None)
    when = WhenForm(request.POST or None, initial={"valid_from": on + dt.timedelta(days=1)})
    for one in (form, when):
        if isinstance(one, forms.Form):
            one.use_required_attribute = False
    if request.method == "POST" and all([form.is_valid(), when.is_valid()]):
        step = request.POST.get(_STEP)
        try:
            value = as_json(form.value())
            _check(place, value, when.cleaned_data, on=on)
            if step == "confirm":
                return _propose(request, place, value, when.cleaned_data)
            if step == "preview":
                return _preview(request, place, value, when.cleaned_data, on=on)
        except HasProblems as problems:
            put_on_form(when, problems)
        except Refusal as refusal:
            when.add_error(None, str(refusal))
    context = {"place": place, "form": form, "when": when, "takes_two": takes_two(place.kind), "steps": _WIZARD}
    return render(request, "policies/edit.html", context)


def _own_place(request: ActorRequest, jurisdiction_id: int, kind: str) -> Place:
    """Raises: Http404 outside the actor's jurisdiction, PermissionDenied for a kind of another administrator's."""
    place = place_or_404(request, jurisdiction_id, kind)
    if not changes.may_propose(place.kind, jurisdiction_id=place.jurisdiction.pk, by=request.actor):
        raise PermissionDenied
    return place


def _value_form(place: Place, *, on: dt.date, data: Any) -> ValueForm:
    line = ancestry(place.jurisdiction.pk)
    found = standing(
        policies_over(jurisdiction_id=place.jurisdiction.pk), line=line, kind=place.kind, scope=place.scope, on=on
    )
    known = fallback(place.kind, place.scope) or {}
    value = {**known, **found.value} if found.value and place.kind in _MERGED else found.value or known
    made: dict[PolicyKind, type[ChainForm] | type[VotingForm] | type[TariffForm]] = {
        PolicyKind.REVIEW_CHAIN: ChainForm,
        PolicyKind.VOTING_RULE: VotingForm,
        PolicyKind.DEPOSIT_STANDARD: TariffForm,
    }
    return made.get(place.kind, SettingsForm)(place, value, data)


#: Kinds whose value may leave fields out (the default holds for them).
_MERGED = frozenset(PolicyKind) - {PolicyKind.REVIEW_CHAIN, PolicyKind.VOTING_RULE, PolicyKind.DEPOSIT_STANDARD}


def _check(place: Place, value: Value, when: dict[str, Any], *, on: dt.date) -> None:
    """Everything the action will refuse, before the preview. Raises: Refusal."""
    check_value(place.kind, value, scope=place.scope)
    changes.check_day_and_basis(when["valid_from"], when["basis"], on=on)
    check_nothing_later(
        kind=place.kind, jurisdiction_id=place.jurisdiction.pk, scope=place.scope, day=when["valid_from"]
    )


def _preview(request: ActorRequest, place: Place, value: Value, when: dict[str, Any], *, on: dt.date) -> HttpResponse:
    day = when["valid_from"]
    line = ancestry(place.jurisdiction.pk)
    found = standing(
        policies_over(jurisdiction_id=place.jurisdiction.pk), line=line, kind=place.kind, scope=place.scope, on=day
    )
    rows = before_and_after(place.lines(found.value), place.lines(value))
    hidden = [
        (name, one)
        for name, values in request.POST.lists()
        if name not in (_STEP, "csrfmiddlewaretoken")
        for one in values
    ]
    context = {
        "place": place,
        "rows": rows,
        "differs": any(before != after for _, before, after in rows),
        "source": source_of(found, place.jurisdiction),
        "when": when,
        "effects": effects(place, valid_from=day, on=on),
        "hidden": hidden,
        "steps": _WIZARD,
        "takes_two": takes_two(place.kind),
        "examples": _examples(place, found.value, value),
    }
    return render(request, "policies/preview.html", context)


def _examples(place: Place, before: Value | None, after: Value) -> list[Example] | None:
    """What a new standard does to houses that have not paid; None for other kinds."""
    if place.kind is not PolicyKind.DEPOSIT_STANDARD:
        return None
    under = within(place.jurisdiction.pk)
    own = Policy.objects.filter(jurisdiction__in=under, kind=place.kind, in_force__endswith__isnull=True)
    apart = set(own.exclude(jurisdiction=place.jurisdiction).values_list("jurisdiction_id", flat=True))
    places = [pk for pk in under if pk not in apart]
    old = standard_from_json(before) if before else None
    return examples(places=places, before=old, after=standard_from_json(after))


def _propose(request: ActorRequest, place: Place, value: Value, when: dict[str, Any]) -> HttpResponse:
    change = changes.propose(
        kind=place.kind,
        jurisdiction_id=place.jurisdiction.pk,
        scope=place.scope,
        value=value,
        valid_from=when["valid_from"],
        basis=when["basis"],
        by=request.actor,
        at=timezone.now(),
    )
    return said(request, change, place)


def said(request: ActorRequest, change: PolicyChange, place: Place) -> HttpResponse:
    """Say what came of it and show the policy."""
    if change.state == ChangeState.WAITING:
        messages.success(request, f"“{place.title}”的变更已提出，须由本管辖区的审批人员确认后生效")
    else:
        messages.success(request, f"“{place.title}”的变更已保存，{change.get_act_display()}")
    return redirect(place.url())


class BasisForm(WhenForm):
    """Giving up one's own value."""


class WithdrawForm(forms.Form):
    """Why a planned value is taken back."""

    basis = forms.CharField(label="撤回原因或依据", max_length=200)


@access(*PROPOSERS)
@require_http_methods(["GET", "POST"])
def inherit(request: ActorRequest, jurisdiction_id: int, kind: str) -> HttpResponse:
    """Shows what will hold instead, asks from when and why."""
    place = _own_place(request, jurisdiction_id, kind)
    on = timezone.localdate()
    form = BasisForm(request.POST or None, initial={"valid_from": on + dt.timedelta(days=1)})
    if request.method == "POST" and form.is_valid():
        try:
            change = changes.propose_inherit(
                kind=place.kind,
                jurisdiction_id=place.jurisdiction.pk,
                scope=place.scope,
                **form.cleaned_data,
                by=request.actor,
                at=timezone.now(),
            )
            return said(request, change, place)
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    return _ask(request, place, form, rows=_without_own(place, on=on), title="取消本级设置")


@access(*PROPOSERS)
@require_http_methods(["GET", "POST"])
def withdraw(request: ActorRequest, jurisdiction_id: int, kind: str) -> HttpResponse:
    """Takes back the value that is to begin later."""
    place = _own_place(request, jurisdiction_id, kind)
    on = timezone.localdate()
    planned = changes.planned_policy(kind=place.kind, jurisdiction_id=place.jurisdiction.pk, scope=place.scope, on=on)
    if planned is None:
        messages.error(request, "没有待生效的内容，可能已经生效或已被撤回")
        return redirect(place.url())
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change = changes.propose_withdrawal(
                kind=place.kind,
                jurisdiction_id=place.jurisdiction.pk,
                scope=place.scope,
                **form.cleaned_data,
                by=request.actor,
                at=timezone.now(),
            )
            return said(request, change, place)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    found = standing(
        policies_over(jurisdiction_id=place.jurisdiction.pk),
        line=ancestry(place.jurisdiction.pk),
        kind=place.kind,
        scope=place.scope,
        on=on,
    )
    rows = before_and_after(place.lines(planned.value), place.lines(found.value))
    return _ask(request, place, form, rows=rows, title="撤回待生效内容")


def _without_own(place: Place, *, on: dt.date) -> list[tuple[str, str, str]]:
    """What holds now, and what would hold without one's own value."""
    line = ancestry(place.jurisdiction.pk)
    policies = policies_over(jurisdiction_id=place.jurisdiction.pk)
    now = standing(policies, line=line, kind=place.kind, scope=place.scope, on=on)
    others = [one for one in policies if (one.jurisdiction_id, one.scope) != (place.jurisdiction.pk, place.scope)]
    then = standing(others, line=line, kind=place.kind, scope=place.scope, on=on)
    return before_and_after(place.lines(now.value), place.lines(then.value))


def _ask(
    request: ActorRequest, place: Place, form: forms.Form, *, rows: list[tuple[str, str, str]], title: str
) -> HttpResponse:
    form.use_required_attribute = False
    context = {"place": place, "form": form, "rows": rows, "title": title, "takes_two": takes_two(place.kind)}
    return render(request, "policies/give_up.html", context)

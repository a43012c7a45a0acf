"""套用城市预设: a new city takes over the way of one of the manuals."""

from collections.abc import Iterable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import DayField
from upkeep.parties.models import Jurisdiction
from upkeep.policy.actions import as_json
from upkeep.policy.changes import may_propose
from upkeep.policy.models import ChangeState
from upkeep.policy.presets.applying import PRESETS, apply_preset, may_apply
from upkeep.policy.presets.preset import Preset, PresetValue
from upkeep.web.access import ActorRequest, access
from upkeep.web.policies.reach import PROPOSERS, Place, jurisdiction_or_404


class PresetForm(forms.Form):
    """Which preset, from when."""

    code = forms.ChoiceField(
        label="城市预设", choices=[(one.code, one.title) for one in PRESETS.values()], widget=forms.RadioSelect
    )
    valid_from = DayField(label="生效日期")


@access(*PROPOSERS)
@require_http_methods(["GET", "POST"])
def preset(request: ActorRequest, jurisdiction_id: int) -> HttpResponse:
    """Shows what each preset sets for the kinds the administrator proposes, then applies the chosen one."""
    where = jurisdiction_or_404(request, jurisdiction_id)
    if not any(may_propose(one.kind, jurisdiction_id=where.pk, by=request.actor) for one in _all_values()):
        raise PermissionDenied
    if not may_apply(jurisdiction_id=where.pk, by=request.actor):
        messages.error(request, "本管辖区已有自己的政策设置，不能再套用预设，请逐项修改")
        return redirect("policies:jurisdiction", where.pk)
    form = PresetForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid() and request.POST.get("step") == "apply":
        try:
            done = apply_preset(**form.cleaned_data, jurisdiction_id=where.pk, by=request.actor, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            waiting = sum(one.state == ChangeState.WAITING for one in done)
            messages.success(request, f"已设置 {len(done) - waiting} 项，另有 {waiting} 项须由审批人员确认后生效")
            return redirect("policies:jurisdiction", where.pk)
    chosen = PRESETS.get(request.POST.get("code", "")) if form.is_bound else None
    context = {"where": where, "form": form, "chosen": chosen, "rows": _rows(request, where, chosen)}
    return render(request, "policies/preset.html", context)


def _all_values() -> Iterable[PresetValue]:
    return (value for one in PRESETS.values() for value in one.values)


def _rows(request: ActorRequest, where: Jurisdiction, chosen: Preset | None) -> list[tuple[Place, object, str]]:
    if chosen is None:
        return []
    places = ((Place(where, one.kind, one.scope), one) for one in chosen.values)
    return [
        (place, place.lines(as_json(one.value)), one.basis)
        for place, one in places
        if may_propose(one.kind, jurisdiction_id=where.pk, by=request.actor)
    ]

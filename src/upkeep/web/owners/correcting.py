"""业主信息更正: a mistyped name or telephone is put right; not for changing owners, which is 过户."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.estate.models import Ownership
from upkeep.estate.owner_cases import shown_name
from upkeep.estate.owner_corrections import correct as correct_owner
from upkeep.estate.queries import visible_to
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import PhoneField
from upkeep.kernel.masking import mask_phone
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access

_OFFICE = (Role.WINDOW_CLERK, Role.FIRST_REVIEWER)
_ORGANISATIONS = (Role.DEVELOPER, Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE)


class CorrectionForm(forms.Form):
    """Typed anew, both of them: what stands there is shown masked only."""

    name = forms.CharField(label="姓名或名称", max_length=100)
    phone = PhoneField(label="联系电话")
    reason = forms.CharField(label="更正原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    use_required_attribute = False


def may_correct(actor: Actor, *, on: dt.date) -> bool:
    """The office; an organisation where its bindings hold without a review, for what it may enter it may put right."""
    if actor.has(*_OFFICE):
        return True
    if not actor.has(*_ORGANISATIONS) or not actor.jurisdiction_id:
        return False
    procedure = register["owner_binding"]
    chain = engine.chain_for(procedure, jurisdiction_id=actor.jurisdiction_id, on=on)
    return not chain.steps and engine.may_start(procedure, by=actor, on=on)


@access(*_OFFICE, *_ORGANISATIONS)
@sensitive_post_parameters("name", "phone")
@require_http_methods(["GET", "POST"])
def correct(request: ActorRequest, ownership_id: int) -> HttpResponse:
    """更正 of a present owner of a house that the actor sees."""
    seen = Ownership.objects.filter(house__area__in=visible_to(request.actor), until__isnull=True)
    owned = seen.select_related("owner", "house__area", "house__building").filter(pk=ownership_id).first()
    if owned is None or not may_correct(request.actor, on=timezone.localdate()):
        raise Http404
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            correct_owner(owned.owner_id, **form.cleaned_data, by=request.actor, at=timezone.now())
        except HasProblems as found:
            for problem in found.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.text)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "业主信息已更正，更正记录已保留")
            return redirect("estate:house", owned.house_id)
    context = {
        "form": form,
        "owned": owned,
        "name": shown_name(owned),
        "phone": mask_phone(owned.owner.phone) if owned.owner.phone else "未登记",
        "may_correct_paper": engine.may_start(
            register["owner_id_correction"], by=request.actor, on=timezone.localdate()
        ),
    }
    return render(request, "owners/correct.html", context, status=400 if form.errors else 200)

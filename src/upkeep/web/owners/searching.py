"""业主查询: by name, number, telephone or house. What is looked for travels in the body: it must not stand in addresses."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.estate.models import Ownership
from upkeep.estate.owner_cases import shown_name, shown_share
from upkeep.estate.owner_records import SearchBy
from upkeep.estate.owner_records import search as search_owners
from upkeep.estate.owner_views import VIEWERS
from upkeep.kernel.errors import Refusal
from upkeep.kernel.masking import mask_id_number, mask_phone
from upkeep.parties.roles import OFFICE, ORGANISATION
from upkeep.web.access import ActorRequest, access

READERS = (*OFFICE, *ORGANISATION)
MOST_SHOWN = 50


class SearchForm(forms.Form):
    """搜索条件 and its value."""

    by = forms.ChoiceField(label="搜索条件", choices=SearchBy.choices)
    value = forms.CharField(label="内容", max_length=100)
    past = forms.BooleanField(label="包括已转出的业主", required=False)

    use_required_attribute = False


@access(*READERS)
@never_cache
@sensitive_post_parameters("value")
@require_http_methods(["GET", "POST"])
def search(request: ActorRequest) -> HttpResponse:
    """Owners in the areas that the actor sees, masked."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    found: list[Ownership] = []
    more = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            rows = search_owners(actor=request.actor, by=SearchBy(data["by"]), value=data["value"], past=data["past"])
            found = list(rows[: MOST_SHOWN + 1])
        except Refusal as refusal:
            form.add_error("value", str(refusal))
        more, found = len(found) > MOST_SHOWN, found[:MOST_SHOWN]
    on = timezone.localdate()
    context = {
        "form": form,
        "asked": form.is_bound and form.is_valid(),
        "rows": [_row(one) for one in found],
        "more": more,
        "most": MOST_SHOWN,
        "may_transfer": engine.may_start(register["owner_transfer"], by=request.actor, on=on),
        "may_view_full": request.actor.has(*VIEWERS),
    }
    return render(request, "owners/search.html", context)


def _row(one: Ownership) -> dict[str, Any]:
    return {
        "pk": one.pk,
        "house": one.house,
        "name": shown_name(one),
        "id_number": mask_id_number(one.owner.id_number),
        "id_kind": one.owner.get_id_kind_display(),
        "phone": mask_phone(one.owner.phone) if one.owner.phone else "—",
        "share": shown_share(one),
        "since": one.since,
        "until": one.until,
    }

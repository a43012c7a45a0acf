"""查看完整信息: an owner's whole name, number and telephone, asked for with a reason; and the record of who did."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from upkeep.estate.models import Ownership, OwnerView
from upkeep.estate.owner_views import VIEWERS, NotToBeSeen, view_in_full, views
from upkeep.estate.queries import visible_to
from upkeep.kernel.dates import to_the_minute
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import DayField
from upkeep.kernel.masking import mask_name
from upkeep.parties.roles import Role
from upkeep.sheets.kinds import Text
from upkeep.sheets.sheet import Column, Sheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.administration.record import audit_tabs
from upkeep.web.cases.sheets import workbook

PER_PAGE, MOST_EXPORTED = 30, 20_000


class ViewFilterForm(forms.Form):
    """Whose looks, and when."""

    q = forms.CharField(label="查看人 / 单位", required=False)
    since = DayField(label="起始日期", required=False)
    until = DayField(label="截止日期", required=False)


class ViewSheet(Sheet):
    """查看记录 as a workbook."""

    title = "完整信息查看记录"
    columns = (
        Column(key="at", title="时间", kind=Text(20), width=18),
        Column(key="by", title="查看人", kind=Text(50), width=12),
        Column(key="role", title="角色", kind=Text(60), width=16),
        Column(key="organisation", title="单位", kind=Text(100), width=26),
        Column(key="owner", title="业主", kind=Text(100), width=12),
        Column(key="house", title="房屋", kind=Text(200), width=30),
        Column(key="reason", title="原因", kind=Text(200), width=40),
    )


@access(*VIEWERS)
@never_cache
@require_POST
def full(request: ActorRequest, ownership_id: int) -> HttpResponse:
    """Keeps who looks and why, then shows the owner whole, on this answer only."""
    owned = Ownership.objects.filter(pk=ownership_id, house__area__in=visible_to(request.actor))
    found = owned.select_related("house__area", "house__building").first()
    if found is None:
        raise Http404
    try:
        view = view_in_full(
            ownership_id=ownership_id, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now()
        )
    except NotToBeSeen:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("estate:house", found.house_id)
    return render(request, "owners/full.html", {"view": view, "owner": view.owner, "owned": found})


def _found(request: ActorRequest) -> tuple[ViewFilterForm, Any]:
    form = ViewFilterForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    text, since, until = data.get("q", ""), data.get("since"), data.get("until")
    return form, views(actor=request.actor, text=text, since=since, until=until)


@access(Role.AUDIT_ADMIN)
@require_safe
def view_list(request: ActorRequest) -> HttpResponse:
    """完整信息查看记录 of this jurisdiction."""
    form, found = _found(request)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": list(_rows(page)), "tabs": audit_tabs()}
    return render(request, "owners/views.html", context)


@access(Role.AUDIT_ADMIN)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The same as a workbook."""
    return workbook(ViewSheet().export(_rows(_found(request)[1][:MOST_EXPORTED])), ViewSheet.title)


def _rows(found: Any) -> Iterator[dict[str, Any]]:
    """The owner stays masked here too: the auditor learns whose data was seen, not the data."""
    one: OwnerView
    for one in found:
        house = one.house
        yield {
            "at": to_the_minute(one.at),
            "by": one.by_name,
            "role": one.by_role,
            "organisation": one.organisation or None,
            "owner": one.owner.name if one.owner.is_organisation else mask_name(one.owner.name),
            "house": f"{house.area.name} {house.building.name} {house.label}",
            "reason": one.reason,
        }

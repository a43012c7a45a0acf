"""欠交清单 (D8): areas with houses in arrears, the houses of one area, the same as a workbook; where one demands and plans."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.deposits.arrears import InArrears, areas_in_arrears, arrears_by_area, arrears_count, houses_in_arrears
from upkeep.deposits.arrears_sheet import ArrearsRegister
from upkeep.deposits.letters import demand
from upkeep.estate.models import Area
from upkeep.estate.queries import get_area, owner_names
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import OFFICE, ORGANISATION, Role
from upkeep.policy.further_rule import further_rule
from upkeep.web.access import ActorRequest, access
from upkeep.web.building_table import chosen_ids
from upkeep.web.cases.reach import page_url
from upkeep.web.cases.sheets import workbook
from upkeep.web.projects.reach import put_on_form

READERS = (*OFFICE, *ORGANISATION)
#: Who sends letters and begins plans: the window, and whoever serves or represents the area.
SENDERS = (Role.WINDOW_CLERK, Role.ACCOUNTANT, Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE)
PLANNERS = (Role.WINDOW_CLERK, Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE)
PER_PAGE = 20
MOST_ROWS = 500
MOST_EXPORTED = 200


def tabs() -> list[tuple[str, str, None]]:
    """The three lists of 欠交与续交."""
    names = (("欠交清单", "deposits:arrears"), ("续交方案", "deposits:plans"), ("催缴通知单", "deposits:letters"))
    return [(title, reverse(name), None) for title, name in names]


@access(*READERS)
@require_safe
def area_list(request: ActorRequest) -> HttpResponse:
    """The areas one sees that have houses in arrears, the most houses first."""
    text = request.GET.get("q", "").strip()
    page = Paginator(areas_in_arrears(request.actor, text=text), PER_PAGE).get_page(request.GET.get("page"))
    rows = arrears_by_area(list(page), on=timezone.localdate())
    context = {
        "q": text,
        "page": page,
        "rows": rows,
        "count": arrears_count(request.actor),
        "owed_fen": sum(row.owed_fen for row in rows),
        "tabs": tabs(),
    }
    return render(request, "deposits/arrears.html", context)


@access(*READERS)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The houses of the areas found, as a workbook; of one area with `area`."""
    areas = list(areas_in_arrears(request.actor, text=request.GET.get("q", ""))[:MOST_EXPORTED])
    if asked := request.GET.get("area", ""):
        areas = [area for area in areas if str(area.pk) == asked]
    found = houses_in_arrears(areas, on=timezone.localdate())
    rows = ArrearsRegister.rows(found, owners=owner_names([one.house.pk for one in found]))
    return workbook(ArrearsRegister().export(rows), "欠交清单")


class DemandForm(forms.Form):
    """Until when to pay, and whether a slip is issued at once."""

    deadline = DayField(label="补交期限")
    with_slips = forms.BooleanField(
        label="同时为没有通知单的房屋开具交款通知单",
        required=False,
        help_text="催缴通知单上印有通知单编号，业主可直接到银行交款",
    )


@access(*READERS)
@require_http_methods(["GET", "POST"])
def show(request: ActorRequest, area_id: int) -> HttpResponse:
    """The houses of an area in arrears; a POST sends letters to those ticked, or to all."""
    area, on = _area_or_404(request, area_id), timezone.localdate()
    rule = further_rule(jurisdiction_id=area.jurisdiction_id, on=on)
    form = DemandForm(request.POST or None, initial={"deadline": on + dt.timedelta(days=rule.letter_days)})
    form.use_required_attribute = False
    may_send = request.actor.has(*SENDERS)
    if request.method == "POST" and may_send and form.is_valid():
        everyone = request.POST.get("step") == "all"
        chosen = None if everyone else chosen_ids(request.POST)
        answer = _send(request, area, form, chosen)
        if answer is not None:
            return answer
    found = houses_in_arrears([area], on=on)
    context = {
        "area": area,
        "rows": _rows(found[:MOST_ROWS]),
        "more": max(len(found) - MOST_ROWS, 0),
        "count": len(found),
        "owed_fen": sum(one.owed.amount_fen for one in found),
        "balance_fen": sum(one.balance_fen for one in found),
        "rule": rule,
        "form": form,
        "may_send": may_send,
        "may_plan": request.actor.has(*PLANNERS),
        "ticked": set(chosen_ids(request.POST)) if request.method == "POST" else set(),
    }
    return render(request, "deposits/arrears_area.html", context)


def _send(request: ActorRequest, area: Area, form: DemandForm, chosen: Sequence[int] | None) -> HttpResponse | None:
    """Where it leads; None when the page is shown again with what is wrong."""
    if chosen is not None and not chosen:
        messages.error(request, "请先勾选要催缴的房屋，或者点“催缴全部”")
        return None
    try:
        batch = demand(
            area=area,
            house_ids=chosen,
            deadline=form.cleaned_data["deadline"],
            with_slips=form.cleaned_data["with_slips"],
            by=request.actor,
            at=timezone.now(),
        )
    except HasProblems as problems:
        put_on_form(form, problems)
        return None
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, f"已开具 {batch.letter_count:,} 份催缴通知单，正在打印成一个文件")
    return redirect("deposits:letter_batch", batch.number)


def _rows(found: Sequence[InArrears]) -> Iterator[dict[str, Any]]:
    owners = owner_names([one.house.pk for one in found])
    for one in found:
        yield {"one": one, "owner": owners.get(one.house.pk, "")}


@access(*PLANNERS)
@require_POST
def begin_plan(request: ActorRequest, area_id: int) -> HttpResponse:
    """A plan for the houses of this area in arrears."""
    area = _area_or_404(request, area_id)
    data = {"area": str(area.pk), "who": "IN_ARREARS"}
    try:
        case = engine.start(register["further_deposit"], by=request.actor, at=timezone.now(), data=data)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("deposits:arrears_of", area.pk)
    return redirect(page_url(case, 1))


def _area_or_404(request: ActorRequest, area_id: int) -> Area:
    area = get_area(area_id, actor=request.actor)
    if area is None:
        raise Http404
    return area

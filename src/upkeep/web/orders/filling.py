"""填写任务单与分摊范围: the order's fields, its 自然幢 cards, the totals and the standard; the houses of one building."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.pages import BUILDINGS, FormPage
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate import house_choice
from upkeep.estate.models import Building, House
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.repairs import withdrawal_orders_draft as drafts
from upkeep.repairs.withdrawal_orders_areas import building_cards
from upkeep.repairs.withdrawal_orders_form import BASICS, FIRST_PAYEE, MORE_PAYEES
from upkeep.web.access import ActorRequest, access
from upkeep.web.building_table import chosen_ids
from upkeep.web.cases.forms import ContactForm, as_typed, contact_form, page_form
from upkeep.web.estate.table import building_grid
from upkeep.web.orders.areas import STEPS
from upkeep.web.orders.reach import STARTERS, draft_or_404, own_order_or_404, require_orders

_PAGE = FormPage("填写任务单", fields=(*BASICS, *FIRST_PAYEE, *MORE_PAYEES))
_HOUSES = "houses-"


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def fill(request: ActorRequest, number: str) -> HttpResponse:
    """任务单 with its 自然幢 cards. Every button keeps what was typed before it does its work."""
    require_orders(request)
    case = own_order_or_404(request, number)
    if case.state_now is not State.DRAFT:
        return redirect("orders:returned" if case.state_now is State.RETURNED else "orders:list")
    if request.method == "POST":
        return _keep(request, case)
    form = page_form(register[case.procedure], case, _PAGE, on=timezone.localdate())
    return _show(request, case, form, contact_form(case))


def _keep(request: ActorRequest, case: Case) -> HttpResponse:
    form = page_form(register[case.procedure], case, _PAGE, request.POST, on=timezone.localdate())
    contact = contact_form(case, request.POST)
    typed = as_typed(form) | as_typed(contact) | {BUILDINGS: _ticked(request, case)}
    try:
        case = engine.save_draft(case.pk, typed, by=request.actor, at=timezone.now())
        return _go_on(request, case, form, contact)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _back_to(case, "totals")


def _ticked(request: ActorRequest, case: Case) -> list[int]:
    """The buildings ticked after the button's own work (全选, 反选) is done."""
    cards, sent = building_cards(case), set(chosen_ids(request.POST, name="building"))
    if request.POST.get("action") == "all":
        return [card.building.pk for card in cards if card.houses]
    if request.POST.get("action") == "invert":
        return [card.building.pk for card in cards if card.houses and card.building.pk not in sent]
    return [card.building.pk for card in cards if card.building.pk in sent]


def _go_on(request: ActorRequest, case: Case, form: forms.Form, contact: ContactForm) -> HttpResponse:
    action, at = request.POST.get("action", ""), timezone.now()
    if action == "autosave":
        return HttpResponse(status=204)
    if action.startswith(_HOUSES):
        return redirect("orders:houses", case.number, _number(action.removeprefix(_HOUSES)))
    if action == "back":
        return redirect(f"{reverse('orders:new')}?draft={case.number}")
    if action == "fill":
        drafts.fill_in(case.pk, by=request.actor, at=at)
        return _back_to(case, "totals")
    if action == "standard":
        drafts.compute_standard(case.pk, by=request.actor, at=at)
        return _back_to(case, "totals")
    if action == "confirm":
        return _to_confirmation(request, case, form, contact)
    if action == "save":
        messages.success(request, f"草稿已保存，可稍后在“已申请任务单信息”中继续填写（{case.number}）")
        return redirect("orders:fill", case.number)
    return _back_to(case, "buildings")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Http404
    return int(text)


def _back_to(case: Case, part: str) -> HttpResponse:
    return redirect(f"{reverse('orders:fill', args=[case.number])}#{part}")


def _to_confirmation(request: ActorRequest, case: Case, form: forms.Form, contact: ContactForm) -> HttpResponse:
    right = form.is_valid() and contact.is_valid()
    if right:
        try:
            engine.cleaned(case)
        except HasProblems as problems:
            return _show(request, case, form, contact, problems.problems)
        return redirect("orders:confirm", case.number)
    form.is_valid(), contact.is_valid()
    sentence = drafts.totals_of(case).problem()
    return _show(request, case, form, contact, [Problem("totals", sentence)] if sentence else [])


def _show(
    request: ActorRequest,
    case: Case,
    form: forms.Form,
    contact: ContactForm,
    problems: list[Problem] | None = None,
) -> HttpResponse:
    for problem in problems or ():
        if problem.field in form.fields:
            form.add_error(problem.field, problem.text)
    cards = building_cards(case)
    more = [form[name] for name in MORE_PAYEES]
    context: dict[str, Any] = {
        "case": case,
        "area": dict(register[case.procedure].choices(case, "area")).get(int(case.data.get("area") or 0), ""),
        "form": form,
        "contact": contact,
        "basics": [form[name] for name in BASICS],
        "payee": [form[name] for name in FIRST_PAYEE],
        "more_payees": more,
        "open_payees": any(field.value() or field.errors for field in more),
        "cards": cards,
        "totals": drafts.totals_of(case),
        "unfit": drafts.unfit_houses(case)[:3],
        "problems": [problem for problem in problems or () if problem.field not in form.fields],
        "steps": STEPS,
    }
    return render(request, "orders/fill.html", context)


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def houses(request: ActorRequest, number: str, building_id: int) -> HttpResponse:
    """新建任务单-选择房屋: one building, rows its floors and columns its units; what is saved is yellow and takes part."""
    require_orders(request)
    case = draft_or_404(request, number)
    area_id = register[case.procedure].area_id(case) or 0
    building = Building.objects.filter(pk=building_id, area_id=area_id).first()
    if building is None:
        raise Http404
    if request.method == "POST":
        return _keep_houses(request, case, building)
    here = House.objects.filter(building=building)
    blocked = {pk: drafts.NOT_COMMODITY for pk, nature in here.values_list("pk", "nature") if nature != "COMMODITY"}
    chosen = here.filter(pk__in=house_choice.chosen_ids(case)).exclude(pk__in=blocked)
    context = {
        "case": case,
        "building": building,
        "grid": building_grid(building, blocked=blocked),
        "chosen": list(chosen.values_list("pk", "area_dm2")),
        "save_url": reverse("orders:houses", args=[case.number, building.pk]),
        "view": "list" if request.GET.get("view") == "list" else "grid",
        "steps": STEPS,
    }
    return render(request, "orders/houses.html", context)


def _keep_houses(request: ActorRequest, case: Case, building: Building) -> HttpResponse:
    """Saved in the background by 批量保存, or with the form's own button, which leads back to the cards."""
    in_background = request.headers.get("HX-Request") == "true"
    try:
        saved = drafts.save_houses(
            case.pk,
            building_id=building.pk,
            house_ids=chosen_ids(request.POST),
            by=request.actor,
            at=timezone.now(),
        )
    except Refusal as refusal:
        if in_background:
            return HttpResponse(str(refusal), status=422)
        messages.error(request, str(refusal))
        return redirect("orders:houses", case.number, building.pk)
    if in_background:
        return HttpResponse(status=204)
    messages.success(request, f"{building.name}已保存 {saved:,} 户")
    return _back_to(case, "buildings")


@access(*STARTERS)
@require_POST
def drop(request: ActorRequest, number: str) -> HttpResponse:
    """撤销新建任务单: the draft is dropped, its number stays used."""
    require_orders(request)
    case = draft_or_404(request, number)
    try:
        engine.move(case.pk, Move.WITHDRAW, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"任务单 {case.number} 已撤销，草稿不再保留")
    return redirect("orders:list")

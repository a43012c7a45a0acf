"""划转业主大会: the list, checklist and form, one hand-over with its list of houses, the second person's decision."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking.models import PaymentOrder
from upkeep.estate.models import Area
from upkeep.estate.queries import visible_to
from upkeep.handover import actions
from upkeep.handover.checklist import checklist
from upkeep.handover.models import HandOver, HandOverState
from upkeep.handover.queries import hand_overs_visible_to
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.kernel.masking import mask_bank_account
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import BOOKKEEPERS, Role
from upkeep.web.access import ActorRequest, access

READERS = (*BOOKKEEPERS, Role.OWNERS_COMMITTEE)
#: Who sees the payee's account number in full.
_PAYERS = (Role.ACCOUNTANT, Role.APPROVER, Role.CASHIER)


class HandOverForm(forms.Form):
    """The assembly's decision and the account it keeps its fund in."""

    decision = forms.CharField(label="业主大会决定", max_length=200, help_text="决定的名称或文号")
    decided_on = DayField(label="决定日期")
    notified_on = DayField(label="收到通知日期", help_text="自收到业主委员会通知之日起 30 日内划转")
    payee_name = forms.CharField(label="收款户名", max_length=100)
    payee_bank = forms.CharField(label="收款开户行", max_length=100)
    payee_account = forms.CharField(label="收款账号", max_length=50)


class ChooseAreaForm(forms.Form):
    """For which area a hand-over is begun."""

    area = forms.CharField(label="小区名称", required=False)


@access(*READERS)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """All hand-overs the actor sees; an accountant finds the area to begin one for."""
    wanted = request.GET.get("area", "").strip()
    may_make = request.actor.has(*actions.MAKERS)
    areas = (
        visible_to(request.actor).filter(name__icontains=wanted).order_by("name")[:10] if wanted and may_make else []
    )
    context = {
        "form": ChooseAreaForm(request.GET),
        "areas": areas,
        "may_make": may_make,
        "wanted": wanted,
        "page": Paginator(hand_overs_visible_to(request.actor), 20).get_page(request.GET.get("page")),
        "today": day_of(timezone.now()),
    }
    return render(request, "handover/list.html", context)


@access(*actions.MAKERS)
@sensitive_post_parameters("payee_account")
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest, area_id: int) -> HttpResponse:
    """The checklist of an area, and the form once all of it holds."""
    area = Area.objects.filter(pk=area_id, pk__in=visible_to(request.actor)).first()
    if area is None:
        raise Http404
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.prepare(area=area, by=request.actor, at=timezone.now(), **form.cleaned_data)
        except HasProblems as found:
            for problem in found.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.text)
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"划转 {made.number} 已录入，等待他人复核")
            return redirect("handover:show", made.number)
    checks = checklist(area, on=day_of(timezone.now()))
    context = {"area": area, "form": form, "checks": checks, "is_ready": all(one.holds for one in checks)}
    return render(request, "handover/new.html", context, status=422 if form.errors else 200)


def _found_or_404(request: ActorRequest, number: str) -> HandOver:
    found = hand_overs_visible_to(request.actor).filter(number=tidy_number(number)).first()
    if found is None:
        raise Http404
    return found


@access(*READERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One hand-over: decision, account, orders, and the list of what each house takes along."""
    found = _found_or_404(request, number)
    lines = found.lines.select_related(
        "house__building", "unit_account__building", "unit_account__organisation", "custody"
    )
    page = Paginator(lines.order_by("pk"), 50).get_page(request.GET.get("page"))
    waits = found.state_now is HandOverState.WAITING and request.actor.has(*actions.CHECKERS)
    sees = request.actor.has(*_PAYERS)
    context = {
        "found": found,
        "page": page,
        "account": found.payee_account if sees else mask_bank_account(found.payee_account),
        "orders": PaymentOrder.objects.filter(reference__startswith=f"{found.reference}:").order_by("number"),
        "sees_orders": request.actor.has(*BOOKKEEPERS),
        "may_decide": waits and found.made_by_id != request.actor.user_id,
        "is_own": waits and found.made_by_id == request.actor.user_id,
        "today": day_of(timezone.now()),
    }
    return render(request, "handover/show.html", context)


@access(*actions.CHECKERS)
@require_POST
def decide(request: ActorRequest, number: str) -> HttpResponse:
    """The second person agrees, and the orders go out; or not, with a reason."""
    found = _found_or_404(request, number)
    try:
        if "approve" in request.POST:
            done = actions.approve(found.pk, by=request.actor, at=timezone.now())
            messages.success(request, f"已冻结资金并开具 {done.order_count} 张付款通知，等待专户银行划转")
        else:
            actions.decline(found.pk, note=request.POST.get("note", ""), by=request.actor, at=timezone.now())
            messages.success(request, "已退回，不予办理")
    except Refusal as refused:
        messages.error(request, str(refused))
    return redirect("handover:show", found.number)

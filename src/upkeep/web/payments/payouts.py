"""房屋注销返还: what is owed to the owners of cancelled and lost houses, one by one; `batches` pays many at once."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from upkeep.casework.queries import visible_to as visible_cases
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import BankAccountField, DayField
from upkeep.parties.roles import OFFICE
from upkeep.treasury import payout_batches, payouts
from upkeep.treasury.models import BatchState, Payout, PayoutState
from upkeep.treasury.payout_batches import PayeeOf
from upkeep.treasury.payout_sheet import PayoutRegister
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook
from upkeep.web.payments.reach import PAYERS

PER_PAGE = 20
MOST_EXPORTED = 20_000


class PayoutFilterForm(forms.Form):
    """What the list is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="小区、房号、业主或业务单", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *PayoutState.choices, ("UNKNOWN", "业主不明")]
    )
    since = DayField(label="确认日期从", required=False)
    until = DayField(label="到", required=False)

    def found(self, request: ActorRequest) -> QuerySet[Payout]:
        """The payouts that match."""
        self.is_valid()
        data = self.cleaned_data
        wanted = payouts.PayoutFilter(
            text=data.get("q", ""), state=data.get("state", ""), since=data.get("since"), until=data.get("until")
        )
        return payouts.payout_list(actor=request.actor, wanted=wanted)


class PayoutOrderForm(forms.Form):
    """Whom to pay, into which account."""

    payee_name = forms.CharField(label="收款人", max_length=100)
    payee_bank = forms.CharField(label="收款人开户行", max_length=100)
    payee_account = BankAccountField(
        label="收款账号", help_text="8 至 32 位数字，请对照业主本人的银行卡或存折逐位核对"
    )
    basis = forms.CharField(
        label="领取依据",
        max_length=200,
        required=False,
        help_text="收款人不是登记的业主（继承、代理）或业主不明的必填，写明公证书、判决书等的文号",
    )


@access(*OFFICE)
@require_safe
def payout_list(request: ActorRequest) -> HttpResponse:
    """The payouts that match with their count and sums, the cases that have something left, and what is owed in all."""
    form = PayoutFilterForm(request.GET)
    rows = form.found(request)
    seen = payouts.visible_to(request.actor)
    context = {
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "sums": payouts.sums_of(rows),
        "owed_fen": payouts.owed_fen(seen),
        "open_cases": payouts.open_cases(seen)[:5] if request.actor.has(*PAYERS) else (),
        "waiting": payout_batches.visible_to(request.actor).filter(state=BatchState.WAITING).count(),
        "sees_names": request.actor.has(*PAYERS),
    }
    return render(request, "payments/payouts.html", context)


@access(*OFFICE)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook; names as the reader may read them, no accounts."""
    rows = PayoutFilterForm(request.GET).found(request)[:MOST_EXPORTED]
    sees = request.actor.has(*PAYERS)
    return workbook(PayoutRegister().export(PayoutRegister.rows(rows, sees_names=sees)), "房屋注销返还")


def _payout_or_404(request: ActorRequest, payout_id: int) -> Payout:
    payout = payouts.visible_to(request.actor).select_related("ordered_by").filter(pk=payout_id).first()
    if payout is None:
        raise Http404
    return payout


def _owner_shown(request: ActorRequest, payout: Payout) -> str:
    return (payout.recorded_payee if request.actor.has(*PAYERS) else "") or payout.masked_owner


@access(*OFFICE)
@require_safe
def payout(request: ActorRequest, payout_id: int) -> HttpResponse:
    """One payout: of which house, by which case, to whom, and its payment order."""
    found = _payout_or_404(request, payout_id)
    is_owed = found.state_now is PayoutState.OWED
    context = {
        "payout": found,
        "owner": _owner_shown(request, found),
        "percent": f"{found.share_ppm / 10_000:.4f}".rstrip("0").rstrip("."),
        "order": None if is_owed else payouts.order_of(found),
        "sees_case": visible_cases(request.actor).filter(pk=found.case_id).exists(),
        "may_order": is_owed and request.actor.has(*PAYERS) and payout_batches.batch_of(found) is None,
        "batch": payout_batches.batch_of(found),
        "is_owed": is_owed,
    }
    return render(request, "payments/payout.html", context)


@access(*PAYERS)
@require_http_methods(["GET", "POST"])
def order_payout(request: ActorRequest, payout_id: int) -> HttpResponse:
    """Asks for the account of one payout; another person checks it and issues the payment order."""
    found = _payout_or_404(request, payout_id)
    if found.state_now is not PayoutState.OWED:
        messages.error(request, f"这笔返还{found.get_state_display()}，请勿重复办理")
        return redirect("payments:payout", found.pk)
    initial = {"payee_name": found.recorded_payee}
    form = PayoutOrderForm(request.POST or None, initial=initial)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            payee = PayeeOf(payout_id=found.pk, **form.cleaned_data)
            batch = payout_batches.prepare([payee], by=request.actor, at=timezone.now())
        except HasProblems as problems:
            for problem in problems.problems:
                field = problem.field.partition(":")[2]
                form.add_error(field if field in form.fields else None, problem.text)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("payments:payout", found.pk)
        else:
            messages.success(request, f"收款账户已录入（批次 {batch.number}），等待他人复核后开具付款通知")
            return redirect("payments:batch", batch.number)
    context = {"payout": found, "owner": _owner_shown(request, found), "form": form}
    return render(request, "payments/order_payout.html", context)

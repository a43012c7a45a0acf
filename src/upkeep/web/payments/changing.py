"""A failed order issued anew by a second person, and an order given up before the bank has paid."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.banking.actions import reissue_order, void_order
from upkeep.banking.orders import check_reissue
from upkeep.banking.purposes import order_payee_may_change
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import BankAccountField
from upkeep.web.access import ActorRequest, access
from upkeep.web.payments.reach import ORDERERS, may_void, order_or_404
from upkeep.web.projects.reach import put_on_form


class ReissueForm(forms.Form):
    """收款信息 put right, and why."""

    payee_name = forms.CharField(label="收款人", max_length=100)
    payee_bank = forms.CharField(label="收款人开户行", max_length=100)
    payee_account = BankAccountField(label="收款账号", help_text="8 至 32 位数字，请对照收款单位的书面材料逐位核对")
    reason = forms.CharField(
        label="重开原因", max_length=200, help_text="写明更正了什么、依据什么材料，例如：账号少一位，已按合同更正"
    )


@access(*ORDERERS)
@require_http_methods(["GET", "POST"])
def reissue(request: ActorRequest, number: str) -> HttpResponse:
    """Asks for the right payee and why, says what happens, and issues the order anew; its issuer is refused."""
    order = order_or_404(request, number)
    try:
        check_reissue(order, by=request.actor)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("payments:order", order.number)
    known = {name: getattr(order, name) for name in ("payee_name", "payee_bank", "payee_account")}
    form = ReissueForm(request.POST or None, initial=known)
    form.use_required_attribute = False
    if not order_payee_may_change(order.purpose):
        form.fields["payee_name"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            fresh = reissue_order(order_id=order.pk, **form.cleaned_data, by=request.actor, at=timezone.now())
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("payments:order", order.number)
        else:
            messages.success(request, f"已重新开具付款通知 {fresh.number}，替代 {order.number}，等待专户银行付款")
            return redirect("payments:order", fresh.number)
    return render(request, "payments/reissue.html", {"order": order, "form": form})


@access(*ORDERERS)
@require_http_methods(["GET", "POST"])
def void(request: ActorRequest, number: str) -> HttpResponse:
    """Says what making it void does, asks why, and does it; where the purpose does not allow it, refuses."""
    order = order_or_404(request, number)
    if not may_void(request, order):
        messages.error(request, "该付款通知不能单独作废；收款信息有误的，请由银行登记付款失败后重新开具")
        return redirect("payments:order", order.number)
    if request.method == "POST":
        try:
            void_order(order_id=order.pk, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"付款通知 {order.number} 已作废，{order.house_count} 户冻结的资金已解冻")
            return redirect("payments:order", order.number)
    return render(request, "payments/void.html", {"order": order})

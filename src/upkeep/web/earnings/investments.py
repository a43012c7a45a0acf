"""定期存款和国债: what is held and when it matures, one entered, approved, taken back and checked."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking.custody_books import custodies_of
from upkeep.earnings import investments
from upkeep.earnings.investments import ENTERERS, NewInvestment
from upkeep.earnings.models import Investment, InvestmentKind, InvestmentState
from upkeep.earnings.rates import CHECKERS, percent
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField, MoneyField
from upkeep.kernel.money import fen_from_text
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import BOOKKEEPERS
from upkeep.web.access import ActorRequest, access
from upkeep.web.earnings.rates import PercentField
from upkeep.web.projects.reach import put_on_form

PER_PAGE = 20
_ACTIVE = (InvestmentState.ASKED, InvestmentState.INVESTED, InvestmentState.REDEEM_ASKED)


class FilterForm(forms.Form):
    """What the list is narrowed to."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "在办和持有"), ("all", "全部"), *InvestmentState.choices]
    )
    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *InvestmentKind.choices])


class InvestmentForm(forms.Form):
    """What the bank has done."""

    custody = forms.ChoiceField(label="专户")
    kind = forms.ChoiceField(label="种类", choices=InvestmentKind.choices)
    name = forms.CharField(
        label="名称", max_length=100, help_text="例如：一年期整存整取；2026 年记账式附息（三期）国债"
    )
    certificate = forms.CharField(label="存单号或债券代码", max_length=40)
    principal = MoneyField(label="本金（元）")
    rate = PercentField(label="年利率（%）")
    placed_on = DayField(label="起息日期")
    matures_on = DayField(label="到期日期")
    basis = forms.CharField(
        label="决定依据",
        max_length=200,
        help_text="定期存款写明批准文号；国债写明业主大会决定或业主同意、售房单位部分的财政部门同意文号",
    )
    serial = forms.CharField(label="银行转出流水号", max_length=40)

    def __init__(self, custodies: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["custody"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = custodies

    @property
    def wanted(self) -> NewInvestment:
        """The investment as it is asked for."""
        data = self.cleaned_data
        return NewInvestment(
            custody_id=int(data["custody"]),
            kind=InvestmentKind(data["kind"]),
            name=data["name"],
            certificate=data["certificate"],
            principal_fen=data["principal"],
            rate=data["rate"],
            placed_on=data["placed_on"],
            matures_on=data["matures_on"],
            basis=data["basis"],
            serial=data["serial"],
        )


class RedeemForm(forms.Form):
    """What the bank has paid back."""

    returned_on = DayField(label="收回日期")
    interest = forms.CharField(
        label="利息（元）", widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"})
    )
    serial = forms.CharField(label="银行入账流水号", max_length=40)
    early_reason = forms.CharField(label="提前支取原因", max_length=200, required=False, help_text="到期收回不填")

    def clean_interest(self) -> int:
        try:
            return fen_from_text(self.cleaned_data["interest"])
        except ValueError:
            raise forms.ValidationError("请填写金额，单位元，最多两位小数；没有利息填 0") from None


@access(*BOOKKEEPERS)
@require_safe
def investment_list(request: ActorRequest) -> HttpResponse:
    """What is held, by day of maturity, with what has matured or soon will."""
    form = FilterForm(request.GET)
    form.is_valid()
    data, today = form.cleaned_data, timezone.localdate()
    seen = investments.visible_to(request.actor)
    rows = seen
    if data.get("state") != "all":
        rows = rows.filter(state__in=[data["state"]] if data.get("state") else _ACTIVE)
    if data.get("kind"):
        rows = rows.filter(kind=data["kind"])
    held = seen.filter(state__in=(InvestmentState.INVESTED, InvestmentState.REDEEM_ASKED)).order_by()
    sums = {one["kind"]: one["fen"] for one in held.values("kind").annotate(fen=Sum("principal_fen"))}
    alerts = investments.to_mature(seen, on=today)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(one, percent(one.rate), (one.matures_on - today).days) for one in page],
        "term_fen": sums.get(InvestmentKind.TERM, 0),
        "bond_fen": sums.get(InvestmentKind.BOND, 0),
        "matured": alerts.filter(matures_on__lte=today).count(),
        "maturing": alerts.filter(matures_on__gt=today).count(),
        "waiting": seen.filter(state__in=(InvestmentState.ASKED, InvestmentState.REDEEM_ASKED)).count(),
        "may_make": request.actor.has(*ENTERERS),
        "alert_days": investments.ALERT_DAYS,
    }
    return render(request, "earnings/investments.html", context)


@access(*ENTERERS)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """Enter a term deposit or bond for another person to approve."""
    custodies = [
        (str(one.pk), f"{one.name}（{one.bank.name}）")
        for one in custodies_of(request.actor.jurisdiction_id)
        if one.is_active
    ]
    form = InvestmentForm(custodies, request.POST or None, initial={"placed_on": timezone.localdate()})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            one = investments.ask(form.wanted, by=request.actor, at=timezone.now())
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{one.number} 已登记，等待审批")
            return redirect("earnings:investment", one.number)
    return render(request, "earnings/new_investment.html", {"form": form})


def _one_or_404(request: ActorRequest, number: str) -> Investment:
    one = investments.visible_to(request.actor).filter(number=tidy_number(number)).first()
    if one is None:
        raise Http404
    return one


@access(*BOOKKEEPERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One investment, what it should bring, and what the reader may do."""
    one = _one_or_404(request, number)
    actor, state = request.actor, one.state_now
    checks = actor.has(*CHECKERS)
    context = {
        "one": one,
        "rate": percent(one.rate),
        "expected_fen": investments.expected_interest(one),
        "days_left": (one.matures_on - timezone.localdate()).days,
        "may_decide": state is InvestmentState.ASKED and checks and actor.user_id != one.asked_by_id,
        "may_drop": state is InvestmentState.ASKED and actor.user_id == one.asked_by_id,
        "may_redeem": state is InvestmentState.INVESTED and actor.has(*ENTERERS),
        "may_check": state is InvestmentState.REDEEM_ASKED and checks and actor.user_id != one.return_asked_by_id,
        "may_take_back": state is InvestmentState.REDEEM_ASKED and actor.user_id == one.return_asked_by_id,
    }
    return render(request, "earnings/investment.html", context)


@access(*ENTERERS)
@require_http_methods(["GET", "POST"])
def redeem(request: ActorRequest, number: str) -> HttpResponse:
    """Enter what the bank has paid back."""
    one = _one_or_404(request, number)
    if one.state_now is not InvestmentState.INVESTED:
        messages.error(request, f"{one.number} {one.get_state_display()}，不能登记收回")
        return redirect("earnings:investment", one.number)
    today = timezone.localdate()
    form = RedeemForm(request.POST or None, initial={"returned_on": min(max(one.matures_on, one.placed_on), today)})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            investments.ask_redemption(
                one.pk,
                returned_on=data["returned_on"],
                interest_fen=data["interest"],
                serial=data["serial"],
                early_reason=data["early_reason"],
                by=request.actor,
                at=timezone.now(),
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{one.number} 的收回已登记，等待复核")
            return redirect("earnings:investment", one.number)
    context = {
        "one": one,
        "form": form,
        "expected_fen": investments.expected_interest(one),
        "is_early": today < one.matures_on,
    }
    return render(request, "earnings/redeem.html", context)


def _do(request: ActorRequest, number: str, act: Callable[[int], object], said: str) -> HttpResponse:
    one = _one_or_404(request, number)
    try:
        act(one.pk)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{one.number} {said}")
    return redirect("earnings:investment", one.number)


@access(*CHECKERS)
@require_POST
def approve(request: ActorRequest, number: str) -> HttpResponse:
    """The second person approves; it is booked."""
    return _do(
        request, number, lambda pk: investments.approve(pk, by=request.actor, at=timezone.now()), "已审批并记账"
    )


@access(*ENTERERS, *CHECKERS)
@require_POST
def decline(request: ActorRequest, number: str) -> HttpResponse:
    """Not approved, or taken back."""
    reason = request.POST.get("reason", "")
    return _do(
        request,
        number,
        lambda pk: investments.decline(pk, reason=reason, by=request.actor, at=timezone.now()),
        "已退回",
    )


@access(*CHECKERS)
@require_POST
def check_redemption(request: ActorRequest, number: str) -> HttpResponse:
    """The second person has checked the return; it is booked."""
    return _do(request, number, lambda pk: investments.redeem(pk, by=request.actor, at=timezone.now()), "已收回并记账")


@access(*ENTERERS, *CHECKERS)
@require_POST
def return_redemption(request: ActorRequest, number: str) -> HttpResponse:
    """What was entered of the return is wrong."""
    reason = request.POST.get("reason", "")
    return _do(
        request,
        number,
        lambda pk: investments.send_redemption_back(pk, reason=reason, by=request.actor, at=timezone.now()),
        "的收回登记已退回",
    )

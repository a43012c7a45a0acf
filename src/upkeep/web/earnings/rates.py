"""利率表: the sheets with their history, a new one entered, one confirmed or refused by another."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking.custody_books import custodies_of
from upkeep.earnings import rates
from upkeep.earnings.models import RateSheet, RateTerm, SheetState
from upkeep.earnings.rates import CHECKERS, MAKERS, MOST_MILLIONTHS, percent
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.kernel.money import half_width
from upkeep.parties.roles import BOOKKEEPERS
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import put_on_form

PER_PAGE = 10


class PercentField(forms.CharField):
    """A rate as people write it: percent a year with at most four places; millionths once cleaned."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = half_width(str(super().clean(value))).replace("%", "").strip()
        if not text:
            return None
        try:
            millionths = Decimal(text) * 10_000
            exact = millionths == millionths.to_integral_value()
        except InvalidOperation:
            exact = False
        if not exact or not 0 <= millionths <= MOST_MILLIONTHS:
            raise ValidationError("请填写 0 至 20 之间的年利率，单位 %，最多四位小数")
        return int(millionths)


class SheetForm(forms.Form):
    """A sheet of rates; terms that a bank does not offer stay empty."""

    bank = forms.ChoiceField(label="专户银行", required=False, help_text="不选银行的利率表适用于没有单独利率表的银行")
    valid_from = DayField(label="执行日期")
    basis = forms.CharField(label="依据", max_length=200, help_text="例如银行利率公告、协定存款协议的名称和编号")

    def __init__(self, banks: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bank"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部银行"), *banks]
        for code, label in RateTerm.choices:
            self.fields[code] = PercentField(label=f"{label}（年利率 %）", required=False)

    @property
    def rates(self) -> dict[str, int]:
        """What was filled in, by term."""
        return {code: self.cleaned_data[code] for code in RateTerm.values if self.cleaned_data[code] is not None}


@access(*BOOKKEEPERS)
@require_safe
def sheet_list(request: ActorRequest) -> HttpResponse:
    """Every sheet, the latest first, and what waits to be confirmed."""
    seen = rates.visible_to(request.actor)
    page = Paginator(seen.exclude(state=SheetState.WAITING), PER_PAGE).get_page(request.GET.get("page"))
    actor = request.actor
    waiting = [
        {
            "sheet": sheet,
            "rows": _rows(sheet),
            "may_decide": actor.has(*CHECKERS) and sheet.made_by_id != actor.user_id,
            "is_own": sheet.made_by_id == actor.user_id,
        }
        for sheet in seen.filter(state=SheetState.WAITING)
    ]
    context = {
        "page": page,
        "sheets": [(sheet, _rows(sheet)) for sheet in page],
        "waiting": waiting,
        "terms": RateTerm.labels,
        "may_make": actor.has(*MAKERS),
    }
    return render(request, "earnings/rates.html", context)


def _rows(sheet: RateSheet) -> list[tuple[str, str]]:
    known = {rate.term: percent(rate.millionths) for rate in sheet.rates.all()}
    return [(label, known.get(code, "—")) for code, label in RateTerm.choices]


@access(*MAKERS)
@require_http_methods(["GET", "POST"])
def new_sheet(request: ActorRequest) -> HttpResponse:
    """Enter a sheet for another person to confirm."""
    banks = {str(one.bank_id): one.bank.name for one in custodies_of(request.actor.jurisdiction_id)}
    form = SheetForm(list(banks.items()), request.POST or None, initial={"valid_from": timezone.localdate()})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            rates.propose_sheet(
                jurisdiction_id=request.actor.jurisdiction_id,
                bank_id=int(data["bank"]) if data["bank"] else None,
                valid_from=data["valid_from"],
                rates=form.rates,
                basis=data["basis"],
                by=request.actor,
                at=timezone.now(),
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "利率表已录入，等待审批人员确认")
            return redirect("earnings:rates")
    return render(request, "earnings/new_rates.html", {"form": form})


def _decide(request: ActorRequest, sheet_id: int, act: Callable[[int], object], said: str) -> HttpResponse:
    if not rates.visible_to(request.actor).filter(pk=sheet_id).exists():
        raise Http404
    try:
        act(sheet_id)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("earnings:rates")


@access(*CHECKERS)
@require_POST
def confirm(request: ActorRequest, sheet_id: int) -> HttpResponse:
    """Put the rates in force."""
    return _decide(
        request,
        sheet_id,
        lambda pk: rates.confirm_sheet(pk, by=request.actor, at=timezone.now()),
        "利率表已确认，自执行日期起使用",
    )


@access(*CHECKERS)
@require_POST
def refuse(request: ActorRequest, sheet_id: int) -> HttpResponse:
    """Not put in force."""
    reason = request.POST.get("reason", "")
    return _decide(
        request,
        sheet_id,
        lambda pk: rates.refuse_sheet(pk, reason=reason, by=request.actor, at=timezone.now()),
        "利率表已退回",
    )


@access(*MAKERS)
@require_POST
def drop(request: ActorRequest, sheet_id: int) -> HttpResponse:
    """Whoever entered it takes it back."""
    return _decide(
        request, sheet_id, lambda pk: rates.drop_sheet(pk, by=request.actor, at=timezone.now()), "利率表已撤回"
    )

"""我的房屋, one house: what it has, every movement of it and what it was for, its receipts, its statement."""

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking.house_lines import HouseLine, Period, house_lines, keep_statement, period_of, subject_of
from upkeep.books.sub_accounts import balances
from upkeep.deposits.models import Receipt
from upkeep.deposits.prints import keep_receipt
from upkeep.deposits.queries import receipts_of_house
from upkeep.estate.tenures import Tenure
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import Role
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.repairs.area_views import notices_of_payments
from upkeep.repairs.models import ProjectHouse
from upkeep.repairs.records import repairs_of_house
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.owner.paying import REFUND, Payable, payable_of, procedure_for
from upkeep.web.owner.reach import tenure_or_404

#: So many movements stand on the house's own page; the rest has a page.
LATEST = 3


@dataclass(frozen=True)
class Shown:
    """A movement with what one can open of it."""

    line: HouseLine
    receipt: Receipt | None
    notice_number: str


def shown_lines(tenure: Tenure) -> list[Shown]:
    """The movements the account may see, the newest first."""
    lines = house_lines(tenure.house.pk, through=tenure.last_day)
    receipts = {one.slip.number: one for one in receipts_of(tenure)}
    notices = notices_of_payments({one.source for one in lines})
    return [Shown(one, receipts.get(one.number), notices.get(one.source, "")) for one in reversed(lines)]


def receipts_of(tenure: Tenure) -> list[Receipt]:
    """The house's receipts of the time in which it was the account's: those of earlier owners name somebody else."""
    return receipts_of_house(tenure.house.pk, since=tenure.since, through=tenure.last_day)


@access(Role.OWNER)
@never_cache
@require_safe
def show(request: ActorRequest, house_id: int) -> HttpResponse:
    """What stands on the house now, the latest movements, what there is to do."""
    tenure = tenure_or_404(request, house_id)
    lines = shown_lines(tenure)
    payable = payable_of(tenure, on=timezone.localdate()) if tenure.is_present else Payable()
    context = {
        "tenure": tenure,
        "house": tenure.house,
        "balance": balances([house_id])[house_id] if tenure.is_present else None,
        "last_fen": lines[0].line.balance_fen if lines else 0,
        "lines": lines[:LATEST],
        "more": len(lines) - LATEST,
        "payable": payable,
        "may_refund": tenure.is_present and procedure_for(request, REFUND) is not None,
        "repair_count": len(_repairs_of(tenure)),
        "receipt_count": len(receipts_of(tenure)),
    }
    return render(request, "owner/house.html", context)


@access(Role.OWNER)
@never_cache
@require_safe
def movements(request: ActorRequest, house_id: int) -> HttpResponse:
    """Every movement, the newest first."""
    tenure = tenure_or_404(request, house_id)
    return render(request, "owner/movements.html", {"tenure": tenure, "lines": shown_lines(tenure)})


@access(Role.OWNER)
@never_cache
@require_safe
def repairs(request: ActorRequest, house_id: int) -> HttpResponse:
    """维修记录 of the house: what it has shared in while it was the account's, the newest first."""
    tenure = tenure_or_404(request, house_id)
    return render(request, "owner/repairs.html", {"tenure": tenure, "shares": _repairs_of(tenure)})


def _repairs_of(tenure: Tenure) -> list[ProjectHouse]:
    shares = repairs_of_house(tenure.house.pk)
    last = tenure.last_day
    return [
        share
        for share in shares
        if day_of(share.project.created_at) >= tenure.since
        and (last is None or day_of(share.project.created_at) <= last)
    ]


@access(Role.OWNER)
@never_cache
@require_safe
def receipts(request: ActorRequest, house_id: int) -> HttpResponse:
    """The receipts of the house."""
    tenure = tenure_or_404(request, house_id)
    return render(request, "owner/receipts.html", {"tenure": tenure, "receipts": receipts_of(tenure)})


@access(Role.OWNER)
@require_POST
def print_receipt(request: ActorRequest, house_id: int, receipt_id: int) -> HttpResponse:
    """The receipt as PDF: what was printed first is what everybody gets."""
    receipt = _receipt_or_404(request, house_id, receipt_id)
    kept = keep_receipt(receipt, by_id=request.actor.user_id, at=timezone.now())
    return redirect("owner:receipt", house_id, receipt_id, kept.pk)


@access(Role.OWNER)
@never_cache
@require_safe
def receipt_print(request: ActorRequest, house_id: int, receipt_id: int, print_id: int) -> HttpResponse:
    """A kept print of the receipt."""
    receipt = _receipt_or_404(request, house_id, receipt_id)
    kept = prints_of(subject=f"receipt:{receipt.pk}").filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"票据-{receipt.full_number}")


def _receipt_or_404(request: ActorRequest, house_id: int, receipt_id: int) -> Receipt:
    tenure = tenure_or_404(request, house_id)
    found = next((one for one in receipts_of(tenure) if one.pk == receipt_id), None)
    if found is None:
        raise Http404
    return found


class PeriodForm(forms.Form):
    """From when to when."""

    first = DayField(label="从哪天", error_messages={"required": "请选择起始日期"})
    last = DayField(label="到哪天", error_messages={"required": "请选择截止日期"})


@access(Role.OWNER)
@never_cache
@require_http_methods(["GET", "POST"])
def statement(request: ActorRequest, house_id: int) -> HttpResponse:
    """对账单: asks for the period, prints it."""
    tenure = tenure_or_404(request, house_id)
    today = timezone.localdate()
    last = min(today, tenure.last_day or today)
    form = PeriodForm(request.POST or None, initial={"first": last.replace(month=1, day=1), "last": last})
    if request.method == "POST" and form.is_valid():
        try:
            period = _period(tenure, form.cleaned_data["first"], min(form.cleaned_data["last"], last))
        except HasProblems as wrong:
            form.add_error("last", str(wrong))
        else:
            kept = keep_statement(
                tenure.house,
                period,
                # Whom he owns it with is not said on paper either.
                owners=f"{request.actor.name}（{tenure.share}）" if tenure.share else request.actor.name,
                by_id=request.actor.user_id,
                at=timezone.now(),
            )
            messages.success(request, f"对账单已生成，编号 {kept.number}")
            return redirect("owner:statement_print", house_id, kept.pk)
    context = {"tenure": tenure, "form": form, "kept": prints_of(subject=_subject(request, house_id))[:5]}
    return render(request, "owner/statement.html", context)


def _period(tenure: Tenure, first: dt.date, last: dt.date) -> Period:
    return period_of(house_lines(tenure.house.pk, through=tenure.last_day), first=first, last=last)


def _subject(request: ActorRequest, house_id: int) -> str:
    return subject_of(house_id, request.actor.user_id)


@access(Role.OWNER)
@never_cache
@require_safe
def statement_print(request: ActorRequest, house_id: int, print_id: int) -> HttpResponse:
    """A statement that the owner had printed."""
    tenure_or_404(request, house_id)
    kept = prints_of(subject=_subject(request, house_id)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"分户账对账单-{kept.number}")

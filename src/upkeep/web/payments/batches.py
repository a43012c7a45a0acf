"""返还批次: the accounts of many payouts entered in place or by workbook, checked by a second person, ordered in one go."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.casework.models import Case
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.masking import mask_bank_account
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import OFFICE
from upkeep.treasury import payout_batches, payouts
from upkeep.treasury.models import BatchState, Payout, PayoutBatch
from upkeep.treasury.payout_batches import PayeeOf
from upkeep.treasury.payout_sheet import PayeeSheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook
from upkeep.web.payments.reach import ORDERERS, PAYERS

PER_PAGE = 20
#: So many rows can be filled in on the page itself; a larger building takes the workbook.
MOST_IN_PLACE = 200
MOST_UPLOADED = 5 * 1024 * 1024
_FIELDS = ("payee_name", "payee_bank", "payee_account", "basis")


@dataclass
class Line:
    """One payout on the page with what was typed for it."""

    payout: Payout
    values: dict[str, str]
    ticked: bool
    wrong: dict[str, str]


class StateForm(forms.Form):
    """What the list of batches is narrowed to."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *BatchState.choices])


def _case_or_404(request: ActorRequest) -> tuple[Case, list[Payout]]:
    """The case that the address names, and what it has left to be paid and stands in no batch."""
    number = tidy_number(request.GET.get("case", ""))
    rows = payouts.visible_to(request.actor).filter(case__number=number)
    first = rows.first()
    if first is None:
        raise Http404
    free = payout_batches.free(rows).order_by(
        "house__building__order", "-house__floor", "house__unit", "house__room", "pk"
    )
    return first.case, list(free)


@access(*PAYERS)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new_batch(request: ActorRequest) -> HttpResponse:
    """The payouts of a case with boxes for the accounts; those that are ticked make a batch."""
    case, free = _case_or_404(request)
    shown = free[:MOST_IN_PLACE]
    lines = [_typed(request, one) for one in shown]
    problems: list[str] = []
    if request.method == "POST":
        try:
            batch = payout_batches.prepare(
                [_payee(line) for line in lines if line.ticked], by=request.actor, at=timezone.now()
            )
        except HasProblems as found:
            problems = _placed(found, lines)
        except Refusal as refusal:
            problems = [str(refusal)]
        else:
            return _prepared(request, batch)
    context = {
        "case": case,
        "lines": lines,
        "problems": problems,
        "free": len(free),
        "left_out": len(free) - len(shown),
    }
    return render(request, "payments/new_batch.html", context)


def _typed(request: ActorRequest, payout: Payout) -> Line:
    name = payout.recorded_payee
    if request.method != "POST":
        return Line(payout, {"payee_name": name}, False, {})
    values = {field: request.POST.get(f"{payout.pk}-{field}", "").strip() for field in _FIELDS}
    return Line(payout, values, str(payout.pk) in request.POST.getlist("chosen"), {})


def _payee(line: Line) -> PayeeOf:
    return PayeeOf(payout_id=line.payout.pk, **line.values)


def _placed(found: HasProblems, lines: list[Line]) -> list[str]:
    """Each problem at its box as well as on top."""
    by_id = {str(line.payout.pk): line for line in lines}
    for problem in found.problems:
        payout_id, _, field = problem.field.partition(":")
        if field and payout_id in by_id:
            by_id[payout_id].wrong[field] = problem.text
    return [problem.text for problem in found.problems]


def _prepared(request: ActorRequest, batch: PayoutBatch) -> HttpResponse:
    messages.success(request, f"返还批次 {batch.number} 已提交，等待他人复核后开具付款通知")
    return redirect("payments:batch", batch.number)


@access(*PAYERS)
@require_safe
def template(request: ActorRequest) -> HttpResponse:
    """收款账户表 of what the case still has to pay."""
    case, free = _case_or_404(request)
    return workbook(PayeeSheet().template(rows=PayeeSheet.rows(free)), f"返还收款账户-{case.number}")


@access(*PAYERS)
@require_POST
def import_batch(request: ActorRequest) -> HttpResponse:
    """The filled-in workbook becomes a batch; with one fault nothing does, and each is named at its cell."""
    case, free = _case_or_404(request)
    back = f"{reverse('payments:new_batch')}?case={case.number}"
    upload = request.FILES.get("workbook")
    if not isinstance(upload, UploadedFile) or not upload.size or upload.size > MOST_UPLOADED:
        messages.error(request, "请选择填写好的收款账户表（xlsx，不超过 5 MB）")
        return redirect(back)
    try:
        payees = payout_batches.read_payees(upload.read(), payouts=free, at=timezone.now())
        batch = payout_batches.prepare(payees, by=request.actor, at=timezone.now())
    except HasProblems as found:
        for problem in found.problems[:20]:
            messages.error(request, problem.text)
        return redirect(back)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    return _prepared(request, batch)


@access(*OFFICE)
@require_safe
def batch_list(request: ActorRequest) -> HttpResponse:
    """All batches the actor sees, the newest first, and how many wait to be checked."""
    form = StateForm(request.GET)
    form.is_valid()
    seen = payout_batches.visible_to(request.actor)
    state = form.cleaned_data.get("state", "")
    rows = seen.filter(state=state) if state else seen
    context = {
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "waiting": seen.filter(state=BatchState.WAITING).count(),
    }
    return render(request, "payments/batches.html", context)


def _batch_or_404(request: ActorRequest, number: str) -> PayoutBatch:
    batch = payout_batches.visible_to(request.actor).filter(number=tidy_number(number)).first()
    if batch is None:
        raise Http404
    return batch


@access(*OFFICE)
@require_safe
def batch(request: ActorRequest, number: str) -> HttpResponse:
    """One batch for the second person: every account beside the owner, and the buttons to issue or to send back."""
    found = _batch_or_404(request, number)
    sees, waits = request.actor.has(*PAYERS), found.state_now is BatchState.WAITING
    is_own = found.made_by_id == request.actor.user_id
    lines = payout_batches.lines_of(found)
    page = Paginator(lines, 50).get_page(request.GET.get("page"))
    sums = lines.order_by().aggregate(total=Sum("payout__amount_fen"), count=Count("pk"))
    context = {
        "batch": found,
        "page": page,
        "rows": [(one, one.payee_account if sees else mask_bank_account(one.payee_account)) for one in page],
        "total_fen": sums["total"],
        "count": sums["count"],
        "sees_names": sees,
        "may_issue": waits and not is_own and request.actor.has(*ORDERERS),
        "may_return": waits and (is_own or request.actor.has(*ORDERERS)),
        "is_own": is_own and waits,
        "waits": waits,
    }
    return render(request, "payments/batch.html", context)


@access(*ORDERERS)
@require_POST
def issue_batch(request: ActorRequest, number: str) -> HttpResponse:
    """The accounts are right: the payment orders go out."""
    found = _batch_or_404(request, number)
    try:
        orders = payout_batches.issue(found.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已开具 {len(orders):,} 张付款通知，等待专户银行付款")
    return redirect("payments:batch", found.number)


@access(*PAYERS)
@require_POST
def return_batch(request: ActorRequest, number: str) -> HttpResponse:
    """The accounts are wrong: they are entered anew. The cashier may only take back what he entered."""
    found = _batch_or_404(request, number)
    if not request.actor.has(*ORDERERS) and found.made_by_id != request.actor.user_id:
        messages.error(request, "只有录入人、审批或会计人员可以退回这一批次")
        return redirect("payments:batch", found.number)
    try:
        reason = request.POST.get("reason", "")
        payout_batches.send_back(found.pk, reason=reason, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"返还批次 {found.number} 已退回，可以重新录入收款账户")
    return redirect("payments:batch", found.number)

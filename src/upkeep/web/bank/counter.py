"""The teller's counter (F2): number, serial, confirm; the order that could not be paid; the bank slip."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.banking import prints
from upkeep.banking.actions import confirm_order, confirm_slip, fail_order
from upkeep.banking.models import PaymentOrder, PaySlip
from upkeep.banking.orders import check_waiting
from upkeep.banking.purposes import purpose_title
from upkeep.banking.queries import at_counter, get_order, get_slip
from upkeep.banking.slips import check_payable
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import BANK, Role
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf


@access(*BANK)
@require_safe
def counter(request: ActorRequest) -> HttpResponse:
    """Type or scan a number; the paper appears with what is to be done about it."""
    number = request.GET.get("q", "").strip()
    context: dict[str, object] = {"q": number, "paper": None, "refusal": ""}
    if number:
        try:
            paper = at_counter(number, by=request.actor)
        except Refusal as refusal:
            context["refusal"] = str(refusal)
        else:
            context |= _shown(paper)
    return render(request, "bank/counter.html", context)


def _shown(paper: PaySlip | PaymentOrder) -> dict[str, object]:
    is_slip = isinstance(paper, PaySlip)
    blocked = ""
    try:
        if isinstance(paper, PaySlip):
            check_payable(paper, on=timezone.localdate())
        else:
            check_waiting(paper)
    except Refusal as refusal:
        blocked = str(refusal)
    return {
        "paper": paper,
        "is_slip": is_slip,
        "amount_fen": paper.total_fen if isinstance(paper, PaySlip) else paper.amount_fen,
        "party": paper.payer_name if isinstance(paper, PaySlip) else paper.payee_name,
        "purpose": purpose_title(paper.purpose),
        "blocked": blocked,
    }


@access(Role.TELLER)
@require_POST
def confirm(request: ActorRequest) -> HttpResponse:
    """The amount is the one the teller saw; a paper that changed meanwhile is refused, not booked otherwise."""
    number = request.POST.get("number", "")
    amount = request.POST.get("amount_fen", "")
    act = confirm_order if number.startswith("FK") else confirm_slip
    try:
        paper = act(
            number=number,
            amount_fen=int(amount) if amount.isascii() and amount.isdigit() else 0,
            serial=request.POST.get("serial", ""),
            by=request.actor,
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{request.path.removesuffix('confirm/')}?q={number}" if number.isalnum() else "bank:counter")
    return redirect("bank:done", paper.number)


@access(Role.TELLER)
@require_POST
def fail(request: ActorRequest) -> HttpResponse:
    """The order could not be paid: say why, the office issues it anew."""
    number = request.POST.get("number", "")
    try:
        order = fail_order(number=number, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"付款通知 {order.number} 已登记为付款失败，管理中心将重新开具")
    return redirect("bank:orders")


def _paper_or_404(request: ActorRequest, number: str) -> PaySlip | PaymentOrder:
    paper = get_slip(number, actor=request.actor) or get_order(number, actor=request.actor)
    if paper is None:
        raise Http404
    return paper


@access(*BANK)
@require_safe
def done(request: ActorRequest, number: str) -> HttpResponse:
    """What was confirmed, with the bank slip and the next customer."""
    paper = _paper_or_404(request, number)
    if paper.bank_serial is None:
        return redirect("bank:counter")
    return render(request, "bank/done.html", _shown(paper))


@access(*BANK)
@require_POST
def print_slip(request: ActorRequest, number: str) -> HttpResponse:
    """Print the 回单, or hand out the kept one."""
    paper = _paper_or_404(request, number)
    try:
        kept = prints.keep_bank_slip(paper, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("bank:counter")
    return redirect("bank:print", paper.number, kept.pk)


@access(*BANK)
@require_safe
def show_print(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A kept print of the paper."""
    kept = prints_of(subject=prints.subject_of(_paper_or_404(request, number))).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")

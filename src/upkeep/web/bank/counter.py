"""The teller's counter (F2) by three keys: number, serial, confirm. Then the bank slip, and the next customer."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.banking import counter_prints as prints
from upkeep.banking.actions import confirm_order, confirm_slip, fail_order
from upkeep.banking.models import BankReversal, PaymentOrder, PaySlip, ReversalState
from upkeep.banking.orders import check_waiting
from upkeep.banking.prints import Paper
from upkeep.banking.purposes import paper_title, purpose_title
from upkeep.banking.queries import at_counter, get_order, get_slip, lines_of, number_in, reversals_visible_to
from upkeep.banking.reversals import check_reversible
from upkeep.banking.serials import check_unused, tidy_serial
from upkeep.banking.slips import check_payable
from upkeep.kernel.errors import Refusal
from upkeep.kernel.masking import mask_bank_account, mask_name
from upkeep.parties.roles import BANK, Role
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf

MOST_HOUSES = 10


@access(*BANK)
@require_safe
def counter(request: ActorRequest) -> HttpResponse:
    """Type or scan a number; the paper appears. Type the serial; the button that confirms waits for the last Enter."""
    number = request.GET.get("q", "").strip()
    context: dict[str, object] = {"q": number_in(number)[:60], "paper": None, "papers": [], "refusal": ""}
    if number:
        try:
            papers = at_counter(number, by=request.actor)
        except Refusal as refusal:
            context["refusal"] = str(refusal)
        else:
            context |= {"papers": papers} if len(papers) > 1 else _shown(papers[0]) | _asked(request, papers[0])
    return render(request, "bank/counter.html", context)


def _asked(request: ActorRequest, paper: Paper) -> dict[str, object]:
    """The serial that was typed: refused early, or ready for the last Enter."""
    typed = request.GET.get("serial", "")
    if not typed.strip():
        return {}
    try:
        serial = tidy_serial(typed)
        check_unused(bank_id=paper.custody.bank_id, serial=serial)
    except Refusal as refusal:
        return {"serial": typed[:40], "wrong_serial": str(refusal)}
    return {"serial": serial, "ready": True}


def _shown(paper: Paper) -> dict[str, object]:
    """What the teller needs to know. Of a paper that he has nothing to do with any more, persons are masked."""
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
        "is_slip": isinstance(paper, PaySlip),
        "paper_title": paper_title(paper, otherwise="交款通知单") if isinstance(paper, PaySlip) else "付款通知",
        "amount_fen": paper.total_fen if isinstance(paper, PaySlip) else paper.amount_fen,
        "party": _party(paper, is_done=bool(blocked)),
        "account": _account(paper, is_done=bool(blocked)),
        "purpose": purpose_title(paper.purpose),
        "blocked": blocked,
        "lines": lines_of(paper)[:MOST_HOUSES],
        "more": max(paper.house_count - MOST_HOUSES, 0),
    }


def _party(paper: Paper, *, is_done: bool) -> str:
    if isinstance(paper, PaymentOrder):
        return paper.payee_name
    return mask_name(paper.payer_name) if is_done and paper.payer_organisation_id is None else paper.payer_name


def _account(paper: Paper, *, is_done: bool) -> str:
    if isinstance(paper, PaySlip):
        return ""
    return mask_bank_account(paper.payee_account) if is_done else paper.payee_account


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


def paper_or_404(request: ActorRequest, number: str) -> Paper:
    """The slip or order of that number, as if it did not exist when the actor may not see it."""
    paper: PaySlip | PaymentOrder | None = get_slip(number, actor=request.actor) or get_order(
        number, actor=request.actor
    )
    if paper is None:
        raise Http404
    return paper


@access(*BANK)
@require_safe
def done(request: ActorRequest, number: str) -> HttpResponse:
    """What was confirmed, with the bank slip and the next customer; on the same day a teller may ask to take it back."""
    paper = paper_or_404(request, number)
    reversals = list(reversals_visible_to(request.actor).filter(number=paper.number).order_by("-asked_at"))
    if paper.bank_serial is None and not reversals:
        return redirect("bank:counter")
    waiting = next((one for one in reversals if one.state_now is ReversalState.ASKED), None)
    context = _shown(paper) | {"reversals": reversals, "waiting": waiting, "today": timezone.localdate()}
    if paper.bank_serial is not None and request.actor.has(Role.TELLER):
        context |= _reversible(paper, waiting)
    return render(request, "bank/done.html", context)


def _reversible(paper: Paper, waiting: BankReversal | None) -> dict[str, object]:
    if waiting is not None or paper.booked_on != timezone.localdate():
        return {}
    try:
        check_reversible(paper, on=timezone.localdate())
    except Refusal as refusal:
        return {"irreversible": str(refusal)}
    return {"may_reverse": True}


@access(*BANK)
@require_POST
def print_slip(request: ActorRequest, number: str) -> HttpResponse:
    """Print the 回单, or hand out the kept one."""
    paper = paper_or_404(request, number)
    try:
        kept = prints.keep_bank_slip(paper, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("bank:counter")
    return redirect("bank:print", paper.number, kept.pk)


@access(*BANK)
@require_safe
def show_print(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A kept bank slip of the paper's present payment."""
    subject = prints.bank_slip_subject(paper_or_404(request, number))
    kept = prints_of(subject=subject).filter(pk=print_id, form="bank_slip").first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")

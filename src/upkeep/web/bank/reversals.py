"""冲正 (F2): a teller asks with a reason, somebody else of the bank decides, both on the day of the payment."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking import counter_prints as prints
from upkeep.banking.actions import ask_reversal, decide_reversal
from upkeep.banking.models import BankReversal, ReversalState
from upkeep.banking.purposes import purpose_title
from upkeep.banking.queries import PaperFilter, reversal_list, reversals_visible_to
from upkeep.banking.reversals import has_lapsed
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import BANK, Role
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.bank.counter import paper_or_404
from upkeep.web.cases.printing import pdf

PER_PAGE = 20


class ReversalFilterForm(forms.Form):
    """What the list is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="单据编号", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *ReversalState.choices])
    since = DayField(label="入账日期从", required=False)
    until = DayField(label="到", required=False)

    def wanted(self) -> PaperFilter:
        self.is_valid()
        data = self.cleaned_data
        return PaperFilter(
            text=data.get("q", ""), state=data.get("state", ""), since=data.get("since"), until=data.get("until")
        )


@access(*BANK)
@require_safe
def reversal_list_page(request: ActorRequest) -> HttpResponse:
    """All reversals of the bank, the newest first."""
    form = ReversalFilterForm(request.GET)
    found = reversal_list(actor=request.actor, wanted=form.wanted())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    rows = [(one, purpose_title(one.paper.purpose), has_lapsed(one, on=today)) for one in page]
    return render(request, "bank/reversals.html", {"form": form, "page": page, "rows": rows})


@access(Role.TELLER)
@require_POST
def ask(request: ActorRequest, number: str) -> HttpResponse:
    """The teller asks; nothing moves until a second person has decided."""
    paper = paper_or_404(request, number)
    try:
        reversal = ask_reversal(
            number=paper.number, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("bank:done", paper.number)
    messages.success(request, f"单据 {paper.number} 的冲正申请已提交，请复核人员于当日复核")
    return redirect("bank:reversal", reversal.pk)


def _reversal_or_404(request: ActorRequest, reversal_id: int) -> BankReversal:
    found = reversals_visible_to(request.actor).filter(pk=reversal_id).first()
    if found is None:
        raise Http404
    return found


@access(*BANK)
@require_safe
def show(request: ActorRequest, reversal_id: int) -> HttpResponse:
    """One reversal: what was confirmed, why it is to be taken back, what that means, and the decision."""
    reversal = _reversal_or_404(request, reversal_id)
    lapsed = has_lapsed(reversal, on=timezone.localdate())
    is_first = request.actor.user_id in (reversal.asked_by_id, reversal.confirmed_by_id)
    waits = reversal.state_now is ReversalState.ASKED and not lapsed
    context = {
        "reversal": reversal,
        "paper": reversal.paper,
        "is_slip": reversal.slip_id is not None,
        "purpose": purpose_title(reversal.paper.purpose),
        "houses": prints.houses_in_words(reversal.paper),
        "lapsed": lapsed,
        "may_decide": waits and request.actor.has(Role.TELLER_SUPERVISOR) and not is_first,
        "needs_another": waits and request.actor.has(Role.TELLER_SUPERVISOR) and is_first,
    }
    return render(request, "bank/reversal.html", context)


@access(Role.TELLER_SUPERVISOR)
@require_http_methods(["POST"])
def decide(request: ActorRequest, reversal_id: int) -> HttpResponse:
    """The second person approves with the serial of the counter entry, or declines with a reason."""
    reversal = _reversal_or_404(request, reversal_id)
    approve = request.POST.get("decision") == "approve"
    try:
        decide_reversal(
            reversal_id=reversal.pk,
            approve=approve,
            serial=request.POST.get("serial", ""),
            note=request.POST.get("note", ""),
            by=request.actor,
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        told = "已冲正，单据恢复为待办状态，可凭原编号重新办理" if approve else "未同意冲正，原确认不变"
        messages.success(request, f"单据 {reversal.number} {told}")
    return redirect("bank:reversal", reversal.pk)


@access(*BANK)
@require_POST
def print_reversal(request: ActorRequest, reversal_id: int) -> HttpResponse:
    """Print the 冲正回单, or hand out the kept one."""
    reversal = _reversal_or_404(request, reversal_id)
    try:
        kept = prints.keep_reversal_slip(reversal, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("bank:reversal", reversal.pk)
    return redirect("bank:reversal_print", reversal.pk, kept.pk)


@access(*BANK)
@require_safe
def show_print(request: ActorRequest, reversal_id: int, print_id: int) -> HttpResponse:
    """The kept slip of a reversal."""
    subject = prints.reversal_subject(_reversal_or_404(request, reversal_id))
    kept = prints_of(subject=subject).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")

"""交款通知单: list, one slip, its print, and making it void. Everyone sees only what `slips_visible_to` gives him."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking import prints
from upkeep.banking.actions import void_slip
from upkeep.banking.models import PaySlip, SlipState
from upkeep.banking.purposes import purpose_title
from upkeep.banking.queries import PaperFilter, get_slip, reversals_of
from upkeep.banking.queries import slip_list as list_of_slips
from upkeep.banking.registers import SlipRegister
from upkeep.deposits.actions import receipts_of
from upkeep.estate.queries import area_list
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import BANK, OFFICE, ORGANISATION
from upkeep.policy.pay_slip_rule import pay_slip_rule
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.cases.sheets import workbook

READERS = (*OFFICE, *ORGANISATION, *BANK)
HANDLERS = (*OFFICE, *ORGANISATION)
PER_PAGE = 20
MOST_EXPORTED = 20_000
MOST_LINES = 200


class SlipFilterForm(forms.Form):
    """What the list is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="编号 / 小区 / 交款人", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *SlipState.choices])
    area = forms.ChoiceField(label="物业区域", required=False)
    since = DayField(label="开具日期从", required=False)
    until = DayField(label="到", required=False)

    def __init__(self, request: ActorRequest) -> None:
        super().__init__(request.GET)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        areas = area_list(actor=request.actor).values_list("pk", "name")
        field.choices = [("", "全部"), *((str(pk), name) for pk, name in areas)]
        if request.actor.has(*BANK):
            del self.fields["area"]

    def wanted(self) -> PaperFilter:
        self.is_valid()
        data = self.cleaned_data
        return PaperFilter(
            text=data.get("q", ""),
            state=data.get("state", ""),
            area_id=int(data["area"]) if data.get("area") else None,
            since=data.get("since"),
            until=data.get("until"),
        )


def _found(request: ActorRequest) -> tuple[SlipFilterForm, QuerySet[PaySlip]]:
    form = SlipFilterForm(request)
    return form, list_of_slips(actor=request.actor, wanted=form.wanted(), sort=request.GET.get("sort", "newest"))


@access(*READERS)
@require_safe
def slip_list(request: ActorRequest) -> HttpResponse:
    """All slips the actor sees."""
    form, slips = _found(request)
    page = Paginator(slips, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "deposits/slips.html", {"form": form, "page": page, "today": timezone.localdate()})


@access(*READERS)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook."""
    _, slips = _found(request)
    return workbook(SlipRegister().export(SlipRegister.rows(slips[:MOST_EXPORTED])), "交款通知单")


def slip_or_404(request: ActorRequest, number: str) -> PaySlip:
    """The slip, as if it did not exist when the actor may not see it."""
    slip = get_slip(number, actor=request.actor)
    if slip is None:
        raise Http404
    return slip


@access(*READERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One slip with its houses and receipts."""
    slip = slip_or_404(request, number)
    lines = slip.lines.select_related("house__building").order_by(
        "house__building__order", "-house__floor", "house__unit", "house__room"
    )
    context = {
        "slip": slip,
        "purpose": purpose_title(slip.purpose),
        "lines": lines[:MOST_LINES],
        "more": max(slip.house_count - MOST_LINES, 0),
        "receipts": receipts_of(slip)[:MOST_LINES],
        "reversals": reversals_of(slip),
        "may_void": may_void(request, slip),
        "may_print": slip.state_now in (SlipState.WAITING, SlipState.PAID),
    }
    return render(request, "deposits/slip.html", context)


def may_void(request: ActorRequest, slip: PaySlip) -> bool:
    """Whether the city lets one of the actor's roles make the slip void."""
    rule = pay_slip_rule(jurisdiction_id=slip.jurisdiction_id, on=timezone.localdate())
    return slip.state_now is SlipState.WAITING and not request.actor.roles.isdisjoint(rule.voiders)


@access(*READERS)
@require_POST
def print_notice(request: ActorRequest, number: str) -> HttpResponse:
    """Print the notice, or hand out the kept one. The first print is what everyone gets."""
    slip = slip_or_404(request, number)
    try:
        kept = prints.keep_paper(slip, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("deposits:slip", slip.number)
    return redirect("deposits:slip_print", slip.number, kept.pk)


@access(*READERS)
@require_safe
def show_print(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A kept print of the slip."""
    slip = slip_or_404(request, number)
    kept = prints_of(subject=prints.subject_of(slip)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")


@access(*HANDLERS)
@require_http_methods(["GET", "POST"])
def void(request: ActorRequest, number: str) -> HttpResponse:
    """Says what making it void does, asks why, and does it."""
    slip = slip_or_404(request, number)
    if not may_void(request, slip):
        messages.error(request, "该通知单当前不能作废，或您没有作废的权限")
        return redirect("deposits:slip", slip.number)
    if request.method == "POST":
        try:
            void_slip(number=slip.number, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"通知单 {slip.number} 已作废，{slip.house_count} 户可重新办理交款")
            return redirect("deposits:slip", slip.number)
    return render(request, "deposits/void_slip.html", {"slip": slip})

"""交款通知单: list, one slip, its print, making it void, issuing it anew. Everyone sees only what `slips_visible_to` gives
him. Printing many at once is in `notice_batches`.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking import prints
from upkeep.banking.models import PaySlip, PaySlipLine, SlipState
from upkeep.banking.purposes import purpose_title, slip_purpose, slip_purposes
from upkeep.banking.queries import PAYERS, PaperFilter, get_slip, reversals_of, shown_payer
from upkeep.banking.queries import slip_list as list_of_slips
from upkeep.banking.registers import SlipRegister
from upkeep.deposits.actions import may_reissue, may_void, receipts_of, reissue_slip, void_slip
from upkeep.deposits.notices import REISSUERS
from upkeep.estate.models import House
from upkeep.estate.queries import area_list
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import BANK, OFFICE, ORGANISATION, Role
from upkeep.printing.actions import content_of
from upkeep.printing.checking import check_path
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.cases.sheets import workbook

READERS = (*OFFICE, *ORGANISATION, *BANK, Role.OWNER)
HANDLERS = (*OFFICE, *ORGANISATION)
PER_PAGE = 20
MOST_EXPORTED = 20_000
MOST_LINES = 200


class SlipFilterForm(forms.Form):
    """What the list is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="编号 / 小区 / 交款人", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *SlipState.choices])
    area = forms.ChoiceField(label="物业区域", required=False)
    payer = forms.ChoiceField(label="交款人类别", required=False, choices=[("", "全部"), *PAYERS.items()])
    purpose = forms.ChoiceField(label="用途", required=False)
    case = forms.CharField(label="业务单编号", required=False)
    since = DayField(label="开具日期从", required=False)
    until = DayField(label="到", required=False)

    def __init__(self, request: ActorRequest) -> None:
        super().__init__(request.GET)
        area, purpose = self.fields["area"], self.fields["purpose"]
        assert isinstance(area, forms.ChoiceField) and isinstance(purpose, forms.ChoiceField)
        purpose.choices = [("", "全部"), *slip_purposes()]
        if request.actor.has(Role.OWNER):
            for name in ("area", "payer", "case"):
                del self.fields[name]
        elif request.actor.has(*BANK):
            del self.fields["area"]
        else:
            areas = area_list(actor=request.actor).values_list("pk", "name")
            area.choices = [("", "全部"), *((str(pk), name) for pk, name in areas)]
        if len(purpose.choices) <= 2:
            del self.fields["purpose"]

    def wanted(self) -> PaperFilter:
        self.is_valid()
        data = self.cleaned_data
        return PaperFilter(
            text=data.get("q", ""),
            state=data.get("state", ""),
            area_id=int(data["area"]) if data.get("area") else None,
            since=data.get("since"),
            until=data.get("until"),
            case=data.get("case", ""),
            purpose=data.get("purpose", ""),
            payer=data.get("payer", ""),
        )


def found_slips(request: ActorRequest) -> tuple[SlipFilterForm, QuerySet[PaySlip]]:
    """The filters of the address and the slips that fit."""
    form = SlipFilterForm(request)
    return form, list_of_slips(actor=request.actor, wanted=form.wanted(), sort=request.GET.get("sort", "newest"))


@access(*READERS)
@require_safe
def slip_list(request: ActorRequest) -> HttpResponse:
    """All slips the actor sees; the owners' notices among them may be ticked and printed together."""
    form, slips = found_slips(request)
    page = Paginator(slips, PER_PAGE).get_page(request.GET.get("page"))
    houses = _houses_of(list(page))
    rows = [
        {
            "slip": slip,
            "house": houses.get(slip.pk),
            "payer": shown_payer(slip, actor=request.actor),
            "printable": slip.state_now is SlipState.WAITING and prints.is_owner_notice(slip),
        }
        for slip in page
    ]
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "rows": rows,
        "may_print": request.actor.has(*HANDLERS) and any(row["printable"] for row in rows),
        "today": timezone.localdate(),
        "of_case": form.wanted().case,
    }
    return render(request, "deposits/slips.html", context)


def _houses_of(slips: list[PaySlip]) -> dict[int, House]:
    """The house of each slip that is for one alone."""
    alone = [slip.pk for slip in slips if slip.house_count == 1]
    lines = PaySlipLine.objects.filter(slip_id__in=alone).select_related("house__building")
    return {line.slip_id: line.house for line in lines}


@access(*HANDLERS, Role.OWNER)
@require_safe
def case_slips(request: ActorRequest, number: str) -> HttpResponse:
    """The slips that a business form has brought about (001 §2.3.2 step 8), in the order of their numbers."""
    return redirect(f"{reverse('deposits:slips')}?case={number}&sort=number")


@access(*READERS)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook."""
    _, slips = found_slips(request)
    rows = SlipRegister.rows(slips[:MOST_EXPORTED], actor=request.actor)
    return workbook(SlipRegister().export(rows), "交款通知单")


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
    actor, today = request.actor, timezone.localdate()
    lines = (
        slip_purpose(slip.purpose)
        .lines(slip)
        .select_related("house__building")
        .order_by("house__building__order", "-house__floor", "house__unit", "house__room")
    )
    context = {
        "slip": slip,
        "payer": shown_payer(slip, actor=actor),
        "purpose": purpose_title(slip.purpose),
        "facts": slip_purpose(slip.purpose).notice_facts(slip),
        "lines": lines[:MOST_LINES],
        "more": max(slip.house_count - MOST_LINES, 0),
        "receipts": receipts_of(slip)[:MOST_LINES],
        "reversals": reversals_of(slip),
        "may_void": may_void(slip, by=actor, on=today),
        "may_reissue": may_reissue(slip, by=actor, on=today),
        "may_print": slip.state_now in (SlipState.WAITING, SlipState.PAID),
        "is_late": slip.state_now is SlipState.WAITING and slip.expires_on < today,
        "is_owner_notice": prints.is_owner_notice(slip),
        "pay_url": _pay_url(slip) if actor.has(Role.OWNER) and slip.state_now is SlipState.WAITING else "",
        "replaced_by": PaySlip.objects.filter(replaces=slip).first(),
    }
    return render(request, "deposits/slip.html", context)


def _pay_url(slip: PaySlip) -> str:
    """Where the notice's code leads: where and how to pay."""
    return check_path(slip.number, city=prints.city_of_paper(slip).slug)


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
    if not may_void(slip, by=request.actor, on=timezone.localdate()):
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


@access(*REISSUERS)
@require_POST
def reissue(request: ActorRequest, number: str) -> HttpResponse:
    """A new slip in the place of a void or expired one, in one press; leads to the new one."""
    slip = slip_or_404(request, number)
    try:
        new = reissue_slip(number=slip.number, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("deposits:slip", slip.number)
    messages.success(
        request, f"已按现行标准重新开具，有效期至 {new.expires_on}；请打印新的通知单，原通知单 {slip.number} 请收回"
    )
    return redirect("deposits:slip", new.number)

"""交款 and 退款 from the owner's own house: the house is known, nothing has to be searched (manual 002, 登录后办理)."""

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking.models import PaySlip
from upkeep.banking.prints import keep_paper, subject_of
from upkeep.banking.purposes import purpose_title
from upkeep.banking.queries import waiting_slip_of
from upkeep.books.sub_accounts import balances
from upkeep.casework import engine
from upkeep.casework.procedure import Procedure, register
from upkeep.deposits.queries import DepositState, HouseDeposit, house_deposits
from upkeep.estate.claims import reasons
from upkeep.estate.owner_cases import begun_for
from upkeep.estate.tenures import Tenure, tenures_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import Role
from upkeep.printing.actions import content_of
from upkeep.printing.checking import qr_svg
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.owner.reach import own_house_or_404

PAY, REFUND = "owner_deposit", "owner_refund"


@dataclass(frozen=True)
class Payable:
    """How a house stands with its deposit. `slip` is the notice that waits to be paid, if there is one."""

    deposit: HouseDeposit | None = None
    slip: PaySlip | None = None

    @property
    def words(self) -> str:
        """One sentence for the owner."""
        if self.slip is not None:
            return "有一张交款通知单待交"
        state = self.deposit.state if self.deposit else None
        return (
            {
                DepositState.NONE: "还没有交首期维修资金",
                DepositState.WAITING: "正在办理交款",
                DepositState.ARREARS: "余额已低于续交标准，需要续交",
            }.get(state, "")
            if state
            else ""
        )


def payable_of(tenure: Tenure, *, on: dt.date) -> Payable:
    """Whether something is to be paid for the house."""
    (deposit,) = house_deposits([tenure.house], on=on)
    return Payable(deposit, waiting_slip_of(tenure.house.pk))


def procedure_for(request: ActorRequest, code: str) -> Procedure | None:
    """The procedure, where the city lets owners begin it."""
    if code not in register:
        return None
    return next(iter(engine.startable([register[code]], by=request.actor, on=timezone.localdate())), None)


@access(Role.OWNER)
@never_cache
@require_safe
def pay(request: ActorRequest, house_id: int) -> HttpResponse:
    """What is to be paid, and how: the notice that waits, or the way to one."""
    tenure = own_house_or_404(request, house_id)
    payable = payable_of(tenure, on=timezone.localdate())
    context = {
        "tenure": tenure,
        "payable": payable,
        "procedure": procedure_for(request, PAY),
        "slip": payable.slip,
        "is_his": payable.slip is not None and _is_his(request, payable.slip),
        "purpose": purpose_title(payable.slip.purpose) if payable.slip else "",
    }
    return render(request, "owner/pay.html", context)


def _is_his(request: ActorRequest, slip: PaySlip) -> bool:
    """Whether all houses of the notice are the account's: a developer's notice over a whole building is not."""
    mine = {one.house.pk for one in tenures_of(request.actor.user_id) if one.is_present}
    return slip.house_count <= len(mine) and set(slip.lines.values_list("house_id", flat=True)) <= mine


def _slip_or_404(request: ActorRequest, house_id: int) -> PaySlip:
    tenure = own_house_or_404(request, house_id)
    slip = waiting_slip_of(tenure.house.pk)
    if slip is None or not _is_his(request, slip):
        raise Http404
    return slip


@access(Role.OWNER)
@never_cache
@require_safe
def slip_code(request: ActorRequest, house_id: int) -> HttpResponse:
    """The QR code of the notice as a picture: the teller scans it from the telephone."""
    slip = _slip_or_404(request, house_id)
    return HttpResponse(qr_svg(slip.number, city=request.city.slug), content_type="image/svg+xml")


@access(Role.OWNER)
@require_POST
def print_slip(request: ActorRequest, house_id: int) -> HttpResponse:
    """The notice as PDF."""
    slip = _slip_or_404(request, house_id)
    try:
        kept = keep_paper(slip, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect("owner:pay", house_id)
    return redirect("owner:slip", house_id, kept.pk)


@access(Role.OWNER)
@never_cache
@require_safe
def slip_print(request: ActorRequest, house_id: int, print_id: int) -> HttpResponse:
    """A kept print of the notice, as long as it waits."""
    slip = _slip_or_404(request, house_id)
    kept = prints_of(subject=subject_of(slip)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")


@access(Role.OWNER)
@never_cache
@require_http_methods(["GET", "POST"])
def refund(request: ActorRequest, house_id: int) -> HttpResponse:
    """When money is given back and how one asks for it; what stands against it now is said before one begins."""
    tenure = own_house_or_404(request, house_id)
    procedure = procedure_for(request, REFUND)
    if procedure is None:
        raise Http404
    context = {
        "tenure": tenure,
        "procedure": procedure,
        "balance": balances([house_id])[house_id],
        "busy": reasons([house_id]).get(house_id, ""),
    }
    return render(request, "owner/refund.html", context)


@access(Role.OWNER)
@require_POST
def begin(request: ActorRequest, house_id: int, code: str) -> HttpResponse:
    """Begins the deposit or the refund for this house and leads to its first page."""
    tenure = own_house_or_404(request, house_id)
    procedure = procedure_for(request, code) if code in (PAY, REFUND) else None
    if procedure is None:
        raise Http404
    try:
        case = engine.start(procedure, by=request.actor, at=timezone.now(), data=begun_for(tenure.house))
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect("owner:house", house_id)
    return redirect("cases:edit", case.number, 1)

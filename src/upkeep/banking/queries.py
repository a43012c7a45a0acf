"""Reading slips, orders and reversals: who sees which, and the counter's look-up."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Sum

from upkeep.banking.counter import UnknownPaper, check_bank
from upkeep.banking.models import (
    BankReversal,
    CustodyAccount,
    OrderState,
    PaymentOrder,
    PaymentOrderLine,
    PaySlip,
    PaySlipLine,
    ReversalState,
    SlipState,
)
from upkeep.banking.purposes import given_up_references, references_of_case, slip_purpose
from upkeep.casework.models import Case
from upkeep.estate.owner_accounts import records_of
from upkeep.estate.queries import served_area_ids
from upkeep.kernel.masking import mask_name
from upkeep.kernel.money import half_width
from upkeep.kernel.numbers import is_number, tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import BANK, OFFICE, Role


def slips_visible_to(actor: Actor) -> QuerySet[PaySlip]:
    """The slips the actor may know of: staff those of their jurisdiction, a bank those on its accounts, an
    organisation those it is to pay or has asked for, an owner his own. The only way pages obtain slips.
    """
    slips = PaySlip.objects.select_related("area", "custody__bank", "bank_serial", "payer_organisation")
    if actor.has(*OFFICE):
        return slips.filter(jurisdiction_id__in=within(actor.jurisdiction_id))
    if actor.has(Role.OWNER):
        return slips.filter(_of_owner(actor.user_id))
    if not actor.organisation_id:
        return slips.none()
    if actor.has(*BANK):
        return slips.filter(custody__bank_id=actor.organisation_id)
    return slips.filter(Q(payer_organisation_id=actor.organisation_id) | Q(asked_by_id=actor.organisation_id))


def _of_owner(user_id: int) -> Q:
    """What names the owner by his ID number, or names nobody's and is for a house that was his when it was issued."""
    records = records_of(user_id)
    houses = PaySlipLine.objects.filter(
        slip__payer_organisation__isnull=True,
        slip__payer_hash="",
        slip__house_count=1,
        house__ownerships__owner__in=records,
        house__ownerships__until__isnull=True,
        house__ownerships__since__lte=F("slip__issued_at__date"),
    )
    by_number = Q(payer_hash__in=records.values("id_hash"), payer_organisation__isnull=True)
    return by_number & ~Q(payer_hash="") | Q(pk__in=houses.values("slip_id"))


def shown_payer(slip: PaySlip, *, actor: Actor) -> str:
    """Who is to pay, a person's name masked for everyone but the teller who takes the money and the payer himself."""
    whole = not slip.is_of_a_person or actor.has(*BANK, Role.OWNER)
    return slip.payer_name if whole else mask_name(slip.payer_name)


def orders_visible_to(actor: Actor) -> QuerySet[PaymentOrder]:
    """The payment orders the actor may know of: staff those of their jurisdiction, a bank those on its accounts, an
    organisation those of the areas it serves or represents.
    """
    orders = PaymentOrder.objects.select_related("area", "custody__bank", "bank_serial")
    if actor.has(*OFFICE):
        return orders.filter(jurisdiction_id__in=within(actor.jurisdiction_id))
    if not actor.organisation_id:
        return orders.none()
    if actor.has(*BANK):
        return orders.filter(custody__bank_id=actor.organisation_id)
    return orders.filter(area__in=served_area_ids(actor.organisation_id))


def get_slip(number: str, *, actor: Actor) -> PaySlip | None:
    """The slip of that number if the actor sees it."""
    return slips_visible_to(actor).select_related("case").filter(number=tidy_number(number)).first()


def waiting_slip_of(house_id: int) -> PaySlip | None:
    """The slip by which the owner of a house is to pay; the caller has made sure that the house is the reader's."""
    slips = PaySlip.objects.filter(
        lines__house_id=house_id, state=SlipState.WAITING, unit_account__isnull=True
    ).select_related("area", "custody")
    return slips.order_by("-issued_at").first()


def get_order(number: str, *, actor: Actor) -> PaymentOrder | None:
    """The order of that number if the actor sees it."""
    return orders_visible_to(actor).filter(number=tidy_number(number)).first()


@dataclass(frozen=True)
class PaperFilter:
    """What a list of slips or orders is narrowed to. `case` is the number of a business form, `payer` says whether
    organisations or persons pay; both for slips only.
    """

    text: str = ""
    state: str = ""
    area_id: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    case: str = ""
    purpose: str = ""
    payer: str = ""


#: Who pays: the organisation itself, or persons with notices of their own.
PAYERS = {"ORGANISATION": "单位", "PERSON": "业主"}
SORTS = {"newest": "-issued_at", "oldest": "issued_at", "number": "number", "expires": "expires_on"}


def slip_list(*, actor: Actor, wanted: PaperFilter, sort: str = "newest") -> QuerySet[PaySlip]:
    """The visible slips that match, ready to be paged."""
    slips = slips_visible_to(actor)
    if text := wanted.text.strip():
        slips = slips.filter(
            Q(number__startswith=tidy_number(text)) | Q(area__name__icontains=text) | Q(payer_name__icontains=text)
        )
    if wanted.state:
        slips = slips.filter(state=wanted.state)
    if wanted.area_id:
        slips = slips.filter(area_id=wanted.area_id)
    if wanted.since:
        slips = slips.filter(issued_at__date__gte=wanted.since)
    if wanted.until:
        slips = slips.filter(issued_at__date__lte=wanted.until)
    if wanted.case:
        slips = slips.filter(case__number=tidy_number(wanted.case))
    if wanted.purpose:
        slips = slips.filter(purpose=wanted.purpose)
    if wanted.payer in PAYERS:
        slips = slips.filter(payer_organisation__isnull=wanted.payer == "PERSON")
    return slips.order_by(SORTS.get(sort, SORTS["newest"]), "pk")


def order_list(*, actor: Actor, wanted: PaperFilter, sort: str = "oldest") -> QuerySet[PaymentOrder]:
    """The visible payment orders that match, ready to be paged; by default what waits longest comes first."""
    orders = orders_visible_to(actor)
    if text := wanted.text.strip():
        orders = orders.filter(
            Q(number__startswith=tidy_number(text)) | Q(area__name__icontains=text) | Q(payee_name__icontains=text)
        )
    if wanted.state:
        orders = orders.filter(state=wanted.state)
    if wanted.area_id:
        orders = orders.filter(area_id=wanted.area_id)
    if wanted.since:
        orders = orders.filter(issued_at__date__gte=wanted.since)
    if wanted.until:
        orders = orders.filter(issued_at__date__lte=wanted.until)
    order = {"newest": "-issued_at", "oldest": "issued_at", "number": "number"}.get(sort, "issued_at")
    return orders.order_by(order, "pk")


def to_reissue(orders: QuerySet[PaymentOrder]) -> QuerySet[PaymentOrder]:
    """Those that failed and are to be issued anew, which nobody has done yet."""
    waiting = orders.filter(state=OrderState.FAILED, replaced_by__isnull=True)
    for references in given_up_references():
        waiting = waiting.exclude(reference__in=references)
    return waiting


def order_houses(order: PaymentOrder) -> QuerySet[PaymentOrderLine]:
    """What each house bears, in the order of the building table, selling units' accounts (售房单位分账) last."""
    lines = order.lines.select_related("house__building", "unit_account__building", "unit_account__organisation")
    return lines.order_by("house__building__order", "-house__floor", "house__unit", "house__room", "pk")


def lines_of(paper: PaySlip | PaymentOrder) -> QuerySet[PaySlipLine] | QuerySet[PaymentOrderLine]:
    """The lines of a slip or order in the order of the building table, ready to be shown."""
    if isinstance(paper, PaymentOrder):
        return order_houses(paper)
    return (
        slip_purpose(paper.purpose)
        .lines(paper)
        .select_related("house__building")
        .order_by("house__building__order", "-house__floor", "house__unit", "house__room")
    )


def slips_of_case(case_id: int) -> list[PaySlip]:
    """The slips a case has brought about, in the order of their numbers."""
    return list(PaySlip.objects.filter(case_id=case_id).select_related("custody__bank", "area").order_by("number"))


def orders_of(reference: str) -> list[PaymentOrder]:
    """The payment orders of one source, oldest first."""
    return list(PaymentOrder.objects.filter(reference=reference).select_related("custody__bank").order_by("number"))


def reversals_visible_to(actor: Actor) -> QuerySet[BankReversal]:
    """The reversals (冲正) on the accounts of the actor's bank; the office's staff see those of their jurisdiction."""
    found = BankReversal.objects.select_related(
        "custody__bank",
        "paid_serial",
        "reversal_serial",
        "slip__area",
        "slip__custody",
        "order__area",
        "order__custody",
    )
    if actor.has(*OFFICE):
        places = within(actor.jurisdiction_id)
        return found.filter(Q(slip__jurisdiction_id__in=places) | Q(order__jurisdiction_id__in=places))
    if not actor.organisation_id or not actor.has(*BANK):
        return found.none()
    return found.filter(custody__bank_id=actor.organisation_id)


def reversals_of(slip: PaySlip) -> QuerySet[BankReversal]:
    """How often the slip's payment was taken back, the first time first; who sees the slip sees that."""
    return slip.reversals.filter(state=ReversalState.APPROVED).select_related("reversal_serial").order_by("payment_no")


def reversal_list(*, actor: Actor, wanted: PaperFilter) -> QuerySet[BankReversal]:
    """The visible reversals that match, the newest first."""
    found = reversals_visible_to(actor)
    if text := wanted.text.strip():
        found = found.filter(number__startswith=number_in(text))
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.since:
        found = found.filter(booked_on__gte=wanted.since)
    if wanted.until:
        found = found.filter(booked_on__lte=wanted.until)
    return found.order_by("-asked_at", "-pk")


_OURS = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{15}(?!\d)")


def number_in(text: str) -> str:
    """The number of ours in what was typed or scanned: by hand with blanks, or the whole address out of a QR code."""
    upper = half_width(text).upper()
    found = _OURS.search(upper)
    return found[0] if found and "/" in upper else tidy_number(text)


def at_counter(text: str, *, by: Actor) -> list[PaySlip | PaymentOrder]:
    """The paper a teller has in front of him, whatever its state; several where he has an application's number.

    Raises: Refusal telling him what to do.
    """
    number = number_in(text)
    if not number.startswith(("JK", "FK")):
        return _of_application(number, by=by)
    paper: PaySlip | PaymentOrder | None
    if number.startswith("JK"):
        what = "交款通知单"
        paper = PaySlip.objects.select_related("area", "custody__bank", "bank_serial").filter(number=number).first()
    else:
        what = "付款通知"
        paper = (
            PaymentOrder.objects.select_related("area", "custody__bank", "bank_serial").filter(number=number).first()
        )
    check_bank(paper.custody if paper else None, by=by, what=what, number=number)
    assert paper is not None
    return [paper]


def _of_application(number: str, *, by: Actor) -> list[PaySlip | PaymentOrder]:
    """What a business form (业务单) has brought about at the teller's bank: people bring 申请单 as often as 通知单."""
    wrong = f"“{number[:30]}”不是交款通知单（JK 开头）、付款通知（FK 开头）或业务单的编号，请核对后重新输入或扫描"
    if not is_number(number):
        raise UnknownPaper(wrong)
    case_id = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    slips = slips_visible_to(by).filter(case_id=case_id or 0).order_by("number")
    orders = orders_visible_to(by).filter(reference__in=references_of_case(case_id or 0)).order_by("number")
    found: list[PaySlip | PaymentOrder] = [*slips, *orders]
    if not found:
        raise UnknownPaper(f"业务单 {number} 没有可在本行办理的通知单，请核对；审核尚未通过的，请客户等待审核")
    return found


@dataclass(frozen=True)
class WaitingSums:
    """What a bank still has to do: orders to pay, slips that may come in."""

    orders: int
    orders_fen: int
    slips: int
    slips_fen: int


def waiting_sums(*, actor: Actor) -> WaitingSums:
    """Counts and sums of what waits, for the bank's home page."""
    orders = orders_visible_to(actor).filter(state=OrderState.WAITING)
    slips = slips_visible_to(actor).filter(state=SlipState.WAITING)
    return WaitingSums(
        orders=orders.count(),
        orders_fen=orders.aggregate(total=Sum("amount_fen", default=0))["total"],
        slips=slips.count(),
        slips_fen=slips.aggregate(total=Sum("total_fen", default=0))["total"],
    )


@dataclass(frozen=True)
class Standing:
    """What a stranger with the paper in his hand may know of it: how it stands and, while it can be paid, where.

    Nothing personal: neither payer nor house.
    """

    title: str
    amount_fen: int
    state: str
    state_label: str
    valid_until: dt.date | None = None
    account: CustodyAccount | None = None
    closed_on: dt.date | None = None
    is_replaced: bool = False


def standing(number: str, *, on: dt.date) -> Standing | None:
    """How the slip or order of that number stands; the caller has checked the paper's signature."""
    slip = PaySlip.objects.select_related("custody__bank").filter(number=number).first()
    if slip is not None:
        return _slip_standing(slip, on=on)
    order = PaymentOrder.objects.filter(number=number).first()
    if order is not None:
        return Standing("付款通知", order.amount_fen, order.state, order.get_state_display())
    return None


def _slip_standing(slip: PaySlip, *, on: dt.date) -> Standing:
    """An expired slip is expired from the day after its last, also before it is closed."""
    state = slip.state_now
    if state is SlipState.WAITING and slip.expires_on < on:
        state = SlipState.EXPIRED
    waits = state is SlipState.WAITING
    return Standing(
        title="交款通知单",
        amount_fen=slip.total_fen,
        state=state,
        state_label=state.label,
        valid_until=slip.expires_on if waits or state is SlipState.EXPIRED else None,
        account=slip.custody if waits else None,
        closed_on=slip.booked_on if state is SlipState.PAID else None,
        is_replaced=PaySlip.objects.filter(replaces=slip).exists(),
    )

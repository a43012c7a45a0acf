"""Reading slips and orders: who sees which, the counter's look-up, the bank's journal."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from upkeep.banking.counter import UnknownPaper, check_bank
from upkeep.banking.models import OrderState, PaymentOrder, PaymentOrderLine, PaySlip, SlipState
from upkeep.banking.purposes import given_up_references, order_by_case
from upkeep.estate.queries import served_area_ids
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import BANK, OFFICE


def slips_visible_to(actor: Actor) -> QuerySet[PaySlip]:
    """The slips the actor may know of: staff those of their jurisdiction, a bank those on its accounts, an
    organisation those it is to pay. The only way pages obtain slips.
    """
    slips = PaySlip.objects.select_related("area", "custody__bank", "bank_serial", "payer_organisation")
    if actor.has(*OFFICE):
        return slips.filter(jurisdiction_id__in=within(actor.jurisdiction_id))
    if not actor.organisation_id:
        return slips.none()
    if actor.has(*BANK):
        return slips.filter(custody__bank_id=actor.organisation_id)
    return slips.filter(payer_organisation_id=actor.organisation_id)


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


def get_order(number: str, *, actor: Actor) -> PaymentOrder | None:
    """The order of that number if the actor sees it."""
    return orders_visible_to(actor).filter(number=tidy_number(number)).first()


@dataclass(frozen=True)
class PaperFilter:
    """What a list of slips or orders is narrowed to."""

    text: str = ""
    state: str = ""
    area_id: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None


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
    """What each house bears, in the order of the building table."""
    return order.lines.select_related("house__building").order_by(
        "house__building__order", "-house__floor", "house__unit", "house__room", "pk"
    )


def slips_of_case(case_id: int) -> list[PaySlip]:
    """The slips a case has brought about, in the order of their numbers."""
    return list(PaySlip.objects.filter(case_id=case_id).select_related("custody__bank", "area").order_by("number"))


def orders_of(reference: str) -> list[PaymentOrder]:
    """The payment orders of one source, oldest first."""
    return list(PaymentOrder.objects.filter(reference=reference).select_related("custody__bank").order_by("number"))


def at_counter(number: str, *, by: Actor) -> PaySlip | PaymentOrder:
    """The paper a teller has in front of him, whatever its state. Raises: Refusal telling him what to do."""
    asked = tidy_number(number)
    tidied = _order_number(asked)
    paper: PaySlip | PaymentOrder | None
    if tidied.startswith("JK"):
        what = "交款通知单"
        paper = PaySlip.objects.select_related("area", "custody__bank", "bank_serial").filter(number=tidied).first()
    elif tidied.startswith("FK"):
        what = "付款通知"
        paper = (
            PaymentOrder.objects.select_related("area", "custody__bank", "bank_serial").filter(number=tidied).first()
        )
    else:
        raise UnknownPaper(
            f"“{tidied[:30]}”不是交款通知单（JK 开头）或付款通知（FK 开头）的编号，请核对后重新输入或扫描"
        )
    check_bank(paper.custody if paper else None, by=by, what=what, number=asked)
    assert paper is not None
    return paper


def _order_number(number: str) -> str:
    """The number of the order where the customer brought that of his application (002 业主退款 第七步).

    Raises: UnknownPaper while there is no order to pay; another bank's is refused like its order.
    """
    found = order_by_case(number)
    if found is None:
        return number
    title, order = found
    if order is None:
        raise UnknownPaper(f"{title}申请 {number} 尚未审核通过，或编号有误；审核通过并打印支款单后才能付款")
    return order.number


@dataclass(frozen=True)
class JournalLine:
    """One line of the bank's journal of a day."""

    number: str
    title: str
    serial: str
    at: dt.datetime
    area: str
    party: str
    in_fen: int | None
    out_fen: int | None
    teller: str


def journal(*, actor: Actor, on: dt.date) -> list[JournalLine]:
    """当日流水: everything the actor's bank confirmed on a day, in the order of the clock."""
    slips = slips_visible_to(actor).filter(state=SlipState.PAID, booked_on=on)
    orders = orders_visible_to(actor).filter(state=OrderState.PAID, booked_on=on)
    lines = [
        JournalLine(
            s.number, "收款", _serial(s), _at(s), s.area.name, s.payer_name, s.total_fen, None, s.closed_by_name
        )
        for s in slips
    ] + [
        JournalLine(
            o.number, "付款", _serial(o), _at(o), o.area.name, o.payee_name, None, o.amount_fen, o.closed_by_name
        )
        for o in orders
    ]
    return sorted(lines, key=lambda line: (line.at, line.number))


def _serial(paper: PaySlip | PaymentOrder) -> str:
    return paper.bank_serial.serial if paper.bank_serial else ""


def _at(paper: PaySlip | PaymentOrder) -> dt.datetime:
    assert paper.closed_at is not None
    return paper.closed_at


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
    """What a stranger with the paper in his hand may know of it."""

    title: str
    amount_fen: int
    state: str
    state_label: str
    valid_until: dt.date | None


def standing(number: str) -> Standing | None:
    """How the slip or order of that number stands; the caller has checked the paper's signature."""
    slip = PaySlip.objects.filter(number=number).first()
    if slip is not None:
        waits = slip.expires_on if slip.state_now is SlipState.WAITING else None
        return Standing("交款通知单", slip.total_fen, slip.state, slip.get_state_display(), waits)
    order = PaymentOrder.objects.filter(number=number).first()
    if order is not None:
        return Standing("付款通知", order.amount_fen, order.state, order.get_state_display(), None)
    return None

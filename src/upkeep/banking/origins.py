"""Where a movement of houses' money came from: the slip, the order or the case behind a journal's source, in words; and the
other way, what is booked under a number that somebody types (订单号, 流水号, 业务单编号).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from django.db.models import Q

from upkeep.banking.models import BankSerial, OrderState, PaymentOrder, PaySlip
from upkeep.banking.purposes import purpose_title
from upkeep.banking.slips import source_of
from upkeep.casework.models import Case
from upkeep.casework.queries import visible_to as cases_visible_to
from upkeep.estate.queries import visible_to as areas_visible_to
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor


@dataclass(frozen=True)
class Origin:
    """The paper behind an entry. `paper` is "slip", "order" or "case"; `about` says what for, such as a project's name."""

    paper: str
    number: str
    title: str
    serial: str = ""
    party: str = ""
    about: str = ""
    case_number: str = ""

    @property
    def words(self) -> str:
        """维修拨付（3幢电梯大修）."""
        return f"{self.title}（{self.about}）" if self.about else self.title


#: Packages above say what the sources that begin with their prefix were for.
Explainer = Callable[[Collection[str]], Mapping[str, str]]
_explainers: dict[str, Explainer] = {}


def explains(prefix: str) -> Callable[[Explainer], Explainer]:
    """Register what the sources "prefix:…" were for, in the words of the owners: source -> text."""

    def register(explainer: Explainer) -> Explainer:
        if prefix in _explainers:
            raise ValueError(f"two explainers of {prefix}")
        _explainers[prefix] = explainer
        return explainer

    return register


def origins_of(sources: Collection[str]) -> dict[str, Origin]:
    """The papers behind journal sources; those that have none are left out. Three queries, and one per explainer."""
    wanted = set(sources)
    found = _slips(wanted) | _cases(wanted) | _orders(wanted)
    for prefix, explainer in _explainers.items():
        mine = [source for source in found if source.startswith(f"{prefix}:")]
        for source, about in explainer(mine).items() if mine else ():
            found[source] = replace(found[source], about=about)
    return found


def _orders(sources: Collection[str]) -> dict[str, Origin]:
    """An order is booked under its reference, or a name that begins with it: a part of a refund, a second payment, a reversal."""
    heads = {source: _heads(source) for source in sources}
    named = {head for some in heads.values() for head in some}
    orders = PaymentOrder.objects.filter(reference__in=named).select_related("bank_serial").order_by("issued_at", "pk")
    by_reference: dict[str, PaymentOrder] = {}
    for order in orders:  # of several the one that was paid; else the latest, whose payment was taken back
        if order.reference not in by_reference or by_reference[order.reference].state_now is not OrderState.PAID:
            by_reference[order.reference] = order
    found = {}
    for source, some in heads.items():
        if order_found := next((by_reference[head] for head in some if head in by_reference), None):
            found[source] = Origin(
                "order",
                order_found.number,
                purpose_title(order_found.purpose),
                order_found.bank_serial.serial if order_found.bank_serial else "",
                order_found.payee_name,
            )
    return found


def _heads(source: str) -> tuple[str, ...]:
    """The source itself and what is left of it without its last parts, the longest first: "refund:12:2:year:reversed" is
    of the order "refund:12"."""
    parts = source.split(":")
    return tuple(":".join(parts[:count]) for count in range(len(parts), max(len(parts) - 4, 1), -1))


def _ids(sources: Collection[str], prefix: str) -> dict[int, list[str]]:
    """The sources "prefix:id" and "prefix:id:…" by id."""
    found: dict[int, list[str]] = {}
    for source in sources:
        head, _, rest = source.partition(":")
        number = rest.partition(":")[0]
        if head == prefix and number.isascii() and number.isdecimal():
            found.setdefault(int(number), []).append(source)
    return found


def _slips(sources: Collection[str]) -> dict[str, Origin]:
    by_id = _ids(sources, "slip")
    slips = PaySlip.objects.filter(pk__in=list(by_id)).select_related("bank_serial", "case")
    return {
        source: Origin(
            "slip",
            slip.number,
            purpose_title(slip.purpose),
            slip.bank_serial.serial if slip.bank_serial else "",
            slip.payer_name,
            case_number=slip.case.number if slip.case else "",
        )
        for slip in slips
        for source in by_id[slip.pk]
    }


def _cases(sources: Collection[str]) -> dict[str, Origin]:
    by_id = _ids(sources, "case")
    cases = Case.objects.filter(pk__in=list(by_id)) if by_id else Case.objects.none()
    return {
        source: Origin("case", case.number, case.subject, case_number=case.number)
        for case in cases
        for source in by_id[case.pk]
    }


@dataclass(frozen=True)
class Found:
    """What a number turned out to be, in words, and under which sources it was booked; none: not booked (yet)."""

    words: str
    sources: tuple[str, ...] = ()


def found_by_number(text: str, *, actor: Actor) -> list[Found]:
    """Slip, payment order, case or bank serial: what the number is, whichever kind was typed. Five queries at most.

    Of what lies in areas that the actor does not see, nothing is said: it is the same as a number that nobody has.
    """
    number, areas = tidy_number(text), areas_visible_to(actor).values("pk")
    seen = Q(area__in=areas)
    if actor.organisation_id:  # whoever pays knows his paper, also where he sees nothing of the area: a selling unit
        seen |= Q(payer_organisation_id=actor.organisation_id)
    slips = PaySlip.objects.filter(seen)
    orders = PaymentOrder.objects.filter(area__in=areas)
    serials = BankSerial.objects.filter(serial=text.strip())
    found = [_of_slip(slip, "交款通知单编号") for slip in slips.filter(number=number)]
    found += [_of_order(order, "付款通知编号") for order in orders.filter(number=number)]
    for case in cases_visible_to(actor).filter(number=number):
        issued = [source_of(slip) for slip in slips.filter(case=case)]
        found.append(Found("业务单编号", (f"case:{case.pk}:", *issued)))
    found += [_of_slip(slip, "银行流水号") for slip in slips.filter(bank_serial__in=serials)]
    found += [_of_order(order, "银行流水号") for order in orders.filter(bank_serial__in=serials)]
    return found


def _of_slip(slip: PaySlip, words: str) -> Found:
    return Found(words, (source_of(slip),) if slip.bank_serial_id else ())


def _of_order(order: PaymentOrder, words: str) -> Found:
    return Found(words, (order.reference,) if order.state_now is OrderState.PAID else ())

"""What a payment is for: packages above say in their `purposes.py` what follows when the bank has paid or has not.

@purpose("deposit")
class FirstDeposit(SlipPurpose): ...
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet

from upkeep.banking.models import PaymentOrder, PaySlip
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor


@dataclass(frozen=True, kw_only=True)
class SlipItem:
    """What one house is to pay, and by which rule."""

    house_id: int
    area_dm2: int
    rule: str
    amount_fen: int


class SlipPurpose:
    """What follows a pay slip. Every method runs inside the transaction that changes the slip; a Refusal undoes it."""

    title: str
    #: What its paper is called; empty: the city's word for a pay slip.
    paper: str = ""
    #: How a house of a live slip is marked as busy, so that it cannot stand on a second one; None: not at all.
    claims: ClaimKind | None = None

    def renewed(self, slip: PaySlip, *, on: dt.date) -> Sequence[SlipItem]:
        """What the houses of a void or expired slip would have to pay on the day, for a slip in its place.

        Raises: Refusal saying why there cannot be one (paid meanwhile, no longer in the register).
        """
        raise Refusal(f"{self.title}的通知单不能重新开具，请重新办理业务")

    def lines(self, slip: PaySlip) -> QuerySet[Any]:
        """The houses of a slip with `house`, `area_dm2`, `rule` and `amount_fen`: its own lines, where the houses pay it."""
        return slip.lines.all()

    def notice_facts(self, slip: PaySlip) -> Sequence[tuple[str, str]]:
        """What this purpose adds to the slip's page and printed notice: name and words, nothing personal."""
        return ()

    def rule_in_sum(self, rule: str) -> str:
        """The rule of a line without what is the house's alone (its price): lines of one such rule are added up in print."""
        return rule

    def confirmed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The bank has the money: book it."""
        raise NotImplementedError

    def voided(self, slip: PaySlip, *, at: dt.datetime, by: Actor | None) -> None:
        """The slip was made void, or ran out (then `by` is None). Claims are given back already."""

    def ran_out(self, slips: Sequence[PaySlip], *, at: dt.datetime) -> None:
        """Many slips of this purpose ran out at once. Claims are given back already."""
        for slip in slips:
            self.voided(slip, at=at, by=None)

    def check_reversal(self, slip: PaySlip) -> None:
        """Whether the payment may still be taken back (冲正); asked when a teller asks and again when it is decided.

        Raises: Refusal saying what stands in the way, such as money that was used since.
        """

    def reversed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The bank took its confirmation back on the same day: undo all of `confirmed`.

        The slip still names the payment that is taken back (`source_of`); it waits again, its houses claimed anew, when
        this returns. `books.corrections.take_back_deposit` books the mirror of the entry.
        """
        raise Refusal("这种用途的收款不能冲正，请联系维修资金管理部门办理退款")


class OrderPurpose:
    """What follows a payment order. Runs inside the transaction that changes the order; a Refusal undoes it."""

    title: str
    #: Whether one order may be given up by itself; where not, `voided` refuses and pages do not offer it.
    may_be_voided: bool = True
    #: Whether a failed order may be issued anew to somebody else; where not, only his bank and account are put right.
    payee_may_change: bool = True

    def confirmed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The bank has paid: give back the hold and book it."""
        raise NotImplementedError

    def failed(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """The bank could not pay. The hold stays until the order is issued anew or given up."""

    def check_void(self, order: PaymentOrder) -> None:
        """Raises: Refusal when the order may not be given up now."""

    def voided(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """The order was given up: give back the hold."""
        raise NotImplementedError

    def references_of_case(self, case_id: int) -> Sequence[str]:
        """By which references its orders are found that a business form brought about; asked at the bank's counter."""
        return ()

    def check_reversal(self, order: PaymentOrder) -> None:
        """Whether the payment may still be taken back (冲正). Raises: Refusal saying what stands in the way."""

    def reversed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The bank took its confirmation back on the same day: undo all of `confirmed`, hold the money again.

        The order still names the payment that is taken back (`orders.entry_source`); it waits again when this returns.
        `books.corrections.take_back_payment` books the mirror of the entry.
        """
        raise Refusal("这种用途的付款不能冲正，请联系维修资金管理部门")

    def check_payee(self, order: PaymentOrder, payee_name: str) -> None:
        """Whether a failed order may be issued anew to this payee. Raises: Refusal."""

    def given_up(self) -> Iterable[str]:
        """The references for which a failed order is never issued anew; a queryset of them, so that it costs no round."""
        return ()


Handler = SlipPurpose | OrderPurpose
_HandlerClass = TypeVar("_HandlerClass", bound=type[SlipPurpose] | type[OrderPurpose])
_handlers: dict[str, Handler] = {}


class NoSuchPurpose(Refusal):
    """A paper names a purpose that the program does not know."""


def purpose(code: str) -> Callable[[_HandlerClass], _HandlerClass]:
    """Register a handler class under a code of at most 20 characters; one instance serves all."""

    def register(cls: _HandlerClass) -> _HandlerClass:
        if code in _handlers:
            raise ValueError(f"two purposes named {code}")
        _handlers[code] = cls()
        return cls

    return register


def slip_purpose(code: str) -> SlipPurpose:
    """The handler of a pay slip's purpose. Raises: NoSuchPurpose."""
    handler = _handlers.get(code)
    if not isinstance(handler, SlipPurpose):
        raise NoSuchPurpose("该交款通知单的用途无法识别，请联系系统管理员")
    return handler


def paper_title(slip: PaySlip, *, otherwise: str) -> str:
    """What the slip's paper is called."""
    handler = _handlers.get(slip.purpose)
    return handler.paper if isinstance(handler, SlipPurpose) and handler.paper else otherwise


def slip_purposes() -> list[tuple[str, str]]:
    """Every purpose of a pay slip, code and words, in the order in which they were registered."""
    return [(code, handler.title) for code, handler in _handlers.items() if isinstance(handler, SlipPurpose)]


def order_purpose(code: str) -> OrderPurpose:
    """The handler of a payment order's purpose. Raises: NoSuchPurpose."""
    handler = _handlers.get(code)
    if not isinstance(handler, OrderPurpose):
        raise NoSuchPurpose("该付款通知的用途无法识别，请联系系统管理员")
    return handler


def given_up_references() -> list[Iterable[str]]:
    """What every purpose has given up."""
    return [one.given_up() for one in _handlers.values() if isinstance(one, OrderPurpose)]


def order_payee_may_change(code: str) -> bool:
    """Whether a failed order of this purpose may be issued anew to another payee."""
    handler = _handlers.get(code)
    return isinstance(handler, OrderPurpose) and handler.payee_may_change


def purpose_title(code: str) -> str:
    """The purpose in words for lists; the code itself where nothing is known of it."""
    handler = _handlers.get(code)
    return handler.title if handler else code


def references_of_case(case_id: int) -> list[str]:
    """The references of all orders that a business form brought about, whatever they are for."""
    orders = [one for one in _handlers.values() if isinstance(one, OrderPurpose)]
    return [reference for one in orders for reference in one.references_of_case(case_id)]


def order_may_be_voided(order: PaymentOrder) -> bool:
    """Whether this order may be given up by itself now."""
    handler = _handlers.get(order.purpose)
    return isinstance(handler, OrderPurpose) and handler.may_be_voided

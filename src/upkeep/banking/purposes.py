"""What a payment is for: packages above say in their `purposes.py` what follows when the bank has paid or has not.

@purpose("deposit")
class FirstDeposit(SlipPurpose): ...
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TypeVar

from upkeep.banking.models import PaymentOrder, PaySlip
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor


class SlipPurpose:
    """What follows a pay slip. Every method runs inside the transaction that changes the slip; a Refusal undoes it."""

    title: str
    #: How a house of a live slip is marked as busy, so that it cannot stand on a second one; None: not at all.
    claims: ClaimKind | None = None

    def confirmed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The bank has the money: book it."""
        raise NotImplementedError

    def voided(self, slip: PaySlip, *, at: dt.datetime, by: Actor | None) -> None:
        """The slip was made void, or ran out (then `by` is None). Claims are given back already."""


class OrderPurpose:
    """What follows a payment order. Runs inside the transaction that changes the order; a Refusal undoes it."""

    title: str
    #: Whether one order may be given up by itself; where not, `voided` refuses and pages do not offer it.
    may_be_voided: bool = True
    #: Whether a failed order may be issued anew to somebody else; where not, only his bank and account are put right.
    payee_may_change: bool = True
    #: With what the numbers of its applications begin, where a customer may bring one instead of the order's.
    case_prefix: str = ""

    def confirmed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The bank has paid: give back the hold and book it."""
        raise NotImplementedError

    def failed(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """The bank could not pay. The hold stays until the order is issued anew or given up."""

    def voided(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """The order was given up: give back the hold."""
        raise NotImplementedError

    def check_payee(self, order: PaymentOrder, payee_name: str) -> None:
        """Whether a failed order may be issued anew to this payee. Raises: Refusal."""

    def given_up(self) -> Iterable[str]:
        """The references for which a failed order is never issued anew; a queryset of them, so that it costs no round."""
        return ()

    def order_of_case(self, number: str) -> PaymentOrder | None:
        """The latest order that an application of that number has brought about, None while there is none."""
        return None


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


def order_by_case(number: str) -> tuple[str, PaymentOrder | None] | None:
    """What the application is for and its order, by the application's number; None for a number of another kind."""
    for handler in _handlers.values():
        if isinstance(handler, OrderPurpose) and handler.case_prefix and number.startswith(handler.case_prefix):
            return handler.title, handler.order_of_case(number)
    return None


def purpose_title(code: str) -> str:
    """The purpose in words for lists; the code itself where nothing is known of it."""
    handler = _handlers.get(code)
    return handler.title if handler else code


def order_may_be_voided(code: str) -> bool:
    """Whether orders of this purpose may be given up one by one."""
    handler = _handlers.get(code)
    return isinstance(handler, OrderPurpose) and handler.may_be_voided

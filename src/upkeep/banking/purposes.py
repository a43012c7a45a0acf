"""What a payment is for: packages above say in their `purposes.py` what follows when the bank has paid or has not.

@purpose("deposit")
class FirstDeposit(SlipPurpose): ...
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

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
    #: How a house of a live slip is marked as busy, so that it cannot stand on a second one; None: not at all.
    claims: ClaimKind | None = None

    def renewed(self, slip: PaySlip, *, on: dt.date) -> Sequence[SlipItem]:
        """What the houses of a void or expired slip would have to pay on the day, for a slip in its place.

        Raises: Refusal saying why there cannot be one (paid meanwhile, no longer in the register).
        """
        raise Refusal(f"{self.title}的通知单不能重新开具，请重新办理业务")

    def notice_facts(self, slip: PaySlip) -> Sequence[tuple[str, str]]:
        """What this purpose adds to the slip's page and printed notice: name and words, nothing personal."""
        return ()

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

    def confirmed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The bank has paid: give back the hold and book it."""
        raise NotImplementedError

    def failed(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """The bank could not pay. The hold stays until the order is issued anew or given up."""

    def voided(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """The order was given up: give back the hold."""
        raise NotImplementedError


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


def slip_purposes() -> list[tuple[str, str]]:
    """Every purpose of a pay slip, code and words, in the order in which they were registered."""
    return [(code, handler.title) for code, handler in _handlers.items() if isinstance(handler, SlipPurpose)]


def order_purpose(code: str) -> OrderPurpose:
    """The handler of a payment order's purpose. Raises: NoSuchPurpose."""
    handler = _handlers.get(code)
    if not isinstance(handler, OrderPurpose):
        raise NoSuchPurpose("该付款通知的用途无法识别，请联系系统管理员")
    return handler


def purpose_title(code: str) -> str:
    """The purpose in words for lists; the code itself where nothing is known of it."""
    handler = _handlers.get(code)
    return handler.title if handler else code


def order_may_be_voided(code: str) -> bool:
    """Whether orders of this purpose may be given up one by one."""
    handler = _handlers.get(code)
    return isinstance(handler, OrderPurpose) and handler.may_be_voided

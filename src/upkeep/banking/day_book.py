"""当日流水: what a bank confirmed and took back on a day, line by line and in sums by kind and by teller."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from upkeep.banking.models import BankReversal, OrderState, PaymentOrder, PaySlip, ReversalState, SlipState
from upkeep.banking.purposes import purpose_title
from upkeep.banking.queries import orders_visible_to, reversals_visible_to, slips_visible_to
from upkeep.kernel.dates import start_of
from upkeep.parties.actor import Actor


@dataclass(frozen=True)
class JournalLine:
    """One line of the bank's journal of a day. What was taken back stands there twice: as it came, and in red."""

    number: str
    title: str
    kind: str
    serial: str
    at: dt.datetime
    area: str
    party: str
    in_fen: int | None
    out_fen: int | None
    teller: str

    @property
    def is_reversal(self) -> bool:
        return (self.in_fen or 0) < 0 or (self.out_fen or 0) < 0


@dataclass(frozen=True)
class DaySum:
    """How many lines of one kind, or of one teller, and what they come to."""

    name: str
    count: int
    in_fen: int
    out_fen: int


@dataclass(frozen=True)
class DayBook:
    """A bank's day."""

    lines: Sequence[JournalLine]

    @property
    def by_kind(self) -> list[DaySum]:
        return self._sums(lambda line: f"{line.title} · {line.kind}")

    @property
    def by_teller(self) -> list[DaySum]:
        return self._sums(lambda line: line.teller)

    @property
    def total(self) -> DaySum:
        ins, outs = sum(one.in_fen or 0 for one in self.lines), sum(one.out_fen or 0 for one in self.lines)
        return DaySum("合计", len(self.lines), ins, outs)

    def _sums(self, name_of: Callable[[JournalLine], str]) -> list[DaySum]:
        found: dict[str, list[JournalLine]] = {}
        for line in self.lines:
            found.setdefault(name_of(line), []).append(line)
        return [
            DaySum(name, len(some), sum(one.in_fen or 0 for one in some), sum(one.out_fen or 0 for one in some))
            for name, some in sorted(found.items())
        ]


def day_book(*, actor: Actor, on: dt.date) -> DayBook:
    """Everything the actor's bank confirmed or took back on a day, in the order of the clock. Three queries."""
    day = {"closed_at__gte": start_of(on), "closed_at__lt": start_of(on + dt.timedelta(days=1))}
    lines = [_paid(slip) for slip in slips_visible_to(actor).filter(state=SlipState.PAID, **day)]
    lines += [_paid(order) for order in orders_visible_to(actor).filter(state=OrderState.PAID, **day)]
    for one in reversals_visible_to(actor).filter(state=ReversalState.APPROVED, booked_on=on):
        lines += [_confirmed(one), _taken_back(one)]
    return DayBook(sorted(lines, key=lambda line: (line.at, line.number)))


def _line(
    paper: PaySlip | PaymentOrder, *, serial: str, at: dt.datetime, fen: int, teller: str, mark: str = ""
) -> JournalLine:
    came_in = isinstance(paper, PaySlip)
    return JournalLine(
        number=paper.number,
        title=("收款" if came_in else "付款") + mark,
        kind=purpose_title(paper.purpose),
        serial=serial,
        at=at,
        area=paper.area.name,
        party=paper.payer_name if isinstance(paper, PaySlip) else paper.payee_name,
        in_fen=fen if came_in else None,
        out_fen=None if came_in else fen,
        teller=teller,
    )


def _paid(paper: PaySlip | PaymentOrder) -> JournalLine:
    assert paper.bank_serial is not None and paper.closed_at is not None
    fen = paper.total_fen if isinstance(paper, PaySlip) else paper.amount_fen
    return _line(paper, serial=paper.bank_serial.serial, at=paper.closed_at, fen=fen, teller=paper.closed_by_name)


def _confirmed(one: BankReversal) -> JournalLine:
    return _line(
        one.paper,
        serial=one.paid_serial.serial,
        at=one.confirmed_at,
        fen=one.amount_fen,
        teller=one.confirmed_by_name,
    )


def _taken_back(one: BankReversal) -> JournalLine:
    assert one.reversal_serial is not None and one.decided_at is not None
    return _line(
        one.paper,
        serial=one.reversal_serial.serial,
        at=one.decided_at,
        fen=-one.amount_fen,
        teller=one.asked_by_name,
        mark="冲正",
    )

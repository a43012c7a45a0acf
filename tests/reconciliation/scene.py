"""A town whose bank sends statements: what came in on a day, and the people who reconcile it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tests.banking.town import AT, Town, confirm, issue, make_town, person
from upkeep.banking.models import CustodyAccount, PaySlip
from upkeep.books.chart import FundKind
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.reconciliation.matching import Matched, match_custody
from upkeep.reconciliation.models import BankLine, BankStatement, BookMovement, Channel
from upkeep.reconciliation.receiving import Direction, StatementLine, receive

TODAY = dt.date(2026, 11, 20)
TOMORROW = TODAY + dt.timedelta(days=1)
LATER = AT + dt.timedelta(days=1)


@dataclass
class Scene:
    """The town, its commodity fund's account, and one slip for each of its six houses; the first two are paid."""

    town: Town
    slips: list[PaySlip]

    @property
    def custody(self) -> CustodyAccount:
        return self.town.custodies[FundKind.COMMODITY]

    def __getitem__(self, name: str) -> Actor:
        return self.town.people[name]

    def line(self, serial: str) -> BankLine:
        return BankLine.objects.get(custody=self.custody, serial=serial, is_replaced=False)

    def movement(self, serial: str) -> BookMovement:
        return BookMovement.objects.get(custody=self.custody, serial=serial)


def make_scene() -> Scene:
    """Two slips confirmed under P1 and P2 on the 20th, four that wait; a second accountant and a cashier."""
    town = make_town()
    city = town.city
    town.people["accountant2"] = person(username="a5", name="许会计", role=Role.ACCOUNTANT, city=city)
    town.people["auditor"] = person(username="a7", name="秦审计", role=Role.AUDITOR, city=city)
    town.people["cashier"] = person(username="a6", name="何出纳", role=Role.CASHIER, city=city)
    slips = [issue(town, houses=[house]) for house in town.houses]
    paid = [confirm(town, slip, serial=f"P{number}") for number, slip in enumerate(slips[:2], start=1)]
    return Scene(town, [*paid, *slips[2:]])


def line(serial: str, fen: int, *, at: dt.datetime = AT, summary: str = "", counterparty: str = "") -> StatementLine:
    """A line of the bank; money that goes out is negative."""
    return StatementLine(
        serial=serial,
        at=at,
        direction=Direction.IN if fen > 0 else Direction.OUT,
        amount_fen=abs(fen),
        summary=summary,
        counterparty=counterparty,
    )


def come_in(
    scene: Scene,
    lines: Sequence[StatementLine],
    *,
    day: dt.date = TODAY,
    opening_fen: int = 0,
    at: dt.datetime | None = None,
    matched: bool = True,
) -> BankStatement:
    """A statement of the day that adds up, matched."""
    at = at or LATER
    statement = receive(
        custody_id=scene.custody.pk,
        day=day,
        opening_fen=opening_fen,
        closing_fen=opening_fen + sum(one.fen for one in lines),
        lines=lines,
        channel=Channel.API,
        at=at,
    )
    if matched:
        match(scene, at=at)
    return statement


def match(scene: Scene, *, at: dt.datetime = LATER) -> Matched:
    """The rules over everything that is open on the account."""
    return match_custody(custody_id=scene.custody.pk, at=at)

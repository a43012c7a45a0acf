"""What was paid in for a house and what of it was paid back: the measure of every refund (退款)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from upkeep.books import chart
from upkeep.ledger import api as ledger

#: The postings by which a house's money is paid in; a reversal carries the reason of what it reverses.
PAID_IN = frozenset({"deposit_confirmed", "opening_balance", "house_money_divided"})
PAID_BACK = "refund_paid"


@dataclass(frozen=True, kw_only=True)
class Deposited:
    """Sums of one house in fen. `this_year_fen`: what came in this year and has not been paid back since."""

    paid_in_fen: int
    paid_back_fen: int
    this_year_fen: int
    first_on: dt.date | None

    @property
    def left_fen(self) -> int:
        """How much of what was paid in has not been paid back."""
        return self.paid_in_fen - self.paid_back_fen


def deposited(house_id: int, *, on: dt.date) -> Deposited:
    """What was paid in for the house until now, seen on a day. Money that came with a split or merge counts as paid in
    in an earlier year: it is booked on 3001/3002.
    """
    moves = ledger.statement(house_id)
    came = [one for one in moves if one.reason in PAID_IN]
    back = [one for one in moves if one.reason == PAID_BACK]
    this_year = sum(
        one.amount_fen for one in (*came, *back) if one.code == chart.DEPOSITS and one.booked_on.year == on.year
    )
    return Deposited(
        paid_in_fen=sum(one.amount_fen for one in came),
        paid_back_fen=-sum(one.amount_fen for one in back),
        this_year_fen=max(this_year, 0),
        first_on=min((one.booked_on for one in came if one.amount_fen > 0), default=None),
    )


_EVER = (dt.date(1900, 1, 1), dt.date(2999, 12, 31))


def left_of(house_ids: Collection[int]) -> dict[int, int]:
    """Of many houses, what was paid in and not paid back since, fen by house id; those without a posting are left out.

    One query; what `deposited` says house by house.
    """
    found: dict[int, int] = {}
    for house_id, reason, in_fen, out_fen in ledger.turnover(ids=house_ids, first=_EVER[0], last=_EVER[1]):
        if reason in PAID_IN or reason == PAID_BACK:
            found[house_id] = found.get(house_id, 0) + in_fen - out_fen
    return found

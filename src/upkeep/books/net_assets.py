"""会住维03表 净资产变动表 of 财会〔2020〕7号, its detail by area, and what a figure of any statement is made of.

Right before a period close as after it: income and expense not yet carried forward stand in the net assets already.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from upkeep.books.bearing import REASON as BORNE
from upkeep.books.chart import (
    CHART,
    COMMODITY_FUND,
    DEPOSITS,
    EARNINGS,
    OTHER_EXPENSE,
    PUBLIC_FUND,
    REPAIRS,
    RETURNS,
    UNDISTRIBUTED,
    Account,
    FundKind,
)
from upkeep.books.statements import CLOSING
from upkeep.ledger import api as ledger
from upkeep.ledger.api import AccountTotal

#: What gives earnings to the houses: the templates that book 3101 or 3001/3002 then.
DISTRIBUTION = ("earnings_distributed", "earnings_allotted", "earnings_shared")
_FUNDS = (COMMODITY_FUND, PUBLIC_FUND)
_OF_HOUSES = (*_FUNDS, DEPOSITS, REPAIRS, RETURNS)
_EARNED = (UNDISTRIBUTED, *EARNINGS, OTHER_EXPENSE)


@dataclass(frozen=True, kw_only=True)
class NetAssetRow:
    """A row of 净资产变动表 in fen, credit positive."""

    label: str
    commodity_fen: int
    public_fen: int
    earnings_fen: int
    is_sum: bool = False

    @property
    def total_fen(self) -> int:
        """净资产合计."""
        return self.commodity_fen + self.public_fen + self.earnings_fen


_Column = Callable[[AccountTotal], bool]
_COLUMNS: tuple[_Column, ...] = (
    lambda t: t.code in _OF_HOUSES and t.fund == FundKind.COMMODITY,
    lambda t: t.code in _OF_HOUSES and t.fund == FundKind.PUBLIC,
    lambda t: t.code in _EARNED,
)


def net_asset_changes(
    *,
    first: dt.date,
    last: dt.date,
    area_ids: Collection[int] | None = None,
    custody_ids: Collection[int] | None = None,
) -> list[NetAssetRow]:
    """会住维03表 from the first day of a year on: opening, surplus, distributed earnings, other changes, closing."""
    where = {"area_ids": area_ids, "custody_ids": custody_ids}
    totals = ledger.totals(first=first, last=last, **where)  # type: ignore[arg-type]
    nominal = ledger.totals(first=first, last=last, without=CLOSING, **where)  # type: ignore[arg-type]
    shared = ledger.booked_as(
        DISTRIBUTION,
        codes=(UNDISTRIBUTED, *_FUNDS),
        first=first,
        last=last,
        **where,  # type: ignore[arg-type]
    )
    borne = ledger.booked_as((BORNE,), codes=_FUNDS, first=first, last=last, **where)  # type: ignore[arg-type]
    opening = [sum(-t.opening_fen for t in totals if fits(t)) for fits in _COLUMNS]
    closing = [sum(-t.closing_fen for t in totals if fits(t)) for fits in _COLUMNS]
    surplus = [
        sum(_gain(t) for t in nominal if fits(t) and t.code not in (*_FUNDS, UNDISTRIBUTED)) for fits in _COLUMNS
    ]
    carried = [sum(_gain(t) for t in borne if fits(t)) for fits in _COLUMNS]
    # Other expense that houses bear lessens their fund and not what is undistributed.
    surplus = [surplus[0] + carried[0], surplus[1] + carried[1], surplus[2] - sum(carried)]
    distributed = [sum(_gain(t) for t in shared if fits(t)) for fits in _COLUMNS]
    other = [c - o - s - d for c, o, s, d in zip(closing, opening, surplus, distributed, strict=True)]
    change = [c - o for c, o in zip(closing, opening, strict=True)]
    return [
        _row("一、上年年末余额（本年年初余额）", opening, is_sum=True),
        _row("二、本年变动金额", change, is_sum=True),
        _row("（一）本年收支差额", surplus),
        _row("（二）本年分配累计收益", distributed),
        _row("（三）其他变动", other),
        _row("三、本年年末余额", closing, is_sum=True),
    ]


def _row(label: str, columns: Sequence[int], *, is_sum: bool = False) -> NetAssetRow:
    commodity, public, earned = columns
    return NetAssetRow(label=label, commodity_fen=commodity, public_fen=public, earnings_fen=earned, is_sum=is_sum)


def _gain(total: AccountTotal) -> int:
    return total.credit_fen - total.debit_fen


@dataclass(frozen=True, kw_only=True)
class AreaChange:
    """A year of one book's maintenance fund in fen: opening + deposits + shared - repairs - returns + other = closing."""

    area_id: int
    opening_fen: int
    deposits_fen: int
    shared_fen: int
    repairs_fen: int
    returns_fen: int
    other_fen: int
    closing_fen: int


def area_changes(
    *, first: dt.date, last: dt.date, area_ids: Collection[int], custody_ids: Collection[int] | None = None
) -> list[AreaChange]:
    """净资产变动明细: the houses' money of each area, in the order of ids; areas without any are left out. Four sums."""
    where = {"area_ids": area_ids, "custody_ids": custody_ids, "per_area": True, "first": first, "last": last}
    totals = ledger.totals(**where)  # type: ignore[arg-type]
    nominal = ledger.totals(without=CLOSING, **where)  # type: ignore[arg-type]
    shared = ledger.booked_as(DISTRIBUTION, codes=_FUNDS, **where)  # type: ignore[arg-type]
    sums: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for total in totals:
        if total.code in _OF_HOUSES:
            sums[total.area_id or 0]["opening"] -= total.opening_fen
            sums[total.area_id or 0]["closing"] -= total.closing_fen
    for total in nominal:
        if total.code in (DEPOSITS, REPAIRS, RETURNS):
            sums[total.area_id or 0][total.code] += _gain(total)
    for total in shared:
        sums[total.area_id or 0]["shared"] += _gain(total)
    return [_area_change(area_id, found) for area_id, found in sorted(sums.items()) if any(found.values())]


def _area_change(area_id: int, found: defaultdict[str, int]) -> AreaChange:
    known = found[DEPOSITS] + found[REPAIRS] + found[RETURNS] + found["shared"]
    return AreaChange(
        area_id=area_id,
        opening_fen=found["opening"],
        deposits_fen=found[DEPOSITS],
        shared_fen=found["shared"],
        repairs_fen=-found[REPAIRS],
        returns_fen=-found[RETURNS],
        other_fen=found["closing"] - found["opening"] - known,
        closing_fen=found["closing"],
    )


@dataclass(frozen=True, kw_only=True)
class FigurePart:
    """What one account of one custody account adds to a figure of a statement, in fen."""

    custody_id: int
    account: Account
    fen: int


def parts_of_balance(
    codes: Sequence[str],
    *,
    on: dt.date,
    debit: bool,
    fund: FundKind | None = None,
    area_ids: Collection[int] | None = None,
    custody_ids: Collection[int] | None = None,
) -> list[FigurePart]:
    """The accounts that make up a figure of 会住维01表 at the end of a day: their sum is the figure."""
    totals = ledger.totals(first=on, last=on, area_ids=area_ids, custody_ids=custody_ids)
    return _parts([(t, t.closing_fen) for t in totals], codes, debit=debit, fund=fund)


def parts_of_turnover(
    codes: Sequence[str],
    *,
    first: dt.date,
    last: dt.date,
    debit: bool,
    fund: FundKind | None = None,
    area_ids: Collection[int] | None = None,
    custody_ids: Collection[int] | None = None,
) -> list[FigurePart]:
    """The accounts that make up a figure of 会住维02表, without what the period close carried forward."""
    totals = ledger.totals(first=first, last=last, area_ids=area_ids, custody_ids=custody_ids, without=CLOSING)
    return _parts([(t, t.debit_fen - t.credit_fen) for t in totals], codes, debit=debit, fund=fund)


def _parts(
    amounts: Sequence[tuple[AccountTotal, int]], codes: Sequence[str], *, debit: bool, fund: FundKind | None
) -> list[FigurePart]:
    return [
        FigurePart(custody_id=total.custody_id, account=CHART[total.code], fen=fen if debit else -fen)
        for total, fen in amounts
        if total.code in codes and fund in (None, total.fund) and fen
    ]

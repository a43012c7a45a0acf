"""Statements (会计报表) of 财会〔2020〕7号 and the owner's sub-account statement, right before a period close as after it.

A set of books belongs to a custody account, so the columns 商品住宅 and 公有住房 come from the custody accounts' own kind.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from upkeep.books.chart import (
    BANK,
    BONDS,
    CHART,
    COMMODITY_FUND,
    DEPOSITS,
    EARNINGS,
    IN_TRANSIT,
    OTHER_EXPENSE,
    PAYABLE_FOR_LOST_HOUSES,
    PETTY_CASH,
    PUBLIC_FUND,
    REPAIRS,
    RETURNS,
    TERM_DEPOSITS,
    UNDISTRIBUTED,
    Account,
    FundKind,
)
from upkeep.ledger import api as ledger
from upkeep.ledger.api import AccountTotal, Movement

#: The templates of the period close: income and expense statements look through them.
CLOSING = ("income_carried_forward", "expenses_carried_forward", "other_expense_borne")
_ALL = None


@dataclass(frozen=True, kw_only=True)
class Columns:
    """One figure for each kind of fund."""

    commodity_fen: int
    public_fen: int

    @property
    def total_fen(self) -> int:
        """合计."""
        return self.commodity_fen + self.public_fen


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """A row of a statement: `first` is 年初余额 or 本期数, `second` 期末余额 or 本年累计数; a sum has the codes of its parts.

    Its figures are debit less credit where it is `debit`, credit less debit elsewhere; `only` the books of one fund count.
    """

    label: str
    first: Columns
    second: Columns
    codes: tuple[str, ...] = ()
    is_sum: bool = False
    debit: bool = False
    only: FundKind | None = None


@dataclass(frozen=True, kw_only=True)
class TrialRow:
    """An account in the trial balance (试算平衡表): balances on the side where they stand, turnover on both."""

    account: Account
    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def closing_fen(self) -> int:
        """Debit positive."""
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True, kw_only=True)
class HouseStatement:
    """A house's sub-account statement (分户对账单)."""

    house_id: int
    movements: Sequence[Movement]
    balance_fen: int
    held_fen: int


def trial_balance(
    *,
    first: dt.date,
    last: dt.date,
    area_ids: Collection[int] | None = _ALL,
    custody_ids: Collection[int] | None = _ALL,
) -> list[TrialRow]:
    """Every account with a balance or turnover; opening, debit less credit, and closing each sum to zero."""
    by_code: dict[str, list[AccountTotal]] = {}
    for total in ledger.totals(first=first, last=last, area_ids=area_ids, custody_ids=custody_ids):
        by_code.setdefault(total.code, []).append(total)
    return [
        TrialRow(
            account=CHART[code],
            opening_fen=sum(total.opening_fen for total in totals),
            debit_fen=sum(total.debit_fen for total in totals),
            credit_fen=sum(total.credit_fen for total in totals),
        )
        for code, totals in sorted(by_code.items())
    ]


# What stands in a row, on its own side, before the period close as after it: income and expense not yet carried forward
# belong to the net assets they will be carried to.
_ASSETS = (("银行存款", (BANK, TERM_DEPOSITS, IN_TRANSIT)), ("国债投资", (BONDS,)), ("备用金", (PETTY_CASH,)))
_LIABILITIES = (("应付房屋灭失返还资金", (PAYABLE_FOR_LOST_HOUSES,)),)
_UNCLOSED_OF_HOUSES = (DEPOSITS, REPAIRS, RETURNS)
_EARNED = (UNDISTRIBUTED, *EARNINGS, OTHER_EXPENSE)
_INCOME = (DEPOSITS, *EARNINGS)
_EXPENSES = (REPAIRS, RETURNS, OTHER_EXPENSE)


def balance_sheet(
    *, on: dt.date, area_ids: Collection[int] | None = _ALL, custody_ids: Collection[int] | None = _ALL
) -> list[StatementRow]:
    """会住维01表 资产负债表: 年初余额 and 期末余额, assets equal to liabilities and net assets in every column."""
    totals = ledger.totals(first=on.replace(month=1, day=1), last=on, area_ids=area_ids, custody_ids=custody_ids)

    def row(label: str, codes: Sequence[str], *, debit: bool, only: FundKind | None = None) -> StatementRow:
        sign = 1 if debit else -1
        kept = [t for t in totals if t.code in codes and only in (None, t.fund)]
        opening = _columns([(t.fund, sign * t.opening_fen) for t in kept])
        return StatementRow(
            label=label,
            codes=tuple(codes),
            first=opening,
            second=_columns([(t.fund, sign * t.closing_fen) for t in kept]),
            debit=debit,
            only=only,
        )

    assets = [row(label, codes, debit=True) for label, codes in _ASSETS]
    liabilities = [row(label, codes, debit=False) for label, codes in _LIABILITIES]
    net = [
        row("商品住宅维修资金", (COMMODITY_FUND, *_UNCLOSED_OF_HOUSES), debit=False, only=FundKind.COMMODITY),
        row("已售公有住房维修资金", (PUBLIC_FUND, *_UNCLOSED_OF_HOUSES), debit=False, only=FundKind.PUBLIC),
        row("待分配累计收益", _EARNED, debit=False),
    ]
    return [
        *(*assets, _sum_of("资产总计", assets)),
        *(*liabilities, _sum_of("负债合计", liabilities)),
        *(*net, _sum_of("净资产合计", net)),
        _sum_of("负债和净资产总计", [*liabilities, *net]),
    ]


def income_expense(
    *,
    first: dt.date,
    last: dt.date,
    beside: tuple[dt.date, dt.date] | None = None,
    area_ids: Collection[int] | None = _ALL,
    custody_ids: Collection[int] | None = _ALL,
) -> list[StatementRow]:
    """会住维02表 收支表: 本期数 and 本年累计数 (or what was in the period `beside` it), before the period close as after it."""
    periods = [
        ledger.totals(first=since, last=until, area_ids=area_ids, custody_ids=custody_ids, without=CLOSING)
        for since, until in ((first, last), beside or (last.replace(month=1, day=1), last))
    ]

    def row(code: str, sign: int) -> StatementRow:
        period, year = (
            _columns([(t.fund, sign * (t.debit_fen - t.credit_fen)) for t in totals if t.code == code])
            for totals in periods
        )
        return StatementRow(label=CHART[code].name, codes=(code,), first=period, second=year, debit=sign > 0)

    income = [row(code, -1) for code in _INCOME]
    expenses = [row(code, 1) for code in _EXPENSES]
    received, spent = _sum_of("收入合计", income), _sum_of("支出合计", expenses)
    return [*income, received, *expenses, spent, _less("本期收支差额", received, spent)]


def house_statement(house_id: int) -> HouseStatement:
    """Every movement of the house's money with the balance after it, and what is held now."""
    balance = ledger.balances([house_id]).get(house_id)
    return HouseStatement(
        house_id=house_id,
        movements=ledger.statement(house_id),
        balance_fen=balance.balance_fen if balance else 0,
        held_fen=balance.held_fen if balance else 0,
    )


def _columns(amounts: Sequence[tuple[str, int]]) -> Columns:
    return Columns(
        commodity_fen=sum(fen for fund, fen in amounts if fund == FundKind.COMMODITY),
        public_fen=sum(fen for fund, fen in amounts if fund == FundKind.PUBLIC),
    )


def _sum_of(label: str, rows: Sequence[StatementRow]) -> StatementRow:
    first, second = (
        Columns(commodity_fen=sum(c.commodity_fen for c in columns), public_fen=sum(c.public_fen for c in columns))
        for columns in ([row.first for row in rows], [row.second for row in rows])
    )
    codes = tuple(dict.fromkeys(code for row in rows for code in row.codes))
    return StatementRow(
        label=label, first=first, second=second, codes=codes, is_sum=True, debit=all(row.debit for row in rows)
    )


def _less(label: str, received: StatementRow, spent: StatementRow) -> StatementRow:
    first, second = (
        Columns(commodity_fen=a.commodity_fen - b.commodity_fen, public_fen=a.public_fen - b.public_fen)
        for a, b in ((received.first, spent.first), (received.second, spent.second))
    )
    return StatementRow(label=label, first=first, second=second, codes=(*received.codes, *spent.codes), is_sum=True)

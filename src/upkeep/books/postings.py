"""Posting templates (分录模板): what each event books, one function each, to be read against 财会〔2020〕7号.

`amounts` maps house id -> fen, all positive: each house's line carries its sub-account (分户账). The account of a unit that
sold public housing (售房单位分账) stands beside the houses under its own id, in every template alike. `source` names the
event (`bank:ICBC:000123`); the same event again books nothing and returns the first entry's id. Every function raises
Refusal when the money, the period or the source does not allow it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from upkeep.books import carrying, chart
from upkeep.books.chart import FundKind
from upkeep.books.errors import in_words
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Entry, Line

Amounts = Mapping[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Deposit:
    """What a bank confirmed for the houses of one area: one entry."""

    area_id: int
    custody_id: int
    fund_kind: FundKind
    amounts: Amounts
    source: str
    booked_on: dt.date


# --- money coming in -------------------------------------------------------------------------------------------------


def deposit_confirmed(
    *, area_id: int, custody_id: int, fund_kind: FundKind, amounts: Amounts, source: str, booked_on: dt.date
) -> int:
    """收到交存: 借 1001 银行存款, 贷 4001 交存收入 (分户增加)."""
    deposit = Deposit(
        area_id=area_id,
        custody_id=custody_id,
        fund_kind=fund_kind,
        amounts=amounts,
        source=source,
        booked_on=booked_on,
    )
    return deposits_confirmed([deposit])[0]


def deposits_confirmed(deposits: Sequence[Deposit]) -> list[int]:
    """收到交存, a bank file over many areas in one statement: 借 1001 银行存款, 贷 4001 交存收入 (分户增加)."""
    entries = [
        _entry(
            "deposit_confirmed",
            (d.area_id, d.fund_kind, d.source, d.booked_on),
            [
                _debit(d.custody_id, chart.BANK, _sum(d.amounts)),
                *_houses_gain(d.custody_id, chart.DEPOSITS, d.amounts),
            ],
        )
        for d in deposits
    ]
    with in_words():
        return ledger.post_many(entries)


def opening_balance(
    *, area_id: int, custody_id: int, fund_kind: FundKind, amounts: Amounts, source: str, booked_on: dt.date
) -> int:
    """期初建账: 借 1001 银行存款, 贷 3001/3002 维修资金 (分户增加)."""
    lines = [
        _debit(custody_id, chart.BANK, _sum(amounts)),
        *_houses_gain(custody_id, fund_kind.net_asset, amounts),
    ]
    return _post("opening_balance", (area_id, fund_kind, source, booked_on), lines)


def interest_received(
    *, area_id: int, custody_id: int, fund_kind: FundKind, fen: int, source: str, booked_on: dt.date
) -> int:
    """存款利息入账: 借 1001 银行存款, 贷 4101 存款利息收入."""
    return _post("interest_received", (area_id, fund_kind, source, booked_on), _pair(custody_id, "1001", "4101", fen))


def other_income(
    *, area_id: int, custody_id: int, fund_kind: FundKind, code: str, fen: int, source: str, booked_on: dt.date
) -> int:
    """经营、处置、其他收入: 借 1001 银行存款, 贷 4201/4301/4901."""
    if code not in (chart.OPERATING_INCOME, chart.DISPOSAL_INCOME, chart.OTHER_INCOME):
        raise ValueError(f"{code} is no account of other income")
    return _post("other_income", (area_id, fund_kind, source, booked_on), _pair(custody_id, "1001", code, fen))


# --- money going out -------------------------------------------------------------------------------------------------


def repair_paid(
    *, area_id: int, custody_id: int, fund_kind: FundKind, amounts: Amounts, source: str, booked_on: dt.date
) -> int:
    """维修拨付: 借 5001 维修支出 (分户减少), 贷 1001 银行存款."""
    lines = [*_houses_lose(custody_id, chart.REPAIRS, amounts), _credit(custody_id, chart.BANK, _sum(amounts))]
    return _post("repair_paid", (area_id, fund_kind, source, booked_on), lines)


def repair_cleared_back(
    *,
    area_id: int,
    custody_id: int,
    fund_kind: FundKind,
    amounts: Amounts,
    source: str,
    booked_on: dt.date,
    paid_in_earlier_year: bool = False,
) -> int:
    """工程清退: 借 1001 银行存款, 贷 5001 维修支出; 以前年度拨付的贷 3001/3002 (分户增加)."""
    code = fund_kind.net_asset if paid_in_earlier_year else chart.REPAIRS
    lines = [_debit(custody_id, chart.BANK, _sum(amounts)), *_houses_gain(custody_id, code, amounts)]
    return _post("repair_cleared_back", (area_id, fund_kind, source, booked_on), lines)


def refund_paid(
    *,
    area_id: int,
    custody_id: int,
    fund_kind: FundKind,
    amounts: Amounts,
    source: str,
    booked_on: dt.date,
    deposited_in_earlier_year: bool = False,
) -> int:
    """退回交存: 借 4001 交存收入, 以前年度交存的借 3001/3002 (分户减少); 贷 1001 银行存款."""
    code = fund_kind.net_asset if deposited_in_earlier_year else chart.DEPOSITS
    lines = [*_houses_lose(custody_id, code, amounts), _credit(custody_id, chart.BANK, _sum(amounts))]
    return _post("refund_paid", (area_id, fund_kind, source, booked_on), lines)


def loss_recognised(
    *, area_id: int, custody_id: int, fund_kind: FundKind, amounts: Amounts, source: str, booked_on: dt.date
) -> int:
    """房屋灭失, 确认应返还: 借 5101 返还支出 (分户减少), 贷 2001 应付房屋灭失返还资金."""
    lines = [
        *_houses_lose(custody_id, chart.RETURNS, amounts),
        _credit(custody_id, chart.PAYABLE_FOR_LOST_HOUSES, _sum(amounts)),
    ]
    return _post("loss_recognised", (area_id, fund_kind, source, booked_on), lines)


def loss_paid(*, area_id: int, custody_id: int, fund_kind: FundKind, fen: int, source: str, booked_on: dt.date) -> int:
    """支付返还: 借 2001 应付房屋灭失返还资金, 贷 1001 银行存款."""
    return _post("loss_paid", (area_id, fund_kind, source, booked_on), _pair(custody_id, "2001", "1001", fen))


def balance_returned(
    *, area_id: int, custody_id: int, fund_kind: FundKind, amounts: Amounts, source: str, booked_on: dt.date
) -> int:
    """注销或灭失, 确认与支付同时: 借 5101 返还支出 (分户减少), 贷 1001 银行存款."""
    lines = [*_houses_lose(custody_id, chart.RETURNS, amounts), _credit(custody_id, chart.BANK, _sum(amounts))]
    return _post("balance_returned", (area_id, fund_kind, source, booked_on), lines)


def other_expense(
    *, area_id: int, custody_id: int, fund_kind: FundKind, fen: int, source: str, booked_on: dt.date
) -> int:
    """手续费等: 借 5901 其他支出, 贷 1001 银行存款."""
    return _post("other_expense", (area_id, fund_kind, source, booked_on), _pair(custody_id, "5901", "1001", fen))


# --- petty cash, bonds, and between custody accounts -----------------------------------------------------------------


def petty_cash_drawn(
    *, area_id: int, custody_id: int, fund_kind: FundKind, fen: int, source: str, booked_on: dt.date
) -> int:
    """提取备用金: 借 1201 备用金, 贷 1001 银行存款."""
    return _post("petty_cash_drawn", (area_id, fund_kind, source, booked_on), _pair(custody_id, "1201", "1001", fen))


def petty_cash_returned(
    *, area_id: int, custody_id: int, fund_kind: FundKind, fen: int, source: str, booked_on: dt.date
) -> int:
    """退回备用金: 借 1001 银行存款, 贷 1201 备用金."""
    return _post(
        "petty_cash_returned", (area_id, fund_kind, source, booked_on), _pair(custody_id, "1001", "1201", fen)
    )


def repair_paid_in_cash(
    *, area_id: int, custody_id: int, fund_kind: FundKind, amounts: Amounts, source: str, booked_on: dt.date
) -> int:
    """备用金付维修: 借 5001 维修支出 (分户减少), 贷 1201 备用金."""
    lines = [*_houses_lose(custody_id, chart.REPAIRS, amounts), _credit(custody_id, chart.PETTY_CASH, _sum(amounts))]
    return _post("repair_paid_in_cash", (area_id, fund_kind, source, booked_on), lines)


def bonds_bought(
    *, area_id: int, custody_id: int, fund_kind: FundKind, fen: int, source: str, booked_on: dt.date
) -> int:
    """购买国债: 借 1101 国债投资, 贷 1001 银行存款."""
    return _post("bonds_bought", (area_id, fund_kind, source, booked_on), _pair(custody_id, "1101", "1001", fen))


def bonds_matured(
    *,
    area_id: int,
    custody_id: int,
    fund_kind: FundKind,
    principal_fen: int,
    interest_fen: int,
    source: str,
    booked_on: dt.date,
) -> int:
    """国债到期: 借 1001 银行存款, 贷 1101 国债投资 (本金)、4102 国债利息收入 (利息)."""
    lines = [
        _debit(custody_id, chart.BANK, principal_fen + interest_fen),
        _credit(custody_id, chart.BONDS, principal_fen),
        *([_credit(custody_id, chart.BOND_INTEREST, interest_fen)] if interest_fen else []),
    ]
    return _post("bonds_matured", (area_id, fund_kind, source, booked_on), lines)


def transfer_sent(
    *, area_id: int, custody_id: int, fund_kind: FundKind, fen: int, source: str, booked_on: dt.date
) -> int:
    """专户之间划转, 转出: 借 100199 划转在途, 贷 1001 银行存款."""
    return _post("transfer_sent", (area_id, fund_kind, source, booked_on), _pair(custody_id, "100199", "1001", fen))


def transfer_arrived(
    *,
    area_id: int,
    from_custody_id: int,
    to_custody_id: int,
    fund_kind: FundKind,
    amounts: Amounts,
    source: str,
    booked_on: dt.date,
) -> int:
    """专户之间划转, 转入: 新专户借 1001 贷 3001/3002, 旧专户借 3001/3002 贷 100199 (分户随专户转移, 余额不变)."""
    total = _sum(amounts)
    lines = [
        *_houses_lose(from_custody_id, fund_kind.net_asset, amounts),
        _credit(from_custody_id, chart.IN_TRANSIT, total),
        _debit(to_custody_id, chart.BANK, total),
        *_houses_gain(to_custody_id, fund_kind.net_asset, amounts),
    ]
    return _post("transfer_arrived", (area_id, fund_kind, source, booked_on), lines)


# --- houses that become others ---------------------------------------------------------------------------------------


def house_money_divided(
    *, area_id: int, custody_id: int, fund_kind: FundKind, old: Amounts, new: Amounts, source: str, booked_on: dt.date
) -> int:
    """房屋拆分合并: 借 3001/3002 (原房屋分户减少), 贷 3001/3002 (新房屋分户增加); 总账余额不变."""
    if _sum(old) != _sum(new):
        raise ValueError("the new houses must be given exactly what is taken from the old ones")
    code = fund_kind.net_asset
    lines = [*_houses_lose(custody_id, code, old), *_houses_gain(custody_id, code, new)]
    return _post("house_money_divided", (area_id, fund_kind, source, booked_on), lines)


# --- earnings and the period close -----------------------------------------------------------------------------------


def earnings_distributed(
    *, area_id: int, custody_id: int, fund_kind: FundKind, amounts: Amounts, source: str, booked_on: dt.date
) -> int:
    """收益分配到户: 借 3101 待分配累计收益, 贷 3001/3002 维修资金 (分户增加)."""
    lines = [
        _debit(custody_id, chart.UNDISTRIBUTED, _sum(amounts)),
        *_houses_gain(custody_id, fund_kind.net_asset, amounts),
    ]
    return _post("earnings_distributed", (area_id, fund_kind, source, booked_on), lines)


def income_carried_forward(
    *,
    area_id: int,
    custody_id: int,
    fund_kind: FundKind,
    unclosed: Mapping[str, int],
    source: str,
    booked_on: dt.date,
) -> int:
    """期末结转收入: 借 4001 贷 3001/3002; 借 4101、4102、4201、4301、4901 贷 3101.

    `unclosed` maps income code -> fen not yet carried forward (credit positive), see `closing.unclosed`.
    """
    lines = carrying.income_lines(custody_id=custody_id, fund_kind=fund_kind, unclosed=unclosed)
    return _post("income_carried_forward", (area_id, fund_kind, source, booked_on), lines)


def expenses_carried_forward(
    *,
    area_id: int,
    custody_id: int,
    fund_kind: FundKind,
    unclosed: Mapping[str, int],
    source: str,
    booked_on: dt.date,
    other_expense_borne_by: Amounts | None = None,
) -> int:
    """期末结转支出: 借 3001/3002 贷 5001、5101; 借 3101 贷 5901.

    `unclosed` maps expense code -> fen not yet carried forward (debit positive). Where a city carries 5901 to
    3001/3002, `other_expense_borne_by` says which houses bear it (分户减少): the sub-accounts must not be left behind.
    """
    lines = carrying.expense_lines(
        custody_id=custody_id, fund_kind=fund_kind, unclosed=unclosed, other_expense_borne_by=other_expense_borne_by
    )
    return _post("expenses_carried_forward", (area_id, fund_kind, source, booked_on), lines)


# --- corrections -----------------------------------------------------------------------------------------------------


def entry_reversed(*, entry_id: int, source: str, booked_on: dt.date) -> int:
    """红字冲销: the exact mirror of an entry, once; for what was booked by mistake."""
    with in_words():
        return ledger.reverse(entry_id=entry_id, source=source, booked_on=booked_on)


def deposit_reversed(*, entry_id: int, source: str, booked_on: dt.date) -> int:
    """交存冲正 (银行撤销确认): the mirror of `deposit_confirmed`, 借 4001 交存收入 (分户减少), 贷 1001 银行存款."""
    if ledger.entry(entry_id).reason != "deposit_confirmed":
        raise ValueError(f"entry {entry_id} is no deposit")
    return entry_reversed(entry_id=entry_id, source=source, booked_on=booked_on)


# --- the words above in lines ----------------------------------------------------------------------------------------

_Head = tuple[int, FundKind, str, dt.date]


def _entry(reason: str, head: _Head, lines: Sequence[Line]) -> Entry:
    area_id, fund_kind, source, booked_on = head
    return Entry(area_id=area_id, source=source, reason=reason, fund=fund_kind.value, booked_on=booked_on, lines=lines)


def _post(reason: str, head: _Head, lines: Sequence[Line]) -> int:
    with in_words():
        return ledger.post(_entry(reason, head, lines))


def _sum(amounts: Amounts) -> int:
    """The total of the houses' amounts.

    Raises: ValueError when there is none or one is not positive (a bug of the caller).
    """
    if not amounts or min(amounts.values()) <= 0:
        raise ValueError("every house's amount must be a positive number of fen, and there must be one")
    return sum(amounts.values())


def _debit(custody_id: int, code: str, fen: int) -> Line:
    return Line(custody_id, code, fen, 0)


def _credit(custody_id: int, code: str, fen: int) -> Line:
    return Line(custody_id, code, 0, fen)


def _pair(custody_id: int, debit: str, credit: str, fen: int) -> list[Line]:
    return [_debit(custody_id, debit, fen), _credit(custody_id, credit, fen)]


def _houses_gain(custody_id: int, code: str, amounts: Amounts) -> Iterable[Line]:
    return [Line(custody_id, code, 0, fen, house_id) for house_id, fen in sorted(amounts.items())]


def _houses_lose(custody_id: int, code: str, amounts: Amounts) -> Iterable[Line]:
    return [Line(custody_id, code, fen, 0, house_id) for house_id, fen in sorted(amounts.items())]

"""控制检查: the control formulas of a city's books, both sides in figures, as the page shows them and a close demands them.

A control is one function registered by `control`; packages whose books have controls of their own register more.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from upkeep.banking.custody_books import custodies_of
from upkeep.banking.models import CustodyAccount
from upkeep.books import controls as figures
from upkeep.books.controls import CustodyFigures
from upkeep.estate.models import Area
from upkeep.kernel.money import yuan
from upkeep.parties.queries import within
from upkeep.reconciliation.adjustment import adjustment
from upkeep.treasury.models import Payout, PayoutState


@dataclass(frozen=True, kw_only=True)
class ControlRow:
    """One comparison: for what, both sides in fen, and whether it holds. `note` says where to look when it does not.

    Where there is nothing to compare with, it neither holds nor fails (`is_compared`).
    """

    subject: str
    left_fen: int
    right_fen: int
    holds: bool
    note: str = ""
    is_compared: bool = True

    @property
    def off_fen(self) -> int:
        return self.left_fen - self.right_fen


@dataclass(frozen=True, kw_only=True)
class Control:
    """A control formula with its comparisons."""

    code: str
    title: str
    left: str
    right: str
    rows: tuple[ControlRow, ...]

    @property
    def holds(self) -> bool:
        """Nothing contradicts it."""
        return all(row.holds for row in self.rows)

    @property
    def is_compared(self) -> bool:
        """Whether both sides were there for every row: only then does it say anything that it holds."""
        return bool(self.rows) and all(row.is_compared for row in self.rows)


@dataclass(frozen=True)
class Books:
    """What controls look at: a city's books on a day, read once for all of them."""

    jurisdiction_id: int
    on: dt.date
    book_ids: Sequence[int]
    custodies: dict[int, CustodyAccount]
    of_custody: Sequence[CustodyFigures]

    def name_of(self, custody_id: int) -> str:
        found = self.custodies.get(custody_id)
        return f"{found.name}（{found.number[-4:]}）" if found else "其他专户"


Made = Callable[[Books], Control]
_CONTROLS: list[Made] = []


def control(function: Made) -> Made:
    """Register a control; they are shown in the order of registration."""
    _CONTROLS.append(function)
    return function


def books_on(*, jurisdiction_id: int, book_ids: Sequence[int], on: dt.date) -> Books:
    """The books of a city as they stand at the end of a day."""
    custodies = {one.pk: one for one in custodies_of(jurisdiction_id)}
    return Books(jurisdiction_id, on, book_ids, custodies, figures.figures_of(area_ids=book_ids, on=on))


def controls_of(books: Books) -> list[Control]:
    """Every control formula with its figures. The number of queries does not grow with the city."""
    return [make(books) for make in _CONTROLS]


def _by_custody(books: Books, sides: Callable[[CustodyFigures], tuple[int, int]]) -> tuple[ControlRow, ...]:
    rows = []
    for one in books.of_custody:
        left, right = sides(one)
        rows.append(
            ControlRow(subject=books.name_of(one.custody_id), left_fen=left, right_fen=right, holds=left == right)
        )
    return tuple(rows)


@control
def trial_balance(books: Books) -> Control:
    """试算平衡."""
    return Control(
        code="C1",
        title="试算平衡",
        left="借方发生额合计",
        right="贷方发生额合计",
        rows=_by_custody(books, lambda one: (one.debit_fen, one.credit_fen)),
    )


@control
def accounting_equation(books: Books) -> Control:
    """资产 = 负债 + 净资产 (unclosed income and expense among the net assets)."""
    return Control(
        code="C2",
        title="资产等于负债加净资产",
        left="银行存款、国债、备用金",
        right="负债、净资产及未结转收支",
        rows=_by_custody(books, lambda one: (one.assets_fen, one.liabilities_fen + one.net_assets_fen)),
    )


@control
def sub_accounts(books: Books) -> Control:
    """净资产 (3001 + 3002, with what is not carried forward) ↔ Σ分户账, now; areas that differ are named."""
    ids = books.book_ids
    left = figures.house_money_total(area_ids=ids)
    right = figures.sub_account_total(area_ids=ids)
    off = figures.areas_off(area_ids=ids)
    names = dict(Area.objects.filter(pk__in=[one.area_id for one in off]).values_list("pk", "name"))
    rows = [
        ControlRow(subject="全部物业区域（当前）", left_fen=left, right_fen=right, holds=left == right and not off)
    ]
    rows += [
        ControlRow(
            subject=names.get(one.area_id, "专户账簿"),
            left_fen=one.control_fen,
            right_fen=one.sub_accounts_fen,
            holds=False,
        )
        for one in off
    ]
    return Control(
        code="C3",
        title="维修资金等于分户账合计",
        left="3001、3002 及未结转交存、支出",
        right="分户余额合计",
        rows=tuple(rows),
    )


@control
def payable_for_lost_houses(books: Books) -> Control:
    """2001 ↔ what is owed for lost houses and not paid yet, now."""
    unpaid = Payout.objects.filter(jurisdiction_id__in=within(books.jurisdiction_id)).exclude(state=PayoutState.PAID)
    right = unpaid.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    now = figures.figures_of(area_ids=books.book_ids, on=dt.date(9999, 12, 31))
    left = sum(one.payable_fen for one in now)
    row = ControlRow(subject="全部物业区域（当前）", left_fen=left, right_fen=right, holds=left == right)
    return Control(
        code="C4",
        title="应付房屋灭失返还资金等于待返还登记",
        left="2001 应付房屋灭失返还资金",
        right="注销、灭失返还中未付的金额",
        rows=(row,),
    )


@control
def in_transit(books: Books) -> Control:
    """专户划转在途 returns to zero, over the accounts of the city together."""
    rows = tuple(
        ControlRow(
            subject=books.name_of(one.custody_id),
            left_fen=one.in_transit_fen,
            right_fen=0,
            holds=one.in_transit_fen == 0,
            note="划出后对方专户尚未到账，请核对划转记录",
        )
        for one in books.of_custody
        if one.in_transit_fen
    )
    nothing = (ControlRow(subject="全部专户", left_fen=0, right_fen=0, holds=True),)
    return Control(code="C5", title="专户划转在途为零", left="100199 专户划转在途", right="应为", rows=rows or nothing)


@control
def money_not_below_zero(books: Books) -> Control:
    """银行存款、国债投资、备用金 never below zero."""
    rows = tuple(
        ControlRow(
            subject=books.name_of(one.custody_id),
            left_fen=one.assets_fen,
            right_fen=max(one.assets_fen, 0),
            holds=not one.below_zero,
            note="、".join(one.below_zero) and f"{'、'.join(one.below_zero)}出现贷方余额，应为借方余额或零",
        )
        for one in books.of_custody
    )
    return Control(code="C6", title="货币资金不为负", left="资产余额", right="不小于零", rows=rows)


def _against_statement(books: Books, custody: CustodyAccount) -> ControlRow | None:
    """None for an account that is closed and of which the bank says nothing any more."""
    found, subject = adjustment(custody, day=books.on), books.name_of(custody.pk)
    if found is None and not custody.is_active:
        return None
    if found is None:
        note = "当日没有银行对账单，请在银行对账中上传后再核对"
        return ControlRow(subject=subject, left_fen=0, right_fen=0, holds=True, note=note, is_compared=False)
    return ControlRow(
        subject=subject,
        left_fen=found.book_adjusted_fen,
        right_fen=found.bank_adjusted_fen,
        holds=found.is_even,
        note="" if found.is_even else "余额调节后仍不一致，请核对银行存款余额调节表",
    )


@control
def bank_statements(books: Books) -> Control:
    """1001 ↔ 银行对账单: the balances of both sides after what only one of them has, where there is a statement of the day."""
    rows = tuple(row for custody in books.custodies.values() if (row := _against_statement(books, custody)))
    return Control(code="C7", title="银行存款等于银行对账单", left="调节后账面余额", right="调节后银行余额", rows=rows)


def sentence_of(broken: Control) -> str:
    """What does not hold, in a sentence."""
    row = next(one for one in broken.rows if not one.holds)
    more = sum(not one.holds for one in broken.rows) - 1
    others = f"，另有 {more} 项" if more else ""
    return f"{broken.title}不成立：{row.subject}相差 {yuan(abs(row.off_fen))} 元{others}{'；' + row.note if row.note else ''}"

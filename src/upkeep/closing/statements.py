"""会计报表: the three statements of 财会〔2020〕7号 and their detail, as page, workbook and PDF alike show them.

A `Sheet` is headings and rows of fen; every figure of it names what it is made of (`Figure`), so that a reader can go down to
the entries.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from upkeep.banking.custody_books import books_of
from upkeep.books import net_assets, statements
from upkeep.books.chart import FundKind
from upkeep.books.net_assets import FigurePart, NetAssetRow
from upkeep.books.statements import Columns, StatementRow
from upkeep.closing.periods import Period
from upkeep.estate.models import Area


class StatementKind(StrEnum):
    """Which statement."""

    BALANCE = "balance"
    INCOME = "income"
    NET_ASSETS = "net-assets"
    DETAIL = "detail"


TITLES = {
    StatementKind.BALANCE: ("会住维01表", "资产负债表"),
    StatementKind.INCOME: ("会住维02表", "收支表"),
    StatementKind.NET_ASSETS: ("会住维03表", "净资产变动表"),
    StatementKind.DETAIL: ("会住维03表附表", "净资产变动明细表"),
}
_FUND_HEADS = ("商品住宅", "公有住房", "合计")
_FUNDS = (FundKind.COMMODITY, FundKind.PUBLIC, None)
_DETAIL_HEADS = ("年初余额", "交存收入", "分配收益", "维修支出", "返还支出", "其他变动", "期末余额")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose books a statement is over: those of a city or district, of one area, or of one custody account (专户)."""

    jurisdiction_id: int
    custody_id: int | None = None
    area_id: int | None = None

    @property
    def books(self) -> list[int]:
        return books_of(self.jurisdiction_id) if self.area_id is None else [self.area_id]

    @property
    def custodies(self) -> list[int] | None:
        return None if self.custody_id is None else [self.custody_id]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What a cell is made of: these accounts in the books of a fund, booked in a period or standing at its end."""

    codes: tuple[str, ...]
    fund: FundKind | None
    debit: bool
    first: dt.date
    last: dt.date
    standing: bool


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """A row: line number (行次, 0 for a heading), label, figures in fen, and what each is made of where that can be told."""

    number: int
    label: str
    cells: tuple[int, ...] = ()
    is_sum: bool = False
    figures: tuple[Figure | None, ...] = ()
    indent: bool = False
    area_id: int = 0


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One statement of one period. `groups`: heads that stand over the columns, each with its columns."""

    kind: StatementKind
    period: Period
    first_head: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[SheetRow, ...]

    @property
    def code(self) -> str:
        """会住维01表."""
        return TITLES[self.kind][0]

    @property
    def title(self) -> str:
        """资产负债表."""
        return TITLES[self.kind][1]

    @property
    def when(self) -> str:
        """The balance sheet stands on a day, the others over a period."""
        if self.kind is StatementKind.BALANCE:
            last = self.period.last
            return f"{last.year}年{last.month}月{last.day}日"
        if self.kind in (StatementKind.NET_ASSETS, StatementKind.DETAIL) and not self.period.is_year:
            return f"{self.period.year}年1月至{self.period.month}月"
        return self.period.label


def sheet_of(kind: StatementKind, *, scope: Scope, period: Period) -> Sheet:
    """The statement of a period. A constant number of queries whatever the city's size."""
    return _MAKERS[kind](scope, period)


def _balance(scope: Scope, period: Period) -> Sheet:
    rows = statements.balance_sheet(on=period.last, area_ids=scope.books, custody_ids=scope.custodies)
    year_before = period.begin_of_year - dt.timedelta(days=1)

    def figures(row: StatementRow) -> tuple[Figure | None, ...]:
        ends = ((year_before.replace(month=1, day=1), year_before), (period.begin_of_year, period.last))
        return tuple(
            Figure(codes=row.codes, fund=row.only or fund, debit=row.debit, first=first, last=last, standing=True)
            if row.only is None or fund in (None, row.only)
            else None
            for first, last in ends
            for fund in _FUNDS
        )

    return Sheet(
        kind=StatementKind.BALANCE,
        period=period,
        first_head="项目",
        groups=(("年初余额", _FUND_HEADS), ("期末余额", _FUND_HEADS)),
        rows=tuple(
            SheetRow(
                number=number,
                label=row.label,
                cells=(*_cells(row.first), *_cells(row.second)),
                is_sum=row.is_sum,
                figures=figures(row),
                indent=not row.is_sum,
            )
            for number, row in enumerate(rows, start=1)
        ),
    )


def _income(scope: Scope, period: Period) -> Sheet:
    """月: 本月数 and 本年累计数; 年: 本年数 and 上年数."""
    if period.is_year:
        heads, beside = ("本年数", "上年数"), (period.last_year().first, period.last_year().last)
    else:
        heads, beside = ("本月数", "本年累计数"), (period.begin_of_year, period.last)
    rows = statements.income_expense(
        first=period.first, last=period.last, beside=beside, area_ids=scope.books, custody_ids=scope.custodies
    )

    def figures(row: StatementRow) -> tuple[Figure, ...]:
        return tuple(
            Figure(codes=row.codes, fund=fund, debit=row.debit, first=first, last=last, standing=False)
            for first, last in ((period.first, period.last), beside)
            for fund in _FUNDS
        )

    titled: list[SheetRow] = []
    headings = {0: "一、本期收入", next(n for n, row in enumerate(rows) if row.is_sum) + 1: "二、本期支出"}
    for place, row in enumerate(rows):
        if place in headings:
            titled.append(SheetRow(number=len(titled) + 1, label=headings[place]))
        last = place == len(rows) - 1
        titled.append(
            SheetRow(
                number=len(titled) + 1,
                label=f"三、{row.label}" if last else row.label,
                cells=(*_cells(row.first), *_cells(row.second)),
                is_sum=row.is_sum,
                figures=figures(row),
                indent=not row.is_sum,
            )
        )
    return Sheet(
        kind=StatementKind.INCOME,
        period=period,
        first_head="项目",
        groups=((heads[0], _FUND_HEADS), (heads[1], _FUND_HEADS)),
        rows=tuple(titled),
    )


def _cells(columns: Columns) -> tuple[int, int, int]:
    return columns.commodity_fen, columns.public_fen, columns.total_fen


def _net_assets(scope: Scope, period: Period) -> Sheet:
    """The year so far; of a whole year the year before beside it."""
    periods = [(period.begin_of_year, period.last)]
    if period.is_year:
        periods.append((period.last_year().first, period.last_year().last))
    tables = [
        net_assets.net_asset_changes(first=first, last=last, area_ids=scope.books, custody_ids=scope.custodies)
        for first, last in periods
    ]
    heads = ("商品住宅维修资金", "已售公有住房维修资金", "待分配累计收益", "净资产合计")
    names = ("本年数", "上年数") if period.is_year else ("本年累计数",)
    return Sheet(
        kind=StatementKind.NET_ASSETS,
        period=period,
        first_head="项目",
        groups=tuple((name, heads) for name in names),
        rows=tuple(
            SheetRow(
                number=number,
                label=rows[0].label,
                cells=tuple(fen for row in rows for fen in _net_cells(row)),
                is_sum=rows[0].is_sum,
                indent=not rows[0].is_sum,
            )
            for number, rows in enumerate(zip(*tables, strict=True), start=1)
        ),
    )


def _net_cells(row: NetAssetRow) -> tuple[int, int, int, int]:
    return row.commodity_fen, row.public_fen, row.earnings_fen, row.total_fen


def _detail(scope: Scope, period: Period) -> Sheet:
    """The houses' money by area, for the year so far; the sums are those of 会住维03表."""
    books = scope.books
    found = net_assets.area_changes(
        first=period.begin_of_year, last=period.last, area_ids=books, custody_ids=scope.custodies
    )
    names = dict(Area.objects.filter(pk__in=[one.area_id for one in found]).values_list("pk", "name"))
    cells = {
        one.area_id: (
            one.opening_fen,
            one.deposits_fen,
            one.shared_fen,
            one.repairs_fen,
            one.returns_fen,
            one.other_fen,
            one.closing_fen,
        )
        for one in found
    }
    order = sorted(cells, key=lambda area_id: (names.get(area_id, ""), area_id))
    rows = [
        SheetRow(
            number=number,
            label=names.get(area_id, "专户账簿"),
            cells=cells[area_id],
            area_id=area_id if area_id in names else 0,
        )
        for number, area_id in enumerate(order, start=1)
    ]
    total = tuple(sum(column) for column in zip(*cells.values(), strict=True)) if cells else (0,) * len(_DETAIL_HEADS)
    rows.append(SheetRow(number=len(rows) + 1, label="合计", cells=total, is_sum=True))
    return Sheet(
        kind=StatementKind.DETAIL,
        period=period,
        first_head="物业区域",
        groups=(("商品住宅及已售公有住房维修资金", _DETAIL_HEADS),),
        rows=tuple(rows),
    )


_MAKERS = {
    StatementKind.BALANCE: _balance,
    StatementKind.INCOME: _income,
    StatementKind.NET_ASSETS: _net_assets,
    StatementKind.DETAIL: _detail,
}


def parts_of(figure: Figure, *, scope: Scope) -> list[FigurePart]:
    """The accounts a figure is made of, by custody account and code; together they are the figure."""
    books: Collection[int] = scope.books
    if figure.standing:
        return net_assets.parts_of_balance(
            figure.codes,
            on=figure.last,
            debit=figure.debit,
            fund=figure.fund,
            area_ids=books,
            custody_ids=scope.custodies,
        )
    return net_assets.parts_of_turnover(
        figure.codes,
        first=figure.first,
        last=figure.last,
        debit=figure.debit,
        fund=figure.fund,
        area_ids=books,
        custody_ids=scope.custodies,
    )


def total_of(parts: Sequence[FigurePart]) -> int:
    """The figure itself."""
    return sum(part.fen for part in parts)

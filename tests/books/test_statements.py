"""Statements, right before a period close as after it. covers: F1 F8"""

import datetime as dt

import pytest

from tests.books.cast import AREA, AT, CUSTODY, HOUSES, PUBLIC_CUSTODY, balance, deposit, event
from upkeep.books import closing, postings, statements, sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.books.statements import StatementRow
from upkeep.kernel.errors import Refusal

A, B, C = HOUSES
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
PUBLIC = {"custody_id": PUBLIC_CUSTODY, "fund_kind": FundKind.PUBLIC}


@pytest.fixture
def year(area: None) -> None:
    """A year's business: 2025 brought 1,000 for A; 2026 a bit of everything."""
    deposit({A: 1_000}, booked_on=dt.date(2025, 5, 1))
    closing.close_period(area_ids=[AREA], through=dt.date(2025, 12, 31), at=AT, by="test")
    deposit({A: 100, B: 200})
    deposit({21: 40}, **PUBLIC)
    postings.repair_paid(**event(amounts={A: 30, B: 20}, booked_on=dt.date(2026, 4, 2)))
    postings.interest_received(**event(fen=9, booked_on=dt.date(2026, 6, 21)))
    postings.other_expense(**event(fen=2, booked_on=dt.date(2026, 6, 21)))


def figures(rows: list[StatementRow]) -> dict[str, tuple[int, int, int, int]]:
    return {
        row.label: (row.first.commodity_fen, row.first.public_fen, row.second.commodity_fen, row.second.public_fen)
        for row in rows
    }


def everything() -> tuple[object, object]:
    return (
        figures(statements.balance_sheet(on=LAST)),
        figures(statements.income_expense(first=dt.date(2026, 4, 1), last=LAST)),
    )


@pytest.mark.usefixtures("year")
class TestTheBalanceSheet:
    """会住维01表."""

    def test_shows_opening_and_closing_by_kind_of_fund(self) -> None:
        shown = figures(statements.balance_sheet(on=LAST))
        assert shown["银行存款"] == (1_000, 0, 1_257, 40)
        assert shown["商品住宅维修资金"] == (1_000, 0, 1_250, 0)
        assert shown["已售公有住房维修资金"] == (0, 0, 0, 40)
        assert shown["待分配累计收益"] == (0, 0, 7, 0)
        assert shown["资产总计"] == shown["负债和净资产总计"] == (1_000, 0, 1_257, 40)

    def test_adds_up_to_the_sub_accounts(self) -> None:
        shown = figures(statements.balance_sheet(on=LAST))
        houses = sum(b.balance_fen for b in sub_accounts.balances([A, B, C, 21, 22]).values())
        assert shown["商品住宅维修资金"][2] + shown["已售公有住房维修资金"][3] == houses

    def test_covers_the_custody_accounts_asked_for(self) -> None:
        shown = figures(statements.balance_sheet(on=LAST, custody_ids=[PUBLIC_CUSTODY]))
        assert shown["资产总计"] == (0, 0, 0, 40)
        assert figures(statements.balance_sheet(on=LAST, area_ids=[77]))["资产总计"] == (0, 0, 0, 0)


@pytest.mark.usefixtures("year")
class TestIncomeAndExpense:
    """会住维02表."""

    def test_shows_the_period_and_the_year_to_date(self) -> None:
        shown = figures(statements.income_expense(first=dt.date(2026, 4, 1), last=LAST))
        assert shown["交存收入"] == (0, 0, 300, 40)
        assert shown["收入合计"] == (9, 0, 309, 40)
        assert shown["支出合计"] == (52, 0, 52, 0)
        assert shown["本期收支差额"] == (-43, 0, 257, 40)


@pytest.mark.usefixtures("year")
class TestThePeriodClose:
    """期末结转与结账."""

    def test_changes_no_figure_of_the_statements(self) -> None:
        before = everything()
        closing.close_period(area_ids=[AREA], through=LAST, at=AT, by="test")
        assert everything() == before
        assert audit() == []

    def test_leaves_no_income_or_expense_behind(self) -> None:
        closing.close_period(area_ids=[AREA], through=LAST, at=AT, by="test")
        closed = {row.account.code: row.closing_fen for row in statements.trial_balance(first=FIRST, last=LAST)}
        assert {code for code, fen in closed.items() if fen} == {"1001", "3001", "3002", "3101"}
        assert closing.unclosed(area_ids=[AREA], through=LAST) == {}

    def test_shuts_the_period(self) -> None:
        closing.close_period(area_ids=[AREA], through=LAST, at=AT, by="test")
        assert closing.closed_through(AREA) == LAST
        with pytest.raises(Refusal, match="已结账"):
            deposit({A: 1}, booked_on=LAST)
        deposit({A: 1}, booked_on=LAST + dt.timedelta(days=1))

    def test_twice_changes_nothing(self) -> None:
        for _ in range(2):
            closing.close_period(area_ids=[AREA], through=LAST, at=AT, by="test")
        assert balance(A) == 1_070

    def test_can_be_reopened_latest_first_and_closed_again(self) -> None:
        closing.close_period(area_ids=[AREA], through=LAST, at=AT, by="test")
        with pytest.raises(Refusal, match="最近一次结账"):
            closing.reopen_period(area_ids=[AREA], through=dt.date(2025, 12, 31), at=AT, by="test")
        closing.reopen_period(area_ids=[AREA], through=LAST, at=AT, by="test")
        deposit({A: 1}, booked_on=LAST)
        later = AT + dt.timedelta(days=1)
        closing.close_period(area_ids=[AREA], through=LAST, at=later, by="test")
        assert figures(statements.balance_sheet(on=LAST))["商品住宅维修资金"] == (1_000, 0, 1_251, 0)
        assert audit() == []


@pytest.mark.usefixtures("year")
class TestTheTrialBalance:
    """试算平衡表."""

    def test_sums_to_zero_in_every_column(self) -> None:
        rows = statements.trial_balance(first=FIRST, last=LAST)
        assert sum(row.opening_fen for row in rows) == sum(row.closing_fen for row in rows) == 0
        assert sum(row.debit_fen for row in rows) == sum(row.credit_fen for row in rows) == 401

    def test_tells_custody_accounts_apart(self) -> None:
        rows = statements.trial_balance(first=FIRST, last=LAST, custody_ids=[CUSTODY])
        assert {row.account.name: row.closing_fen for row in rows}["银行存款"] == 1_257


@pytest.mark.usefixtures("year")
class TestAHousesStatement:
    """分户对账单."""

    def test_runs_the_balance_in_the_order_of_days(self) -> None:
        deposit({A: 7}, booked_on=dt.date(2026, 3, 31))
        found = statements.house_statement(A)
        assert [(m.amount_fen, m.balance_fen) for m in found.movements] == [
            (1_000, 1_000),
            (100, 1_100),
            (7, 1_107),
            (-30, 1_077),
        ]
        assert (found.balance_fen, found.held_fen) == (1_077, 0)

    def test_of_a_house_without_sub_account_is_empty(self) -> None:
        assert statements.house_statement(999).movements == []

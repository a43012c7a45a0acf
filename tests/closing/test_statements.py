"""The three statements and their detail: figures, periods, what each is made of, workbook and PDF.

# covers: F7
"""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import AT
from tests.closing.scene import Scene, make_scene
from tests.staging import staged
from upkeep.books import closing, postings, sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.closing import prints
from upkeep.closing.periods import Period, period_from
from upkeep.closing.statements import Scope, Sheet, StatementKind, parts_of, sheet_of, total_of
from upkeep.printing.actions import content_of

pytestmark = pytest.mark.django_db
scene = staged(make_scene)
OCTOBER, YEAR = Period(2026, 10), Period(2026)


def sheet(scene: Scene, kind: StatementKind, period: Period = OCTOBER) -> Sheet:
    return sheet_of(kind, scope=Scope(jurisdiction_id=scene.city_id), period=period)


def cells(found: Sheet) -> dict[str, tuple[int, ...]]:
    return {row.label: row.cells for row in found.rows}


def everything(scene: Scene) -> list[dict[str, tuple[int, ...]]]:
    return [cells(sheet(scene, kind, period)) for kind in StatementKind for period in (OCTOBER, YEAR)]


def close(scene: Scene, through: dt.date = OCTOBER.last) -> None:
    closing.close_period(area_ids=scene.books, through=through, at=AT, by="test")


class TestTheBalanceSheet:
    def test_balances_in_every_column_and_is_the_houses_money_and_the_earnings(self, scene: Scene) -> None:
        found = cells(sheet(scene, StatementKind.BALANCE))

        assert found["资产总计"] == found["负债和净资产总计"]
        commodity, public, both = found["净资产合计"][3:]
        assert commodity + public == both > 0
        assert found["待分配累计收益"][3:] == (7_700, 0, 7_700)
        fund = found["商品住宅维修资金"][5] + found["已售公有住房维修资金"][5]
        assert fund == sum(one.balance_fen for one in sub_accounts.balances(all_houses(scene)).values())

    def test_opens_the_year_with_what_the_last_one_left(self, scene: Scene) -> None:
        before = cells(sheet(scene, StatementKind.BALANCE, Period(2025, 12)))
        found = cells(sheet(scene, StatementKind.BALANCE))
        assert {label: row[:3] for label, row in found.items()} == {label: row[3:] for label, row in before.items()}

    def test_of_a_district_and_of_a_custody_account_are_parts_of_the_city(self, scene: Scene) -> None:
        whole = cells(sheet(scene, StatementKind.BALANCE))["银行存款"][5]
        one = Scope(jurisdiction_id=scene.city_id, custody_id=scene.custody.pk)
        part = cells(sheet_of(StatementKind.BALANCE, scope=one, period=OCTOBER))["银行存款"]
        district = Scope(jurisdiction_id=scene.area.jurisdiction_id)
        assert 0 < part[5] <= whole and part[4] == 0
        assert 0 < cells(sheet_of(StatementKind.BALANCE, scope=district, period=OCTOBER))["银行存款"][5] <= whole


class TestIncomeAndExpense:
    def test_of_a_month_stands_beside_the_year_so_far(self, scene: Scene) -> None:
        found = cells(sheet(scene, StatementKind.INCOME))

        assert found["其他支出"][:1] == (77,) and found["存款利息收入"][0] == 0
        assert found["维修支出"][0] == 0 and found["维修支出"][3] == 50_000
        assert found["交存收入"][0] == -1_000  # a refund of this year's deposits
        assert [row.label for row in sheet(scene, StatementKind.INCOME).rows if not row.cells] == [
            "一、本期收入",
            "二、本期支出",
        ]

    def test_of_a_year_stands_beside_the_year_before(self, scene: Scene) -> None:
        found = sheet(scene, StatementKind.INCOME, YEAR)
        last_year = cells(sheet(scene, StatementKind.INCOME, Period(2025)))

        assert [title for title, _ in found.groups] == ["本年数", "上年数"]
        assert cells(found)["交存收入"][3:] == last_year["交存收入"][:3]
        assert last_year["交存收入"][0] >= 50_000


class TestChangesInNetAssets:
    def test_lead_from_the_opening_to_the_closing_of_the_balance_sheet(self, scene: Scene) -> None:
        found = [row.cells for row in sheet(scene, StatementKind.NET_ASSETS).rows]
        opening, change, surplus, shared, other, closing_row = found
        balance = cells(sheet(scene, StatementKind.BALANCE))

        assert [a + b for a, b in zip(opening, change, strict=True)] == list(closing_row)
        assert [a + b + c for a, b, c in zip(surplus, shared, other, strict=True)] == list(change)
        assert (opening[3], closing_row[3]) == (balance["净资产合计"][2], balance["净资产合计"][5])
        assert surplus[3] == cells(sheet(scene, StatementKind.INCOME))["三、本期收支差额"][5]
        assert surplus[2] == 7_777 - 77

    def test_show_what_was_distributed_to_the_houses(self, scene: Scene) -> None:
        close(scene)
        postings.earnings_distributed(
            area_id=scene.area.pk,
            custody_id=scene.custody.pk,
            fund_kind=FundKind.COMMODITY,
            amounts={scene.houses[0]: 500},
            source="s:9",
            booked_on=dt.date(2026, 11, 2),
        )
        shared = sheet(scene, StatementKind.NET_ASSETS, Period(2026, 11)).rows[3].cells
        detail = {row.label: row.cells for row in sheet(scene, StatementKind.DETAIL, Period(2026, 11)).rows}
        assert shared == (500, 0, -500, 0)
        assert detail[scene.area.name][2] == detail["合计"][2] == 500

    def test_have_a_detail_by_area_that_adds_up_to_them(self, scene: Scene) -> None:
        *areas, total = sheet(scene, StatementKind.DETAIL).rows
        balance = cells(sheet(scene, StatementKind.BALANCE))
        fund = [balance["商品住宅维修资金"], balance["已售公有住房维修资金"]]

        assert len(areas) == 3
        assert total.cells == tuple(sum(column) for column in zip(*(row.cells for row in areas), strict=True))
        assert total.cells[0] == sum(row[2] for row in fund) and total.cells[-1] == sum(row[5] for row in fund)
        for row in (*areas, total):
            opening, deposits, shared, repairs, returns, other, closing_fen = row.cells
            assert opening + deposits + shared - repairs - returns + other == closing_fen


class TestEveryStatement:
    def test_is_the_same_after_the_close_as_before(self, scene: Scene) -> None:
        before = everything(scene)
        close(scene)
        assert everything(scene) == before
        assert audit() == []

    @pytest.mark.parametrize("period", [OCTOBER, YEAR])
    @pytest.mark.parametrize("kind", [StatementKind.BALANCE, StatementKind.INCOME])
    def test_names_for_every_figure_what_it_is_made_of(
        self, scene: Scene, kind: StatementKind, period: Period
    ) -> None:
        close(scene, dt.date(2026, 9, 30))
        found, scope = sheet(scene, kind, period), Scope(jurisdiction_id=scene.city_id)
        told = 0
        for row in found.rows:
            assert len(row.figures) == len(row.cells)
            for figure, fen in zip(row.figures, row.cells, strict=True):
                if figure is None:
                    assert fen == 0  # the other fund's houses
                    continue
                parts = parts_of(figure, scope=scope)
                assert total_of(parts) == fen, (row.label, figure)
                told += bool(parts)
        assert told >= 10

    def test_asks_no_more_of_the_database_for_more_areas(self, scene: Scene) -> None:
        for kind, most in (
            (StatementKind.BALANCE, 4),
            (StatementKind.INCOME, 6),
            (StatementKind.NET_ASSETS, 8),
            (StatementKind.DETAIL, 7),
        ):
            with CaptureQueriesContext(connection) as seen:
                sheet(scene, kind)
            assert len(seen) <= most, kind

    def test_is_printed_and_kept(self, scene: Scene) -> None:
        scope = Scope(jurisdiction_id=scene.city_id)
        for kind in StatementKind:
            kept = prints.keep_statement(sheet(scene, kind), scope=scope, by_id=1, by_name="会计甲", at=AT)
            assert kept.number.startswith("BB") and kept.pages == 1
            assert content_of(kept).startswith(b"%PDF")

    def test_stands_in_the_workbook_as_numbers(self, scene: Scene) -> None:
        scope = Scope(jurisdiction_id=scene.city_id)
        content = prints.workbook_of([sheet(scene, kind) for kind in StatementKind], scope=scope)
        book = openpyxl.load_workbook(io.BytesIO(content))

        assert book.sheetnames == ["资产负债表", "收支表", "净资产变动表", "净资产变动明细表"]
        balance = cells(sheet(scene, StatementKind.BALANCE))
        shown = {row[0].value: row for row in book["资产负债表"].iter_rows(min_row=6)}
        for label, fen in balance.items():
            assert [round(cell.value * 100) for cell in shown[label][2:]] == list(fen)


class TestAPeriod:
    @pytest.mark.parametrize(
        ("text", "label", "first", "last"),
        [
            ("2026-02", "2026年2月", "2026-02-01", "2026-02-28"),
            ("2024-02", "2024年2月", "2024-02-01", "2024-02-29"),
            ("2025", "2025年度", "2025-01-01", "2025-12-31"),
        ],
    )
    def test_is_a_month_or_a_year(self, text: str, label: str, first: str, last: str) -> None:
        period = period_from(text)
        assert period is not None
        assert (period.label, str(period.first), str(period.last), period.key) == (label, first, last, text)

    @pytest.mark.parametrize("text", ["", "x", "2026-13", "2026-00x", "0000", "20261", "²⁰²⁶", "2026-1-1", "-"])
    def test_is_nothing_else(self, text: str) -> None:
        assert period_from(text) is None

    def test_goes_over_the_new_year(self) -> None:
        assert Period(2026, 12).next_month() == Period(2027, 1)
        assert Period(2027, 1).month_before() == Period(2026, 12)


def all_houses(scene: Scene) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select id from ledger.sub_account")
        return [pk for (pk,) in cursor.fetchall()]

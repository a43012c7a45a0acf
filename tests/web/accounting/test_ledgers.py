"""From a figure to its business: balances, ledgers and vouchers agree with the journal. covers: F1"""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.test import Client

from tests.cast import TODAY, Cast
from tests.web.pages import client_of, text
from upkeep.banking.custody_books import books_of, charge_fee, custodies_of
from upkeep.banking.models import PaySlip
from upkeep.books import postings, statements, sub_accounts, vouchers
from upkeep.books.vouchers import AccountLine, AccountWanted
from upkeep.estate.models import Area
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.dates import SHANGHAI
from upkeep.kernel.money import yuan
from upkeep.parties.models import Jurisdiction
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db

FIRST = TODAY.replace(year=2020)
PERIOD = f"first={FIRST}&last={TODAY}"


def _at() -> dt.datetime:
    return dt.datetime.combine(TODAY, dt.time(9, 0), SHANGHAI)


def _elsewhere() -> int:
    return Jurisdiction.objects.get(slug="yandu").pk


def _books(cast: Cast) -> list[int]:
    return books_of(cast.city.jurisdiction.pk)


class TestTheTrialBalance:
    def test_balances_and_leads_to_every_account_that_moved(self, settled: Cast) -> None:
        rows = statements.trial_balance(first=FIRST, last=TODAY, area_ids=_books(settled))

        answer = client_of(settled, "demo-accountant").get(f"/accounting/balances/?{PERIOD}")

        assert len(rows) >= 2
        assert all(row.account.name in text(answer) and yuan(row.debit_fen) in text(answer) for row in rows)
        assert "借贷不平衡" not in text(answer)
        page = html.unescape(answer.content.decode())
        assert all(f'href="/accounting/ledger/?code={row.account.code}&{PERIOD}"' in page for row in rows)

    def test_of_one_area_holds_that_area_only(self, settled: Cast) -> None:
        area = settled.area("翠竹苑")
        paid_fen = sum(
            one.balance_fen for one in sub_accounts.balances([house.pk for house in houses_of_area(area.pk)]).values()
        )
        client = client_of(settled, "demo-accountant")

        shown = text(client.get(f"/accounting/balances/?{PERIOD}&book={area.pk}"))

        assert paid_fen > 0
        assert yuan(paid_fen) in shown
        assert yuan(paid_fen) not in text(client.get(f"/accounting/balances/?{PERIOD}"))

    def test_has_what_belongs_to_a_whole_custody_account_too(self, settled: Cast) -> None:
        custody = next(iter(custodies_of(settled.city.jurisdiction.pk)))
        charge_fee(custody_id=custody.pk, fen=1_234_56, serial="FEE1", booked_on=TODAY, at=_at())

        shown = text(client_of(settled, "demo-accountant").get(f"/accounting/balances/?{PERIOD}"))

        assert "其他支出" in shown and "1,234.56" in shown

    @pytest.mark.parametrize(
        "query", ["first=x&last=y", "book=1", "book=x", "custody=x", "first=2030-01-01&last=2020-01-01", "", "code=9"]
    )
    def test_survives_whatever_is_asked(self, settled: Cast, query: str) -> None:
        for page in ("balances", "ledger", "vouchers"):
            assert client_of(settled, "demo-accountant").get(f"/accounting/{page}/?{query}").status_code == 200

    def test_asks_no_more_for_more_areas(self, settled: Cast, django_assert_max_num_queries: Any) -> None:
        client = client_of(settled, "demo-accountant")
        client.get("/office/")
        with django_assert_max_num_queries(13):
            client.get(f"/accounting/balances/?{PERIOD}")


class TestTheLedger:
    def test_ends_where_the_trial_balance_does_however_it_is_paged(self, settled: Cast) -> None:
        wanted = AccountWanted(book_ids=_books(settled), codes=("1001",), first=FIRST, last=TODAY)
        bank = next(
            row
            for row in statements.trial_balance(first=FIRST, last=TODAY, area_ids=_books(settled))
            if row.account.code == "1001"
        )
        whole = vouchers.account_page(wanted, size=10_000)

        after, opening = "", None
        rows: list[tuple[AccountLine, int]] = []
        while True:
            page = vouchers.account_page(wanted, after=after, size=2)
            assert opening is None or page.opening_fen == opening
            rows += page.rows
            opening = page.rows[-1][1]
            if not page.next_key:
                break
            after = page.next_key

        assert len(rows) > 2
        assert rows == list(whole.rows)
        assert rows[-1][1] == bank.closing_fen

    def test_adds_up_by_month_too(self, settled: Cast) -> None:
        wanted = AccountWanted(book_ids=_books(settled), codes=("1001", "4001"), first=FIRST, last=TODAY)

        opening, months = vouchers.account_months(wanted)

        assert opening == 0
        assert months[-1].balance_fen == vouchers.account_page(wanted, size=10_000).rows[-1][1]

    def test_leads_from_a_figure_to_the_slip_behind_it(self, settled: Cast) -> None:
        client = client_of(settled, "demo-accountant")

        page = client.get(f"/accounting/ledger/?code=4001&{PERIOD}").content.decode()
        voucher = re.findall(r'href="(/accounting/vouchers/\d+/)"', page)[0]
        shown = client.get(voucher).content.decode()
        paper = re.findall(r'href="(/deposits/slips/[^/"]+/)"', shown)[0]

        slip = PaySlip.objects.get(number=paper.split("/")[-2])
        assert yuan(slip.total_fen) in shown
        assert client.get(paper).status_code == 200

    def test_shows_the_months_of_an_account(self, settled: Cast) -> None:
        shown = text(client_of(settled, "demo-accountant").get(f"/accounting/ledger/?code=1001&view=months&{PERIOD}"))

        assert "本月合计" in shown and "期初余额" in shown

    def test_asks_no_more_for_more_rows(self, settled: Cast, django_assert_max_num_queries: Any) -> None:
        client = client_of(settled, "demo-accountant")
        client.get("/office/")
        with django_assert_max_num_queries(24):
            client.get(f"/accounting/ledger/?code=4001&{PERIOD}")


class TestAVoucher:
    def test_is_numbered_by_book_and_month_without_gaps_and_once(self, settled: Cast) -> None:
        books = _books(settled)
        heads = vouchers.voucher_page(book_ids=books, first=FIRST, last=TODAY, size=10_000).rows

        answer = client_of(settled, "demo-accountant").post(
            "/accounting/vouchers/numbers/", {"back": PERIOD}, follow=True
        )
        again = vouchers.number_vouchers(book_ids=books, since=FIRST, through=TODAY)

        assert f"已编号 {len(heads):,} 张凭证" in text(answer)
        assert again == 0
        by_month: dict[tuple[int, int, int], list[int]] = {}
        for head in vouchers.voucher_page(book_ids=books, first=FIRST, last=TODAY, size=10_000).rows:
            assert head.number is not None
            by_month.setdefault((head.book_id, head.booked_on.year, head.booked_on.month), []).append(head.number)
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_month.values())

    def test_is_found_by_its_number(self, settled: Cast) -> None:
        books = _books(settled)
        vouchers.number_vouchers(book_ids=books, since=FIRST, through=TODAY)
        head = vouchers.voucher_page(book_ids=books, first=FIRST, last=TODAY, size=1).rows[0]
        month = head.booked_on.replace(day=1)
        client = client_of(settled, "demo-accountant")

        found = client.get(f"/accounting/vouchers/?book={head.book_id}&first={month}&number={head.number}")
        lost = client.get(f"/accounting/vouchers/?book={head.book_id}&first={month}&number=999")

        assert found["Location"] == f"/accounting/vouchers/{head.entry_id}/"
        assert "没有这个凭证号" in text(lost)

    def test_booked_later_gets_the_next_number(self, settled: Cast) -> None:
        books, area = _books(settled), settled.area()
        vouchers.number_vouchers(book_ids=books, since=FIRST, through=TODAY)
        head = vouchers.voucher_page(book_ids=[area.pk], first=FIRST, last=TODAY, size=1).rows[0]

        fresh = postings.entry_reversed(entry_id=head.entry_id, source="test:reversed", booked_on=head.booked_on)
        vouchers.number_vouchers(book_ids=books, since=FIRST, through=TODAY)

        assert vouchers.heads_of([fresh])[fresh].number == (head.number or 0) + 1
        client = client_of(settled, "demo-accountant")
        for page in ("ledger/?code=1001&", "ledger/?code=4001&", "vouchers/?"):  # nobody knows "test:reversed"
            assert "冲正：交存" in text(client.get(f"/accounting/{page}{PERIOD}"))
        assert "红字冲销" in text(client.get(f"/accounting/vouchers/{fresh}/"))
        assert "已冲销" in text(client.get(f"/accounting/vouchers/{head.entry_id}/"))

    def test_pages_through_its_houses(self, settled: Cast) -> None:
        area = settled.area()
        head = vouchers.voucher_page(book_ids=[area.pk], first=FIRST, last=TODAY, size=1).rows[0]

        first, behind = vouchers.houses_page(entry_id=head.entry_id, size=3)
        rest, end = vouchers.houses_page(entry_id=head.entry_id, after_line=behind, size=10_000)

        assert end == 0
        assert len(first) == 3
        assert len({one.house_id for one in [*first, *rest]}) == head.houses
        assert sum(one.credit_fen - one.debit_fen for one in [*first, *rest]) == head.amount_fen

    def test_of_another_city_is_not_found(self, settled: Cast) -> None:
        elsewhere = settled.hire("far-accountant", [Role.ACCOUNTANT], at_city=_elsewhere())
        area = Area.objects.order_by("pk")[0]
        head = vouchers.voucher_page(book_ids=[area.pk], first=FIRST, last=TODAY, size=1).rows[0]

        assert elsewhere.jurisdiction_id != settled.city.jurisdiction.pk
        assert client_of(settled, "far-accountant").get(f"/accounting/vouchers/{head.entry_id}/").status_code == 404
        shown = text(client_of(settled, "far-accountant").get(f"/accounting/vouchers/?{PERIOD}"))
        assert "这段时间没有凭证" in shown


class TestAStranger:
    @pytest.mark.parametrize("page", ["balances/", "ledger/", "vouchers/", "vouchers/1/"])
    def test_is_refused_the_books(self, cast: Cast, page: str) -> None:
        for who in ("demo-clerk", "demo-developer", "demo-teller1"):
            assert client_of(cast, who).get(f"/accounting/{page}").status_code == 403
        assert Client().get(f"/accounting/{page}")["Location"].startswith("/login/")

    def test_gives_no_numbers(self, cast: Cast) -> None:
        assert client_of(cast, "demo-auditor").post("/accounting/vouchers/numbers/").status_code == 403

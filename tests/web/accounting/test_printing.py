"""Vouchers on paper: one at once, a book's month in the background. covers: F1"""

import io
from calendar import monthrange
from importlib import import_module

import pypdf
import pytest
from django.utils import timezone

from tests.cast import TODAY, Cast
from tests.web.pages import client_of, text
from upkeep.accounting import manual
from upkeep.accounting.manual import NewLine, Written
from upkeep.banking.custody_books import books_of, custodies_of
from upkeep.books import vouchers
from upkeep.books.vouchers import EntryHead
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job, JobState
from upkeep.kernel.dates import day_of
from upkeep.kernel.money import in_capitals, yuan

pytestmark = pytest.mark.django_db

import_module("upkeep.tasks.runner")

FIRST = TODAY.replace(year=2020)


def _first(settled: Cast) -> EntryHead:
    area = settled.area()
    return vouchers.voucher_page(book_ids=[area.pk], first=FIRST, last=TODAY, size=1).rows[0]


def _words(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


class TestAPrintedVoucher:
    def test_has_number_accounts_and_sum(self, settled: Cast) -> None:
        head = _first(settled)
        client = client_of(settled, "demo-accountant")

        answer = client.post(f"/accounting/vouchers/{head.entry_id}/print/", follow=True)

        shown = _words(answer.content)
        assert answer["Content-Type"] == "application/pdf"
        assert f"{head.booked_on:%Y-%m}记1号" in shown
        assert yuan(head.amount_fen) in shown and in_capitals(head.amount_fen) in shown
        assert "4001交存收入" in shown and "系统自动" in shown

    def test_by_hand_names_who_wrote_and_who_checked(self, settled: Cast) -> None:
        custody = next(iter(custodies_of(settled.city.jurisdiction.pk)))
        at = timezone.now()
        lines = [NewLine(code="1001", debit_fen=700), NewLine(code="4901", credit_fen=700)]
        voucher = manual.draft(
            Written(custody_id=custody.pk, area_id=None, booked_on=day_of(at), summary="补记收入", lines=lines),
            by=settled["demo-accountant"],
            at=at,
        )
        manual.submit(voucher.pk, by=settled["demo-accountant"], at=at)
        booked = manual.approve(voucher.pk, by=settled["demo-approver"], at=at)

        answer = client_of(settled, "demo-auditor").post(f"/accounting/vouchers/{booked.entry_id}/print/", follow=True)

        shown = _words(answer.content)
        assert f"制单：{booked.made_by_name}" in shown and f"复核：{booked.checked_by_name}" in shown
        assert "补记收入" in shown


class TestAMonth:
    def test_is_printed_in_the_background_in_the_order_of_numbers(self, settled: Cast) -> None:
        head = _first(settled)
        client = client_of(settled, "demo-accountant")

        asked = client.post("/accounting/vouchers/print/", {"book": head.book_id, "month": f"{head.booked_on:%Y-%m}"})
        job = jobs.run(Job.objects.get(kind="voucher_print").pk)

        assert asked["Location"] == f"/jobs/{job.pk}/"
        assert job.state == JobState.DONE, job.result
        shown = _words(client.get(job.result["next"]).content)
        month = head.booked_on.replace(day=1)
        last = month.replace(day=monthrange(month.year, month.month)[1])
        count = len(vouchers.voucher_page(book_ids=[head.book_id], first=month, last=last, size=500).rows)
        assert count >= 1
        assert all(f"{month:%Y-%m}记{number}号" in shown for number in range(1, count + 1))

    @pytest.mark.parametrize(("book", "month"), [("", "2026-01"), ("1", "2026-01"), ("x", "y"), ("{book}", "2026-13")])
    def test_of_nothing_says_what_to_choose(self, settled: Cast, book: str, month: str) -> None:
        data = {"book": book.format(book=settled.area().pk), "month": month}

        answer = client_of(settled, "demo-accountant").post("/accounting/vouchers/print/", data, follow=True)

        assert "请选择要打印的账簿和月份" in text(answer)

    def test_without_vouchers_says_so(self, settled: Cast) -> None:
        client = client_of(settled, "demo-accountant")

        client.post("/accounting/vouchers/print/", {"book": settled.area().pk, "month": "2001-01"})
        job = jobs.run(Job.objects.get(kind="voucher_print").pk)

        assert job.state == JobState.FAILED and "没有凭证" in job.sentences[0]


class TestAPrintOfAnotherBook:
    def test_is_not_found(self, settled: Cast) -> None:
        head = _first(settled)
        client = client_of(settled, "demo-accountant")
        kept = client.post(f"/accounting/vouchers/{head.entry_id}/print/")["Location"].rstrip("/").split("/")[-1]
        other = next(book for book in books_of(settled.city.jurisdiction.pk) if book != head.book_id)

        assert client.get(f"/accounting/books/{other}/prints/{kept}/").status_code == 404
        assert client.get(f"/accounting/books/{head.book_id}/prints/{kept}/").status_code == 200

"""A city moves in: its balances by file, checked against its banks, accepted by another person, booked. covers: F1"""

import csv
import io
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import pytest
import xlsxwriter
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests.cast import AT, TODAY, Cast
from tests.web.pages import client_of, text
from upkeep.accounting import openings
from upkeep.accounting.models import Opening, OpeningLine, OpeningState
from upkeep.banking.custody_books import custodies_of
from upkeep.banking.models import CustodyAccount
from upkeep.books import postings, statements, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job, JobState
from upkeep.kernel.money import yuan
from upkeep.kernel.sealed_files import open_sealed

pytestmark = pytest.mark.django_db
import_module("upkeep.tasks.runner")

Row = list[str]
FEN = 1_234_56


@pytest.fixture
def custody(settled: Cast) -> CustodyAccount:
    return next(one for one in custodies_of(settled.city.jurisdiction.pk) if one.fund_kind == FundKind.COMMODITY)


@pytest.fixture
def table(settled: Cast) -> list[Row]:
    """建账表 as it is downloaded: header and the houses that have never paid."""
    answer: Any = client_of(settled, "demo-accountant").get("/accounting/openings/table/")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) > 4
    return rows


def as_csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    text_ = io.StringIO()
    csv.writer(text_).writerows(rows)
    return text_.getvalue().encode(encoding)


def as_workbook(rows: Sequence[Sequence[str]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        page = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write_string(number, place, cell)
    return content.getvalue()


def filled(table: list[Row], custody: CustodyAccount, *, yuan_: str = "1234.56") -> list[Row]:
    """Every house of the custody account's fund has the amount."""
    return [table[0], *([*row[:6], yuan_] for row in table[1:] if row[5] == custody.number)]


def form(custody: CustodyAccount, content: bytes, *, bank: int, name: str = "期初.csv", **more: str) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile(name, content),
        "opened_on": str(TODAY),
        f"bank-{custody.pk}": yuan(bank),
        **more,
    }


def handed_in(settled: Cast, custody: CustodyAccount, content: bytes, *, bank: int, **more: str) -> Opening:
    """Through the page, and read."""
    client_of(settled, "demo-accountant").post("/accounting/openings/new/", form(custody, content, bank=bank, **more))
    opening = Opening.objects.latest("made_at", "pk")
    job = jobs.run(opening.job_id or 0)
    assert job.state == JobState.DONE, job.result
    opening.refresh_from_db()
    return opening


def faults(opening: Opening) -> list[tuple[int, str]]:
    return list(opening.fault_rows.order_by("row_no", "pk").values_list("row_no", "text"))


class TestAnOpening:
    def test_is_handed_in_checked_accepted_by_another_and_booked(
        self, settled: Cast, custody: CustodyAccount, table: list[Row]
    ) -> None:
        rows = filled(table, custody)
        count = len(rows) - 1
        before = sum(
            row.closing_fen for row in statements.trial_balance(first=TODAY, last=TODAY) if row.account.code == "1001"
        )
        accountant, approver = client_of(settled, "demo-accountant"), client_of(settled, "demo-approver")

        opening = handed_in(settled, custody, as_csv(rows), bank=count * FEN)
        shown = text(approver.get(f"/accounting/openings/{opening.number}/"))
        assert opening.state_now is OpeningState.WAITING, faults(opening)
        assert yuan(count * FEN) in shown and "请复核" in shown
        own = accountant.post(f"/accounting/openings/{opening.number}/accept/", follow=True)
        assert "须由他人复核" in text(own)
        approver.post(f"/accounting/openings/{opening.number}/accept/")
        opening.refresh_from_db()
        job = jobs.run(opening.job_id or 0)

        assert job.state == JobState.DONE, job.result
        ids = [int(row[0]) for row in rows[1:]]
        assert {one.balance_fen for one in sub_accounts.balances(ids).values()} == {FEN}
        after = sum(
            row.closing_fen for row in statements.trial_balance(first=TODAY, last=TODAY) if row.account.code == "1001"
        )
        assert after == before + count * FEN
        assert Opening.objects.get().state_now is OpeningState.BOOKED
        assert "已建账" in text(accountant.get("/accounting/openings/"))
        ledger = accountant.get(f"/accounting/ledger/?code=3001&first={TODAY}&last={TODAY}").content.decode()
        assert f'href="/accounting/openings/{opening.number}/"' in ledger

    def test_books_what_belongs_to_no_house_and_what_lies_in_bonds(
        self, settled: Cast, custody: CustodyAccount, table: list[Row]
    ) -> None:
        rows = filled(table, custody)
        houses = (len(rows) - 1) * FEN
        more = {f"bonds-{custody.pk}": "1000.00", f"undistributed-{custody.pk}": "250.00"}

        opening = handed_in(settled, custody, as_csv(rows), bank=houses + 250_00 - 1000_00, **more)
        assert opening.state_now is OpeningState.WAITING, faults(opening)
        openings.accept(opening.pk, by=settled["demo-approver"], at=AT)
        opening.refresh_from_db()
        jobs.run(opening.job_id or 0)

        own = {
            row.account.code: row.closing_fen
            for row in statements.trial_balance(first=TODAY, last=TODAY, area_ids=[custody.pk])
        }
        assert own == {"1001": 250_00 - 1000_00, "1101": 1000_00, "3101": -250_00}

    def test_names_houses_by_their_place_in_gbk_and_in_a_workbook(
        self, settled: Cast, custody: CustodyAccount, table: list[Row]
    ) -> None:
        rows = [["", *row[1:]] if number else row for number, row in enumerate(filled(table, custody))]
        bank = (len(rows) - 1) * FEN

        by_csv = handed_in(settled, custody, as_csv(rows, "gb18030"), bank=bank)
        client_of(settled, "demo-accountant").post(
            "/accounting/openings/new/", form(custody, as_workbook(rows), bank=bank, name="期初.xlsx")
        )
        by_workbook = Opening.objects.latest("made_at", "pk")
        jobs.run(by_workbook.job_id or 0)
        by_workbook.refresh_from_db()

        assert by_csv.state_now is OpeningState.WAITING, faults(by_csv)
        assert by_workbook.state_now is OpeningState.WAITING, faults(by_workbook)
        lines = [
            set(OpeningLine.objects.filter(opening=one).values_list("account_id", "fen"))
            for one in (by_csv, by_workbook)
        ]
        assert lines[0] == lines[1] and len(lines[0]) == len(rows) - 1

    def test_leaves_out_houses_that_have_nothing(
        self, settled: Cast, custody: CustodyAccount, table: list[Row]
    ) -> None:
        rows = filled(table, custody)
        rows[1][6] = "0"

        opening = handed_in(settled, custody, as_csv(rows), bank=(len(rows) - 2) * FEN)

        assert opening.state_now is OpeningState.WAITING, faults(opening)
        assert opening.lines.count() == len(rows) - 2


class TestWhatIsWrong:
    def test_is_told_all_at_once_and_nothing_is_kept(
        self, settled: Cast, custody: CustodyAccount, table: list[Row]
    ) -> None:
        rows = filled(table, custody)
        public = next(one for one in custodies_of(settled.city.jurisdiction.pk) if one.fund_kind == FundKind.PUBLIC)
        rows[1][6] = "十元"
        rows[2][0] = "4711"
        rows[3][5] = "000"
        rows[4] = [*rows[4][:5], public.number, "5"]
        rows += [
            list(rows[5]),
            ["", "没有的小区", "1幢", "1", "101", custody.number, "5"],
            ["", rows[5][1], "99幢", "1", "101", custody.number, "5"],
            ["", "", "", "", "", "", ""],
            ["", rows[5][1], "", "", "", custody.number, "5"],
            ["abc", "", "", "", "", "", "-1"],
        ]

        opening = handed_in(settled, custody, as_csv(rows), bank=5)

        told = faults(opening)
        assert opening.state_now is OpeningState.FAULTY
        assert opening.faults == len(told)
        last = len(rows)
        for row_no, words in (
            (2, "期初余额"),
            (3, "没有这个分户"),
            (4, "没有账号为 000 的专户"),
            (5, "房屋性质与专户的资金类别不符"),
            (last - 5, "与第 6 行是同一分户"),
            (last - 4, "没有名为“没有的小区”"),
            (last - 3, "没有这套房屋（99幢 101）"),
            (last - 1, "请填写分户代码，或物业区域"),
            (last, "分户代码应为数字"),
            (last, "专户账号必填"),
            (last, "期初余额应大于 0"),
        ):
            assert any(row == row_no and words in said for row, said in told), (row_no, words, told)
        assert not any(row == last - 2 for row, _ in told)
        assert not OpeningLine.objects.exists()
        client = client_of(settled, "demo-accountant")
        answer: Any = client.get(f"/accounting/openings/{opening.number}/faults/")
        assert "没有这个分户" in b"".join(answer.streaming_content).decode()
        assert f"共 {opening.faults} 处错误" in text(client.get(f"/accounting/openings/{opening.number}/"))

    def test_may_be_one_fen_at_the_bank(self, settled: Cast, custody: CustodyAccount, table: list[Row]) -> None:
        rows = filled(table, custody)

        opening = handed_in(settled, custody, as_csv(rows), bank=(len(rows) - 1) * FEN + 1)

        assert next(said for _, said in faults(opening)).endswith("相差 0.01 元")
        assert opening.state_now is OpeningState.FAULTY

    def test_may_be_that_money_has_moved(self, settled: Cast, custody: CustodyAccount, table: list[Row]) -> None:
        rows = filled(table, custody)
        opening = handed_in(settled, custody, as_csv(rows), bank=(len(rows) - 1) * FEN)
        openings.accept(opening.pk, by=settled["demo-approver"], at=AT)
        opening.refresh_from_db()
        house = int(rows[1][0])
        area_id = OpeningLine.objects.get(account_id=house).area_id
        postings.deposit_confirmed(
            area_id=area_id,
            custody_id=custody.pk,
            fund_kind=FundKind.COMMODITY,
            amounts={house: 5},
            source="test:meanwhile",
            booked_on=TODAY,
        )

        job = jobs.run(opening.job_id or 0)
        again = handed_in(settled, custody, as_csv(rows), bank=(len(rows) - 1) * FEN)

        assert job.state == JobState.FAILED and "1 个分户" in job.sentences[0]
        assert any("已有发生额" in said for _, said in faults(again))
        client = client_of(settled, "demo-approver")
        answer = client.post(f"/accounting/openings/{opening.number}/return/", {"reason": "重新整理"}, follow=True)
        assert "已退回" in text(answer) and "重新整理" in text(answer)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "请选择期初建账表"),
            ("甲,乙\n1,2\n".encode(), "缺少列：专户账号、期初余额"),
            ("专户账号,期初余额（元）\n".encode(), "没有内容"),
            (b"PK\x03\x04zz", "不是 CSV"),
            ('专户账号,期初余额（元）\n"1,2\n'.encode() + b"\xff\xfe\xff", "CSV|编码|错误|填写"),
        ],
    )
    def test_with_the_whole_file_is_said(
        self, settled: Cast, custody: CustodyAccount, content: bytes, said: str
    ) -> None:
        client = client_of(settled, "demo-accountant")

        answer = client.post("/accounting/openings/new/", form(custody, content, bank=5))

        if answer.status_code == 200:
            assert said in text(answer)
            return
        opening = Opening.objects.get()
        assert jobs.run(opening.job_id or 0).state == JobState.DONE
        assert any(words in one for words in said.split("|") for _, one in faults(opening)), faults(opening)

    @pytest.mark.parametrize(
        "changes", [{"opened_on": "2099-01-01"}, {"opened_on": ""}, {"name": "期初.txt"}, {"bank": 0}]
    )
    def test_with_the_form_is_said(
        self, settled: Cast, custody: CustodyAccount, table: list[Row], changes: dict[str, Any]
    ) -> None:
        sent = form(
            custody,
            as_csv(filled(table, custody)),
            bank=changes.get("bank", 5),
            name=changes.get("name", "期初.csv"),
        ) | {key: value for key, value in changes.items() if key == "opened_on"}

        answer = client_of(settled, "demo-accountant").post("/accounting/openings/new/", sent)

        assert answer.status_code == 200
        assert not Opening.objects.exists()


class TestAReturn:
    def test_needs_a_reason_and_ends_it(self, settled: Cast, custody: CustodyAccount, table: list[Row]) -> None:
        rows = filled(table, custody)
        opening = handed_in(settled, custody, as_csv(rows), bank=(len(rows) - 1) * FEN)
        client = client_of(settled, "demo-approver")

        bare = client.post(f"/accounting/openings/{opening.number}/return/", {"reason": " "}, follow=True)
        client.post(f"/accounting/openings/{opening.number}/return/", {"reason": "银行对账单有误"})
        late = client.post(f"/accounting/openings/{opening.number}/accept/", follow=True)

        assert "请填写退回原因" in text(bare)
        assert "请勿重复办理" in text(late)


class TestTheDatabaseRefuses:
    def refused(self, sql: str, *values: Any) -> str:
        with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
        return str(refusal.value)

    def test_what_must_never_be(self, settled: Cast, custody: CustodyAccount, table: list[Row]) -> None:
        rows = filled(table, custody)
        opening = handed_in(settled, custody, as_csv(rows), bank=(len(rows) - 1) * FEN)
        set_ = "update accounting_opening set state = 'BOOKING', checked_at = made_at, checked_by_id = "

        assert "accepted_by_another" in self.refused(f"{set_} made_by_id where id = %s", opening.pk)
        assert "cannot follow" in self.refused(
            "update accounting_opening set total_fen = total_fen + 1 where id = %s", opening.pk
        )
        assert "do not change" in self.refused(
            "update accounting_openingline set fen = fen + 1 where opening_id = %s", opening.pk
        )
        assert "do not change" in self.refused("delete from accounting_openingline where opening_id = %s", opening.pk)
        assert "do not change" in self.refused(
            "update accounting_openingtotal set bank_fen = 1 where opening_id = %s", opening.pk
        )
        assert "deletion" in self.refused("delete from accounting_opening where id = %s", opening.pk)

    def test_an_acceptance_that_does_not_agree_with_the_banks(
        self, settled: Cast, custody: CustodyAccount, table: list[Row]
    ) -> None:
        client_of(settled, "demo-accountant").post(
            "/accounting/openings/new/", form(custody, as_csv(filled(table, custody)), bank=5)
        )

        assert "agree" in self.refused("update accounting_opening set state = 'WAITING'")


class TestTheJob:
    def test_done_twice_books_once(self, settled: Cast, custody: CustodyAccount, table: list[Row]) -> None:
        rows = filled(table, custody)
        opening = handed_in(settled, custody, as_csv(rows), bank=(len(rows) - 1) * FEN)
        openings.accept(opening.pk, by=settled["demo-approver"], at=AT)
        opening.refresh_from_db()
        jobs.run(opening.job_id or 0)

        again = Job.objects.create(
            kind=openings.BOOKING, title="再来", arguments={"opening_id": opening.pk, "back": "/"}, asked_at=AT
        )
        assert jobs.run(again.pk).state == JobState.DONE

        assert sub_accounts.balances([int(rows[1][0])])[int(rows[1][0])].balance_fen == FEN

    def test_reads_what_was_sealed(self, settled: Cast, custody: CustodyAccount, table: list[Row]) -> None:
        content = as_csv(filled(table, custody))
        opening = handed_in(settled, custody, content, bank=5)

        with default_storage.open(opening.path) as stored:
            assert custody.number.encode() not in stored.read()
        with open_sealed(opening.path) as opened:
            assert opened.read() == content

    def test_says_that_the_file_is_gone(self, settled: Cast, custody: CustodyAccount, table: list[Row]) -> None:
        client = client_of(settled, "demo-accountant")
        client.post("/accounting/openings/new/", form(custody, as_csv(filled(table, custody)), bank=5))
        opening = Opening.objects.get()
        default_storage.delete(opening.path)

        jobs.run(opening.job_id or 0)

        assert faults(opening) == [(0, "存放的文件已丢失或损坏，请重新上传")]


class TestWhoeverIsNoAccountant:
    def test_hands_in_nothing_and_sees_nothing_of_another_city(
        self, settled: Cast, custody: CustodyAccount, table: list[Row]
    ) -> None:
        opening = handed_in(settled, custody, as_csv(filled(table, custody)), bank=5)

        for who in ("demo-approver", "demo-cashier", "demo-auditor", "demo-clerk", "demo-teller1"):
            assert client_of(settled, who).get("/accounting/openings/new/").status_code == 403
        assert client_of(settled, "stranger-clerk").get(f"/accounting/openings/{opening.number}/").status_code == 403
        assert Client().get("/accounting/openings/")["Location"].startswith("/login/")

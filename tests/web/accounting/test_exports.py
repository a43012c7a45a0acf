"""A city's data out of the platform: complete, readable by others, masked unless there is a reason. covers: X6"""

import csv
import io
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import TODAY, Cast
from tests.web.pages import client_of, text
from upkeep.accounting.models import DataExport
from upkeep.banking.custody_books import books_of
from upkeep.books import statements
from upkeep.estate.kinds import HouseUse
from upkeep.estate.models import House, Ownership
from upkeep.kernel.masking import mask_name

pytestmark = pytest.mark.django_db


def table(settled: Cast, who: str, **data: str) -> list[list[str]]:
    answer: Any = client_of(settled, who).post("/accounting/exports/table/", data)
    assert answer.status_code == 200, answer
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


class TestATable:
    def test_of_sub_accounts_adds_up_to_the_books(self, settled: Cast) -> None:
        rows = table(settled, "demo-accountant", kind="SUB_ACCOUNTS")

        books = books_of(settled.city.jurisdiction.pk)
        bank = {
            row.account.code: row.closing_fen
            for row in statements.trial_balance(first=TODAY, last=TODAY, area_ids=books)
        }["1001"]
        assert len(rows) - 1 == House.objects.count()
        assert sum(round(float(row[5]) * 100) for row in rows[1:]) == bank

    def test_of_houses_has_every_house(self, settled: Cast) -> None:
        rows = table(settled, "demo-auditor", kind="HOUSES")

        assert {row[0] for row in rows[1:]} == {str(pk) for pk in House.objects.values_list("pk", flat=True)}
        assert {row[8] for row in rows[1:]} <= set(HouseUse.labels)

    def test_of_owners_is_masked(self, settled: Cast) -> None:
        rows = table(settled, "demo-accountant", kind="OWNERS")

        owned = Ownership.objects.select_related("owner").filter(until__isnull=True, owner__id_kind="ID_CARD")[0]
        mine = next(row for row in rows[1:] if row[0] == str(owned.house_id))
        shown = "\n".join(",".join(row) for row in rows)
        assert mine[5] == mask_name(owned.owner.name)
        assert owned.owner.id_number not in shown and owned.owner.phone not in shown
        assert "*" in mine[7]

    def test_of_owners_in_full_takes_the_right_and_a_reason_and_is_on_record(self, settled: Cast) -> None:
        owned = Ownership.objects.select_related("owner").filter(until__isnull=True)[0]

        bare = client_of(settled, "demo-approver").post(
            "/accounting/exports/table/", {"kind": "OWNERS", "in_full": "on"}, follow=True
        )
        wrong = client_of(settled, "demo-accountant").post(
            "/accounting/exports/table/", {"kind": "OWNERS", "in_full": "on", "reason": "想看"}, follow=True
        )
        assert "请写明用途" in text(bare)
        assert "没有导出完整个人信息的权限" in text(wrong)
        assert not DataExport.objects.exists()
        rows = table(settled, "demo-approver", kind="OWNERS", in_full="on", reason="移交档案馆")

        assert any(owned.owner.id_number in row for row in rows)
        assert "移交档案馆" in text(client_of(settled, "demo-auditor").get("/accounting/exports/"))

    def test_of_another_kind_is_refused(self, settled: Cast) -> None:
        answer = client_of(settled, "demo-accountant").post("/accounting/exports/table/", {"kind": "X"}, follow=True)

        assert "请选择要导出的内容" in text(answer)

    def test_keeps_to_the_city(self, settled: Cast) -> None:
        answer = client_of(settled, "stranger-clerk").post("/accounting/exports/table/", {"kind": "OWNERS"})

        assert answer.status_code == 403


class TestTheJournal:
    @pytest.mark.parametrize(("wanted", "words"), [("hledger", "commodity 1. FEN"), ("beancount", "open Assets:1001")])
    def test_balances_in_whole_fen(self, settled: Cast, wanted: str, words: str) -> None:
        answer: Any = client_of(settled, "demo-accountant").post("/accounting/exports/journal/", {"format": wanted})

        journal = b"".join(answer.streaming_content).decode()
        amounts = [int(line.split()[-2]) for line in journal.splitlines() if line.startswith("    ")]
        assert words in journal
        assert len(amounts) > 2 and sum(amounts) == 0
        assert DataExport.objects.get().kind == "JOURNAL"

    def test_ends_on_the_day_asked_for(self, settled: Cast) -> None:
        data = {"format": "hledger", "last": "2001-01-01", "sub_accounts": "on"}

        answer: Any = client_of(settled, "demo-accountant").post("/accounting/exports/journal/", data)

        assert b"".join(answer.streaming_content).decode().split() == ["commodity", "1.", "FEN"]

    def test_asks_for_a_format(self, settled: Cast) -> None:
        answer = client_of(settled, "demo-accountant").post(
            "/accounting/exports/journal/", {"format": "xml"}, follow=True
        )

        assert "请选择格式" in text(answer)


class TestTheDictionary:
    def test_says_what_every_column_is(self, settled: Cast) -> None:
        answer: Any = client_of(settled, "demo-auditor").get("/accounting/exports/dictionary/")

        rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
        for kind in ("SUB_ACCOUNTS", "HOUSES", "OWNERS"):
            header = table(settled, "demo-accountant", kind=kind)[0]
            label = {"SUB_ACCOUNTS": "分户账", "HOUSES": "房屋", "OWNERS": "业主"}[kind]
            assert [row[1] for row in rows if row[0] == label] == header
        assert all(row[3] and row[4] for row in rows[1:])


class TestTheRecord:
    def test_cannot_be_changed(self, settled: Cast) -> None:
        table(settled, "demo-accountant", kind="HOUSES")

        for sql in ("update accounting_dataexport set by_name = 'x'", "delete from accounting_dataexport"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)

"""A voucher written by hand, from the page to the sub-account, always by two persons. covers: F1"""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from tests.cast import AT, TODAY, Cast
from tests.web.pages import client_of, text
from upkeep.accounting import manual
from upkeep.accounting.manual import NewLine, Written
from upkeep.accounting.models import ManualLine, ManualState, ManualVoucher
from upkeep.banking.custody_books import custodies_of
from upkeep.banking.models import CustodyAccount
from upkeep.books import sub_accounts, vouchers
from upkeep.books.chart import FundKind
from upkeep.estate.models import House
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.errors import HasProblems, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def custody(settled: Cast) -> CustodyAccount:
    return next(one for one in custodies_of(settled.city.jurisdiction.pk) if one.fund_kind == FundKind.COMMODITY)


@pytest.fixture
def house(settled: Cast) -> House:
    """A house that has paid."""
    return next(
        one
        for one in houses_of_area(settled.area().pk)
        if sub_accounts.balances([one.pk])[one.pk].balance_fen > 1_000_00
    )


def balance(house: House) -> int:
    return sub_accounts.balances([house.pk])[house.pk].balance_fen


def written(house: House, custody: CustodyAccount, *, fen: int = 12_34, **changes: Any) -> Written:
    """Interest that an area's house was promised: 借 1001 贷 3001."""
    usual: dict[str, Any] = {
        "custody_id": custody.pk,
        "area_id": house.area_id,
        "booked_on": TODAY,
        "summary": "补记利息",
        "lines": [
            NewLine(code="1001", debit_fen=fen),
            NewLine(code="3001", house_id=house.pk, credit_fen=fen),
        ],
    }
    return Written(**(usual | changes))


def fields(house: House, custody: CustodyAccount, **changes: str) -> dict[str, str]:
    return {
        "book": str(house.area_id),
        "custody": str(custody.pk),
        "booked_on": str(timezone.localdate()),
        "attachments": "2",
        "summary": "补记利息",
        "line_count": "4",
        "lines-0-code": "1001",
        "lines-0-debit": "12.34",
        "lines-1-code": "3001",
        "lines-1-house": f"{house.building.name} {house.label}",
        "lines-1-credit": "12.34",
    } | changes


def handed_in(settled: Cast, house: House, custody: CustodyAccount, **changes: Any) -> ManualVoucher:
    voucher = manual.draft(written(house, custody, **changes), by=settled["demo-accountant"], at=AT)
    return manual.submit(voucher.pk, by=settled["demo-accountant"], at=AT)


class TestAManualVoucher:
    def test_is_written_by_one_checked_by_another_and_booked(
        self, settled: Cast, house: House, custody: CustodyAccount
    ) -> None:
        before = balance(house)
        accountant, approver = client_of(settled, "demo-accountant"), client_of(settled, "demo-approver")

        page = accountant.post("/accounting/manual/new/", fields(house, custody, submit="1"), follow=True)
        number = ManualVoucher.objects.get().number
        assert "等待他人复核" in text(page) and "补记利息" in text(page)
        assert "由您制单" in text(accountant.post(f"/accounting/manual/{number}/approve/", follow=True))
        assert balance(house) == before
        booked = approver.post(f"/accounting/manual/{number}/approve/", follow=True)

        assert "已记账" in text(booked)
        assert balance(house) == before + 12_34
        voucher = ManualVoucher.objects.get()
        assert voucher.attachments == 2
        entry = voucher.entry_id
        shown = text(approver.get(f"/accounting/vouchers/{entry}/"))
        assert "手工记账" in shown and number in shown

    def test_is_kept_as_a_draft_and_written_anew(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        client = client_of(settled, "demo-accountant")
        client.post("/accounting/manual/new/", fields(house, custody, save="1"))
        number = ManualVoucher.objects.get().number
        form = client.get(f"/accounting/manual/{number}/edit/").content.decode()
        assert "12.34" in form and house.room in form

        answer = client.post(
            f"/accounting/manual/{number}/edit/",
            fields(house, custody, submit="1") | {"lines-0-debit": "20", "lines-1-credit": "20"},
            follow=True,
        )

        assert "等待他人复核" in text(answer)
        assert ManualVoucher.objects.get().amount_fen == 20_00
        again = client.get(f"/accounting/manual/{number}/edit/", follow=True)
        assert "不能修改" in text(again)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"lines-1-house": "99幢 1"}, "本账簿没有这套房屋"),
            ({"lines-1-house": ""}, "涉及分户"),
            ({"lines-0-house": "1幢 101"}, "不要填写房屋|没有这套房屋"),
            ({"lines-0-credit": "1"}, "须填且只填一个"),
            ({"lines-0-debit": "abc"}, "大于 0 的金额"),
            ({"lines-1-code": "3002"}, "不属于"),
            ({"lines-0-code": "100199"}, "选择一个有效的选项|有效"),
            ({"booked_on": "2099-01-01"}, "不能晚于今天"),
            ({"summary": ""}, "必填|摘要"),
            ({"book": "1"}, "有效"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_nothing(
        self, settled: Cast, house: House, custody: CustodyAccount, changes: dict[str, str], said: str
    ) -> None:
        client = client_of(settled, "demo-accountant")

        answer = client.post("/accounting/manual/new/", fields(house, custody, save="1") | changes)

        assert answer.status_code == 200
        assert any(words in text(answer) for words in said.split("|")), text(answer)
        assert not ManualVoucher.objects.exists()

    def test_that_does_not_balance_stays_a_draft(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        changed = fields(house, custody, submit="1") | {"lines-0-debit": "99"}

        answer = client_of(settled, "demo-accountant").post("/accounting/manual/new/", changed, follow=True)

        assert "不相等" in text(answer)
        assert ManualVoucher.objects.get().state_now is ManualState.DRAFT

    def test_shows_more_lines_on_demand(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        answer = client_of(settled, "demo-accountant").post(
            "/accounting/manual/new/", fields(house, custody, more="1")
        )

        assert "lines-7-code" in answer.content.decode() and "12.34" in answer.content.decode()

    def test_is_returned_with_a_reason_and_handed_in_again(
        self, settled: Cast, house: House, custody: CustodyAccount
    ) -> None:
        voucher = handed_in(settled, house, custody)
        approver = client_of(settled, "demo-approver")

        bare = approver.post(f"/accounting/manual/{voucher.number}/return/", follow=True)
        answer = approver.post(f"/accounting/manual/{voucher.number}/return/", {"reason": "附件不全"}, follow=True)
        assert "请填写退回原因" in text(bare)
        assert "附件不全" in text(answer)
        manual.submit(voucher.pk, by=settled["demo-accountant"], at=AT)

        assert manual.approve(voucher.pk, by=settled["demo-approver"], at=AT).state_now is ManualState.POSTED

    def test_is_dropped_by_whoever_wrote_it(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        voucher = manual.draft(written(house, custody), by=settled["demo-accountant"], at=AT)

        answer = client_of(settled, "demo-accountant").post(f"/accounting/manual/{voucher.number}/drop/", follow=True)

        assert "已作废" in text(answer)

    def test_of_a_custody_account_books_what_belongs_to_no_area(
        self, settled: Cast, custody: CustodyAccount, house: House
    ) -> None:
        lines = [NewLine(code="1001", debit_fen=500), NewLine(code="4901", credit_fen=500)]
        voucher = handed_in(settled, house, custody, area_id=None, lines=lines)

        manual.approve(voucher.pk, by=settled["demo-approver"], at=AT)

        page = vouchers.voucher_page(book_ids=[custody.pk], first=TODAY, last=TODAY)
        assert [one.amount_fen for one in page.rows] == [500]

    def test_never_takes_a_house_or_a_bank_account_below_zero(
        self, settled: Cast, house: House, custody: CustodyAccount
    ) -> None:
        much = balance(house) + 1
        back = [NewLine(code="3001", house_id=house.pk, debit_fen=much), NewLine(code="1001", credit_fen=much)]
        bonds = [NewLine(code="1001", debit_fen=5), NewLine(code="1101", credit_fen=5)]

        for lines in (back, bonds):
            voucher = handed_in(settled, house, custody, lines=lines)
            with pytest.raises(Refusal):
                manual.approve(voucher.pk, by=settled["demo-approver"], at=AT)

        assert not ManualVoucher.objects.filter(state=ManualState.POSTED).exists()

    def test_is_approved_once(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        voucher = handed_in(settled, house, custody)
        manual.approve(voucher.pk, by=settled["demo-approver"], at=AT)

        with pytest.raises(manual.NotOpen):
            manual.approve(voucher.pk, by=settled["demo-approver"], at=AT)


class TestAReversal:
    def test_takes_back_by_two_persons_and_once(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        before = balance(house)
        voucher = handed_in(settled, house, custody)
        manual.approve(voucher.pk, by=settled["demo-approver"], at=AT)
        client = client_of(settled, "demo-accountant")

        asked = client.post(
            f"/accounting/manual/{voucher.number}/reverse/", {"reason": "记重", "booked_on": str(TODAY)}, follow=True
        )
        reversal = ManualVoucher.objects.get(reverses=voucher)
        assert "冲销凭证已提交" in text(asked) and "记重" in text(asked)
        assert "由您制单" in text(client.post(f"/accounting/manual/{reversal.number}/approve/", follow=True))
        again = client.post(
            f"/accounting/manual/{voucher.number}/reverse/", {"reason": "再来", "booked_on": str(TODAY)}, follow=True
        )
        manual.approve(reversal.pk, by=settled["demo-approver"], at=AT)

        assert "已经冲销，或已有冲销" in text(again)
        assert balance(house) == before
        assert ManualVoucher.objects.filter(reverses=voucher).count() == 1

    def test_of_a_reversal_or_a_draft_is_refused(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        voucher = handed_in(settled, house, custody)

        with pytest.raises(manual.NotOpen):
            manual.ask_reversal(voucher.pk, reason="错", booked_on=TODAY, by=settled["demo-accountant"], at=AT)
        with pytest.raises(HasProblems):
            manual.ask_reversal(voucher.pk, reason=" ", booked_on=TODAY, by=settled["demo-accountant"], at=AT)


class TestTheDatabaseRefuses:
    """Whoever asks: whatever the pages and actions promise, the database holds to it."""

    def refused(self, sql: str, *values: Any) -> str:
        with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
        return str(refusal.value)

    def test_that_one_person_does_both_parts(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        voucher = handed_in(settled, house, custody)
        said = self.refused(
            "update accounting_manualvoucher set state = 'POSTED', entry_id = 1, checked_by_id = made_by_id,"
            " checked_at = made_at where id = %s",
            voucher.pk,
        )
        assert "manual_is_its_entry" in said or "not booked" in said

        manual.approve(voucher.pk, by=settled["demo-approver"], at=AT)
        said = self.refused("update accounting_manualvoucher set checked_by_id = made_by_id where id = %s", voucher.pk)
        assert "cannot follow" in said or "manual_is_checked_by_another" in said

    def test_that_what_is_being_checked_changes(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        voucher = handed_in(settled, house, custody)
        line = ManualLine.objects.filter(voucher=voucher)[0]

        assert "do not change" in self.refused(
            "update accounting_manualline set debit_fen = 1, credit_fen = 0 where id = %s", line.pk
        )
        assert "do not change" in self.refused("delete from accounting_manualline where id = %s", line.pk)
        assert "does not change" in self.refused(
            "update accounting_manualvoucher set summary = 'x' where id = %s", voucher.pk
        )
        assert "deletion" in self.refused("delete from accounting_manualvoucher where id = %s", voucher.pk)

    def test_that_an_unbalanced_one_is_handed_in(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        lines = [NewLine(code="1001", debit_fen=5), NewLine(code="3001", house_id=house.pk, credit_fen=4)]
        voucher = manual.draft(written(house, custody, lines=lines), by=settled["demo-accountant"], at=AT)

        assert "balance" in self.refused(
            "update accounting_manualvoucher set state = 'WAITING' where id = %s", voucher.pk
        )

    def test_that_house_money_moves_without_a_house(
        self, settled: Cast, house: House, custody: CustodyAccount
    ) -> None:
        voucher = manual.draft(written(house, custody), by=settled["demo-accountant"], at=AT)

        for change in ("house_id = null where line_no = 2", "code = '100199' where line_no = 1"):
            said = self.refused(f"update accounting_manualline set {change} and voucher_id = %s", voucher.pk)
            assert "manual_line_" in said


class TestWhoeverIsNoAccountant:
    @pytest.mark.parametrize("who", ["demo-approver", "demo-cashier", "demo-auditor", "demo-clerk", "demo-developer"])
    def test_writes_none(self, settled: Cast, who: str) -> None:
        assert client_of(settled, who).get("/accounting/manual/new/").status_code == 403

    def test_sees_none_of_another_city(self, settled: Cast, house: House, custody: CustodyAccount) -> None:
        voucher = handed_in(settled, house, custody)

        assert client_of(settled, "stranger-clerk").get(f"/accounting/manual/{voucher.number}/").status_code == 403
        assert Client().get("/accounting/manual/")["Location"].startswith("/login/")

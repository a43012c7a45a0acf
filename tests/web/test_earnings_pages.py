"""利息与收益 from the pages: rates entered and confirmed, interest settled, approved, reversed; money put out.

# covers: F5 F6
"""

import datetime as dt
import io
from typing import Any

import openpyxl
import pypdf
import pytest
from django.test import Client
from django.utils import timezone

from tests.banking.town import Town
from tests.earnings.scene import balance, custody, follow, houses_of, make_scene, put_in, second_area, work
from tests.staging import staged
from tests.web.pages import text
from upkeep.banking.custody_books import credit_interest
from upkeep.books import closing
from upkeep.books.chart import FundKind
from upkeep.earnings.models import InterestLine, InterestRun, Investment, RateSheet, RunState
from upkeep.earnings.terms import previous_settlement
from upkeep.kernel.dates import day_of
from upkeep.parties.models import User
from upkeep.policy.interest_rule import InterestRule

pytestmark = pytest.mark.django_db


def scene() -> Town:
    """Deposits of years ago and this year's interest, on the last settlement day before today."""
    town = make_scene()
    first, second = houses_of(town.area), houses_of(second_area())
    put_in(town, {first[0]: 1_200_000, first[1]: 600_000}, dt.date(2020, 3, 1))
    put_in(town, {second[0]: 700_000}, dt.date(2020, 3, 1))
    put_in(town, {first[3]: 500_000}, dt.date(2020, 3, 1), kind=FundKind.PUBLIC)
    now = timezone.now()
    credit_interest(custody_id=custody(town), fen=50_000, serial="LX1", booked_on=last_settlement(), at=now)
    return town


def last_settlement() -> dt.date:
    today = day_of(timezone.now())
    return previous_settlement(InterestRule(), before=today + dt.timedelta(days=1))


town = staged(scene)


def client(town: Town, who: str) -> Client:
    found = Client()
    found.force_login(User.objects.get(pk=town.people[who].user_id))
    return found


def begun(town: Town) -> InterestRun:
    day = last_settlement().isoformat()
    answer = client(town, "accountant").post("/earnings/runs/new/", {"settled_on": day, "booked_on": day})
    assert answer.status_code == 302, text(answer)
    work()
    return InterestRun.objects.latest("made_at")


def post(who: Client, url: str, **data: Any) -> str:
    """What the page says after a press."""
    return text(who.post(url, data, follow=True))


class TestSettlingInterest:
    def test_goes_from_the_accountants_page_to_every_sub_account(self, town: Town) -> None:
        accountant, approver = client(town, "accountant"), client(town, "approver")
        assert "500.00" in text(accountant.get("/earnings/runs/"))
        run = begun(town)
        house = houses_of(town.area)[0]
        before = balance(house)

        shown = text(accountant.get(f"/earnings/runs/{run.number}/"))
        assert "500.00" in shown and "等待您以外的审批人员审批" in shown and "审批通过" not in shown
        area = text(accountant.get(f"/earnings/runs/{run.number}/areas/{town.area.pk}/"))
        assert "1栋 1单元 101" in area and "240.00" in area
        assert "审批通过，入账" in text(approver.get(f"/earnings/runs/{run.number}/"))
        said = post(approver, f"/earnings/runs/{run.number}/approve/")
        assert "正在分区域记账" in said
        work()

        run.refresh_from_db()
        assert run.state == RunState.POSTED
        assert balance(house) - before == InterestLine.objects.get(run=run, sub_account_id=house.pk).fen == 24_000
        assert "已入账" in text(approver.get(f"/earnings/runs/{run.number}/"))
        statement = text(accountant.get(f"/office/books/sub-accounts/{house.pk}/"))
        assert "收益分配到户" in statement

    def test_is_sent_back_computed_again_and_given_up(self, town: Town) -> None:
        accountant, approver = client(town, "accountant"), client(town, "approver")
        run = begun(town)
        assert "请填写退回原因" in post(approver, f"/earnings/runs/{run.number}/return/", reason="")
        assert "金额不符" in post(approver, f"/earnings/runs/{run.number}/return/", reason="金额不符")
        assert "已开始重新计算" in post(accountant, f"/earnings/runs/{run.number}/recompute/")
        work()
        assert "已作废" in post(accountant, f"/earnings/runs/{run.number}/void/")
        assert begun(town).number != run.number

    def test_says_at_the_field_what_is_wrong_with_the_day(self, town: Town) -> None:
        page = client(town, "accountant").post(
            "/earnings/runs/new/", {"settled_on": "2026-01-01", "booked_on": "2026-01-01"}
        )
        assert "本市的结息日为 6 月 30 日" in text(page)

    def test_by_agreed_rates_asks_for_them_first(self, town: Town) -> None:
        follow(town, InterestRule(mode="AGREED"))
        day = last_settlement().isoformat()
        page = client(town, "accountant").post("/earnings/runs/new/", {"settled_on": day, "booked_on": day})
        assert "请先录入并确认利率表" in text(page)

    def test_is_taken_back_as_a_whole(self, town: Town) -> None:
        accountant, approver = client(town, "accountant"), client(town, "approver")
        run = begun(town)
        post(approver, f"/earnings/runs/{run.number}/approve/")
        work()
        assert "请填写冲销原因" in post(accountant, f"/earnings/runs/{run.number}/reverse/", reason="")
        assert "等待审批" in post(accountant, f"/earnings/runs/{run.number}/reverse/", reason="利率有误")
        assert "保持不变" in post(approver, f"/earnings/runs/{run.number}/reverse/decline/")
        post(accountant, f"/earnings/runs/{run.number}/reverse/", reason="利率有误")
        assert "已同意冲销" in post(approver, f"/earnings/runs/{run.number}/reverse/approve/")
        work()
        run.refresh_from_db()
        assert (run.state, balance(houses_of(town.area)[0])) == (RunState.REVERSED, 1_200_000)

    def test_goes_out_as_workbook_and_print(self, town: Town) -> None:
        accountant = client(town, "accountant")
        run = begun(town)
        book = openpyxl.load_workbook(io.BytesIO(accountant.get(f"/earnings/runs/{run.number}/export/").content))
        rows = [[cell for cell in row if cell is not None] for row in book.worksheets[0].iter_rows(values_only=True)]
        assert any("滨江花园" in row for row in rows)
        houses = accountant.get(f"/earnings/runs/{run.number}/areas/{town.area.pk}/export/").content
        sheet = openpyxl.load_workbook(io.BytesIO(houses)).worksheets[0]
        assert any("1栋 1单元 101" in map(str, row) for row in sheet.iter_rows(values_only=True))
        printed = accountant.post(f"/earnings/runs/{run.number}/print/", follow=True)
        words = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed.content)).pages)
        assert "结息汇总表" in words and "500.00" in words and run.number in words


class TestAWorkerThatGaveUp:
    def test_is_named_on_the_page_with_a_way_to_go_on(self, town: Town) -> None:
        approver = client(town, "approver")
        run = begun(town)
        post(approver, f"/earnings/runs/{run.number}/approve/")
        closing.close_period(area_ids=[town.area.pk], through=run.booked_on, at=timezone.now(), by="郑会计")
        work()
        assert "已结账" in text(approver.get(f"/earnings/runs/{run.number}/"))
        closing.reopen_period(area_ids=[town.area.pk], through=run.booked_on, at=timezone.now(), by="郑会计")
        assert "已继续办理" in post(approver, f"/earnings/runs/{run.number}/go-on/")
        work()
        run.refresh_from_db()
        assert run.state == RunState.POSTED


class TestRates:
    def test_are_entered_by_one_and_confirmed_by_another(self, town: Town) -> None:
        accountant, approver = client(town, "accountant"), client(town, "approver")
        day = timezone.localdate().isoformat()
        answer = accountant.post(
            "/earnings/rates/new/", {"bank": "", "valid_from": day, "basis": "公告", "DEMAND": "0.05", "Y1": "0.95%"}
        )
        assert answer.status_code == 302
        sheet = RateSheet.objects.get()
        assert dict(sheet.rates.values_list("term", "millionths")) == {"DEMAND": 500, "Y1": 9_500}
        assert "确认无误" not in text(accountant.get("/earnings/rates/"))
        assert "0.95%" in text(approver.get("/earnings/rates/"))
        assert "自执行日期起使用" in post(approver, f"/earnings/rates/{sheet.pk}/confirm/")

    def test_that_are_wrong_are_named_at_their_fields(self, town: Town) -> None:
        page = client(town, "accountant").post(
            "/earnings/rates/new/", {"bank": "", "valid_from": "2026-01-01", "basis": "公告", "DEMAND": "0.00001"}
        )
        assert "最多四位小数" in text(page)

    def test_are_sent_back_or_taken_back(self, town: Town) -> None:
        accountant, approver = client(town, "accountant"), client(town, "approver")
        data = {"bank": "", "valid_from": "2026-01-01", "basis": "公告", "DEMAND": "0.05"}
        accountant.post("/earnings/rates/new/", data)
        first = RateSheet.objects.get()
        assert "已退回" in post(approver, f"/earnings/rates/{first.pk}/refuse/", reason="日期有误")
        accountant.post("/earnings/rates/new/", data)
        second = RateSheet.objects.exclude(pk=first.pk).get()
        assert "已撤回" in post(accountant, f"/earnings/rates/{second.pk}/drop/")


class TestInvestments:
    def entered(self, town: Town, **changes: str) -> Investment:
        today = timezone.localdate()
        data = {
            "custody": str(custody(town)),
            "kind": "TERM",
            "name": "一年期整存整取",
            "certificate": "CD1",
            "principal": "10,000.00",
            "rate": "1.5",
            "placed_on": (today - dt.timedelta(days=400)).isoformat(),
            "matures_on": (today - dt.timedelta(days=35)).isoformat(),
            "basis": "江城维资〔2025〕8号",
            "serial": "ZC1",
        }
        answer = client(town, "accountant").post("/earnings/investments/new/", data | changes)
        assert answer.status_code == 302, text(answer)
        return Investment.objects.latest("asked_at")

    def test_go_out_and_come_back_by_two_people(self, town: Town) -> None:
        accountant, approver = client(town, "accountant"), client(town, "approver")
        one = self.entered(town)
        assert "审批通过" not in text(accountant.get(f"/earnings/investments/{one.number}/"))
        assert "已审批并记账" in post(approver, f"/earnings/investments/{one.number}/approve/")
        assert "已经到期" in text(accountant.get("/earnings/investments/"))
        assert "150.00" in text(accountant.get(f"/earnings/investments/{one.number}/redeem/"))
        data = {"returned_on": timezone.localdate().isoformat(), "interest": "150.00", "serial": "DQ1"}
        accountant.post(f"/earnings/investments/{one.number}/redeem/", data)
        assert "退回" in post(approver, f"/earnings/investments/{one.number}/redeem/return/", reason="流水有误")
        accountant.post(f"/earnings/investments/{one.number}/redeem/", data)
        assert "已收回并记账" in post(approver, f"/earnings/investments/{one.number}/redeem/check/")
        assert "650.00" in text(accountant.get("/earnings/runs/"))  # waits to be distributed with the bank's interest

    def test_are_declined_with_a_reason(self, town: Town) -> None:
        one = self.entered(town)
        assert "已退回" in post(
            client(town, "approver"), f"/earnings/investments/{one.number}/decline/", reason="偏低"
        )
        one.refresh_from_db()
        assert (one.state, one.note) == ("DECLINED", "偏低")


class TestWhoMayNot:
    def test_see_or_do_any_of_it(self, town: Town) -> None:
        run = begun(town)
        teller = client(town, "teller")
        assert teller.get("/earnings/runs/").status_code == 403
        assert teller.post(f"/earnings/runs/{run.number}/approve/").status_code == 403
        assert client(town, "approver").get("/earnings/runs/new/").status_code == 403
        assert client(town, "accountant").post(f"/earnings/runs/{run.number}/approve/").status_code == 403

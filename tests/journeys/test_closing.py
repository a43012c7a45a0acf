"""A month is closed by two people in their browsers, and the statements are read down to the vouchers.

# covers: F7
"""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Playwright

from tests.journeys.product import PHONE, Visitor, served
from upkeep.closing.periods import month_of
from upkeep.demo.load import load_small

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]


def test_two_people_close_a_month_and_read_its_statements(playwright: Playwright, database_url: str) -> None:
    load_small(today=timezone.localdate())
    month = month_of(timezone.localdate()).month_before()
    with served(database_url) as base:
        with Visitor(playwright, base, "closing-accountant") as accountant:
            accountant.demo_login("demo-accountant")
            accountant.goto("/closing/controls/")
            accountant.sees("没有不成立的控制公式")
            accountant.shot("controls")
            accountant.goto("/closing/")
            accountant.click("办理首次结账")
            accountant.sees("近期做过账务全面核查")
            accountant.fill("说明", "核查安排在今晚")
            accountant.shot("checklist")
            accountant.click("提交复核")
            accountant.sees("须由您以外的审批或会计人员复核")
            address = accountant.page.url.removeprefix(base)
        with Visitor(playwright, base, "closing-approver") as approver:
            approver.demo_login("demo-approver")
            approver.goto(address)
            approver.shot("to-be-checked")
            approver.click("同意，开始办理")
            approver.page.locator("dialog[open] [data-dialog-yes]").click()
            approver.sees("结账时的会计报表")
            approver.sees("已办结")
            approver.shot("closed")
            read(approver, period=month.key)
        with Visitor(playwright, base, "closing-phone", size=PHONE) as phone:
            phone.demo_login("demo-auditor")
            phone.goto(f"/closing/statements/balance/?period={month.key}")
            phone.shot("balance")
            assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            phone.goto(address)
            phone.shot("closed")


def read(reader: Visitor, *, period: str) -> None:
    """From the balance sheet over one figure and its ledger to a voucher."""
    reader.goto(f"/closing/statements/balance/?period={period}")
    reader.sees("已结账")
    reader.shot("balance")
    for tab in ("收支表", "净资产变动表", "净资产变动明细表", "资产负债表"):
        reader.click(tab)
        reader.shot(tab)
    row = reader.page.locator("tr", has_text="银行存款").first
    row.locator("td a").last.click()
    reader.page.wait_for_load_state()
    reader.sees("合计")
    reader.shot("figure")
    reader.page.get_by_role("link", name=re.compile("明细账$")).first.click()
    reader.page.wait_for_load_state()
    reader.sees("银行存款")

"""The bank's counter by the keyboard alone, and a payment taken back by two people, on the page and in the money.

# covers: F2
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Playwright

from tests.journeys.product import PHONE, Visitor, served
from upkeep.banking.models import ReceiptMode
from upkeep.demo.load import load_small
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.estate.models import House
from upkeep.printing.checking import check_path

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]


@dataclass
class Counter:
    """A running product and the number of a slip that waits at its first bank."""

    base: str
    number: str


@pytest.fixture
def counter(database_url: str) -> Iterator[Counter]:
    city = load_small(today=timezone.localdate())
    free = House.objects.filter(first_deposit_due_fen__isnull=True, claims__isnull=True, nature="COMMODITY")
    house = free.select_related("area", "building").order_by("pk")[0]
    [slip] = issue_deposit_slips(
        area=house.area,
        houses=[house],
        payer_name="欧阳明远",
        payer_phone="13987654321",
        receipt_mode=ReceiptMode.WHOLE,
        by=city.actor("demo-developer"),
        at=timezone.now(),
    )
    with served(database_url) as base:
        yield Counter(base, slip.number)


def test_three_keys_book_a_payment_and_two_people_take_it_back(playwright: Playwright, counter: Counter) -> None:
    with Visitor(playwright, counter.base, "counter-teller") as teller:
        teller.demo_login("demo-teller1")
        teller.goto("/bank/counter/")
        press = teller.page.keyboard
        press.type("http://wx.example.com" + check_path(counter.number, city="jiangcheng"))
        press.press("Enter")
        teller.page.locator("#serial").wait_for()
        teller.sees("欧阳明远")
        teller.shot("paper")
        press.type("SN0001")
        press.press("Enter")
        teller.sees("回车确认收款")
        teller.shot("serial")
        press.press("Enter")
        teller.sees("收款确认成功")
        teller.shot("done")
        teller.page.get_by_text("确认有误，申请冲正").click()
        teller.fill("冲正原因", "录入了别户的通知单")
        teller.click("申请冲正")
        teller.sees("冲正申请已提交")
        teller.shot("asked")
    with Visitor(playwright, counter.base, "counter-second") as second:
        second.demo_login("demo-teller1-supervisor")
        second.sees("冲正待复核")
        second.shot("home")
        second.click("去复核")
        second.page.get_by_role("link", name=counter.number).click()
        second.page.keyboard.type("CZ0001")
        second.page.keyboard.press("Enter")
        second.sees("已冲正，单据恢复为待办状态")
        second.shot("approved")
        second.goto("/bank/journal/")
        second.sees("收款冲正")
        second.shot("journal")
    with Visitor(playwright, counter.base, "counter-phone", size=PHONE) as again:
        again.demo_login("demo-teller1")
        again.goto(f"/bank/counter/?q={counter.number}")
        again.page.locator("#serial").wait_for()
        again.shot("waits-again")

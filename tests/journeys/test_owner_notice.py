"""The window prints a notice for an owner; he scans it, and pays at the bank. At the desk and on a phone of 360 px.

# covers: D2 F2
"""

import random

import pytest
from playwright.sync_api import Playwright

from tests.journeys.product import SHOTS, Visitor
from upkeep.demo.people import invent
from upkeep.printing.checking import check_path

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]

SMALL_PHONE = {"width": 360, "height": 780}


def test_an_owner_gets_a_notice_scans_it_and_pays(base: str, playwright: Playwright) -> None:
    address = choose(playwright, base)
    look_at_a_phone(playwright, base, address)
    number = enter(playwright, base, address)
    scan(playwright, base, number, "可以交款")
    with Visitor(playwright, base, "notice-bank") as teller:
        teller.demo_login("demo-teller1")
        teller.goto(f"/bank/counter/?q={number}")
        teller.sees("欧阳明远")
        teller.shot("counter")
    follow(playwright, base, number)


def choose(playwright: Playwright, base: str) -> str:
    """A draft with two houses chosen; answers with the address of the owners' page."""
    with Visitor(playwright, base, "notice") as clerk:
        clerk.demo_login("demo-clerk")
        clerk.goto("/cases/new/printed_notice/")
        clerk.shot("guide")
        clerk.click("开始办理")
        clerk.page.get_by_label("物业区域", exact=False).first.select_option(label="翠竹苑")
        clerk.click("下一步")
        clerk.page.locator("building-table").wait_for()
        clerk.page.get_by_role("button", name="全选", exact=True).click()
        clerk.shot("houses")
        clerk.click("下一步")
        clerk.sees("点房屋前的“＋”")
        clerk.shot("owners")
        return clerk.page.url.removeprefix(base)


def look_at_a_phone(playwright: Playwright, base: str, address: str) -> None:
    with Visitor(playwright, base, "notice-phone", size=SMALL_PHONE) as clerk:
        clerk.demo_login("demo-clerk")
        clerk.goto(address)
        clerk.page.locator("details.payer:not(:has(.payer-body p))").first.locator("summary").click()
        clerk.shot("owners")


def enter(playwright: Playwright, base: str, address: str) -> str:
    """The owners entered in place: opened by double click, mistakes told at their boxes. Answers with a notice's number."""
    with Visitor(playwright, base, "notice-enter") as clerk:
        clerk.demo_login("demo-clerk")
        clerk.goto(address)
        payers = clerk.page.locator("details.payer:has(.payer-body input)")
        for place in range(payers.count()):
            payer, person = payers.nth(place), invent(random.Random(place))
            payer.locator("summary").dblclick()
            payer.get_by_label("业主姓名").fill("欧阳明远" if place == 0 else person.name)
            payer.get_by_label("证件类型").select_option("身份证")
            payer.get_by_label("证件号码").fill("1234567890" if place == 0 else person.id_number)
            payer.get_by_label("联系电话").fill(person.phone)
        clerk.click("代打交款通知单")
        clerk.sees("有 1 户填写有误")
        clerk.shot("mistake")
        wrong = clerk.page.locator("details.payer-wrong")
        wrong.get_by_label("证件号码").fill(invent(random.Random(0)).id_number)
        wrong.get_by_label("证件号码").press("Enter")
        clerk.sees("已保存 1 户")
        clerk.shot("filled")
        clerk.click("代打交款通知单")
        clerk.sees("业务办理完成")
        clerk.shot("done")
        clerk.page.get_by_role("link", name="张交存通知书").first.click()
        clerk.sees("打印全部交存通知书")
        clerk.shot("slips")
        with clerk.page.expect_response(lambda answer: "/slips/prints/" in answer.url) as printed:
            clerk.page.get_by_role("button", name="打印全部交存通知书").click()
        assert printed.value.headers["content-type"] == "application/pdf"
    with Visitor(playwright, base, "notice-slip") as clerk:
        clerk.demo_login("demo-clerk")
        clerk.goto("/deposits/slips/?payer=PERSON&q=欧阳明远")
        number = clerk.page.locator("td.title a.code").first.inner_text()
        clerk.goto(f"/deposits/slips/{number}/")
        clerk.sees("欧＊＊＊")
        clerk.shot("slip")
        return number


def scan(playwright: Playwright, base: str, number: str, words: str) -> None:
    """What the QR code of the notice opens on a small phone."""
    with Visitor(playwright, base, "notice-scan", size=SMALL_PHONE) as owner:
        owner.goto(check_path(number, city="jiangcheng"))
        owner.sees(words)
        wide = owner.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, wide
        SHOTS.mkdir(parents=True, exist_ok=True)
        owner.page.screenshot(path=SHOTS / f"{owner.name}-full-{words}.png", full_page=True)
        owner.shot(words)


def follow(playwright: Playwright, base: str, number: str) -> None:
    """Made void, scanned, and issued anew in one press."""
    with Visitor(playwright, base, "notice-again") as clerk:
        clerk.demo_login("demo-clerk")
        clerk.goto(f"/deposits/slips/{number}/void/")
        clerk.fill("作废原因", "手机号有误")
        clerk.click("确认作废")
        clerk.sees("可重新办理交款")
        clerk.shot("void")
        scan(playwright, base, number, "请勿交款")
        clerk.click("重新开具")
        clerk.sees("已按现行标准重新开具")
        clerk.shot("anew")

"""A withdrawal order walked from the area's card to the bank's word: company, window, office, bank.

# covers: R14
# covers: E13
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.journeys.product import PHONE, Visitor, served
from tests.repairs.order_scene import picture
from upkeep.demo.load import load_small
from upkeep.kernel.dates import day_of
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.project_rule import ProjectRule

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]
TITLE = "1幢单元门更新"


@pytest.fixture
def base(database_url: str) -> Iterator[str]:
    """The running product in a city that repairs by withdrawal orders."""
    today = day_of(dt.datetime.now(tz=dt.UTC))
    city = load_small(today=today)
    set_policy(
        kind=PolicyKind.PROJECT_RULE,
        jurisdiction_id=city.jurisdiction.pk,
        value=ProjectRule(starters=("PROPERTY_COMPANY",), form="ORDER", vote="SIGNED_AFTER"),
        valid_from=today,
    )
    with served(database_url) as address:
        yield address


def test_an_order_goes_from_the_card_to_the_payment(base: str, playwright: Playwright, tmp_path: Path) -> None:
    number = fill_in(playwright, base)
    enter_the_list(playwright, base, number, tmp_path / "签字表.png")
    for who in ("demo-reviewer", "demo-approver"):
        with Visitor(playwright, base, f"order-{who}") as officer:
            officer.demo_login(who)
            officer.goto(f"/cases/{number}/")
            officer.click("通过")
            officer.sees("已通过")
    pay(playwright, base, number)
    with Visitor(playwright, base, "order-end", size=PHONE) as company:
        company.demo_login("demo-company")
        company.goto("/orders/")
        company.sees("完结")
        company.shot("list")


def fill_in(playwright: Playwright, base: str) -> str:
    """The wizard, with a mistake on the way. Answers with the order's number."""
    with Visitor(playwright, base, "order") as company:
        company.demo_login("demo-company")
        company.goto("/orders/")
        company.click("新建任务单")
        company.shot("areas")
        company.page.locator(".order-card", has_text="江南名邸").get_by_role("button", name="进入业务").click()
        company.page.wait_for_load_state()
        day = day_of(dt.datetime.now(tz=dt.UTC)) + dt.timedelta(days=10)
        for label, value in (
            ("维修项目名称", TITLE),
            ("支取总金额（元）", "1234.57"),
            ("新维修部位名称", "单元门"),
            ("施工单位", "江城门业有限公司"),
            ("计划开工日", str(day)),
            ("计划完工日", str(day + dt.timedelta(days=30))),
            ("维修原因", "门体锈蚀"),
            ("维修内容", "更换单元门"),
            ("收款单位", "江城门业有限公司"),
            ("开户银行", "江城银行"),
            ("收款账号", "6222000099990001"),
        ):
            company.fill(label, value)
        company.page.get_by_label("新维修部位类型").select_option(label="其他")
        company.page.locator("button[value^=houses-]").first.click()
        company.page.locator("building-table").wait_for()
        company.page.get_by_label("全选本幢").check()
        with company.page.expect_response(lambda answer: answer.request.method == "POST"):
            company.page.get_by_role("button", name="批量保存房屋").click()
        company.shot("houses")
        company.click("上一步")
        company.page.locator("input[name=building]").first.check()
        company.click("填入勾选房屋户数和面积")
        company.click("计算分摊标准")
        company.fill("支取总金额（元）", "1234.56")
        company.sees("（已失效）") if company.page.get_by_text("（已失效）").count() else company.sees("不再有效")
        company.click("前往确认界面")
        company.sees("请重新点“计算分摊标准”")
        company.shot("stale")
        company.click("计算分摊标准")
        company.click("前往确认界面")
        company.sees("维修支取分摊明细")
        company.shot("confirm")
        company.click("提交")
        company.sees("业务结束")
        company.shot("done")
        return company.page.locator(".result-number b").inner_text()


def enter_the_list(playwright: Playwright, base: str, number: str, scan: Path) -> None:
    """The window checks the signatures, enters them, keeps the scan, counts, accepts."""
    scan.write_bytes(picture())
    with Visitor(playwright, base, "order-window") as clerk:
        clerk.demo_login("demo-clerk")
        clerk.goto(f"/cases/{number}/")
        clerk.shot("case")
        clerk.click("业主签字确认表录入与结果")
        clerk.click("保存，本页未录入的全部记为同意")
        clerk.page.locator("input[name=pages]").set_input_files(scan)
        clerk.click("上传")
        clerk.sees("签字表第 1 张")
        clerk.shot("signatures")
        clerk.click("公布结果")
        clerk.page.locator("dialog[open]").get_by_role("button", name="公布结果").click()
        clerk.sees("业主签字确认通过")
        clerk.click("受理")
        clerk.sees("已受理")


def pay(playwright: Playwright, base: str, number: str) -> None:
    """The bank pays what the order's page names."""
    with Visitor(playwright, base, "order-company") as company:
        company.demo_login("demo-company")
        company.goto(f"/orders/{number}/")
        order = company.page.locator("section[aria-label=付款] .code").first.inner_text()
    with Visitor(playwright, base, "order-bank") as teller:
        teller.demo_login("demo-teller1")
        teller.goto(f"/bank/counter/?q={order}")
        teller.page.keyboard.type("ZQ20260001")
        teller.page.keyboard.press("Enter")
        teller.page.get_by_role("button", name="确认付款").wait_for()
        teller.page.keyboard.press("Enter")
        teller.sees("回单")

"""房屋信息变更, 楼栋变更 and 房屋权属批量变更 in a browser: chosen, changed, handed in, reviewed, seen on the house.

# covers: E5 E7 E12
"""

import re

import pytest
from playwright.sync_api import Playwright

from tests.journeys.product import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]


def begin(visitor: Visitor, code: str, **fields: str) -> None:
    """As far as the page on which houses or buildings are chosen."""
    visitor.goto(f"/cases/new/{code}/")
    visitor.page.locator("form[action*='begin'] button").first.click()
    visitor.page.wait_for_load_state()
    visitor.page.select_option("select[name=area]", label="江南名邸")
    for label, value in fields.items():
        visitor.page.fill(f"[name={label}]", value)
    visitor.click("下一步")


def choose_houses(visitor: Visitor) -> None:
    """All 24 of the building that is open."""
    visitor.click("全选")
    visitor.click("下一步")


def decide(visitor: Visitor, number: str, button: str) -> None:
    visitor.goto(f"/cases/{number}/")
    visitor.shot("case")
    visitor.click(button)


class TestChangingTheRegister:
    def test_of_houses_from_the_choice_to_the_history(self, playwright: Playwright, base: str) -> None:
        with Visitor(playwright, base, "house-change") as developer:
            developer.demo_login("demo-developer")
            begin(developer, "house_change", reason="测绘成果与登记不一致")
            choose_houses(developer)
            developer.shot("as-it-is")
            developer.page.locator("#tick_all").check()
            developer.page.select_option("[name=batch-use]", "商业")
            developer.click("批量修改勾选的房屋")
            developer.sees("已批量修改 24 行")
            developer.page.get_by_role("link", name="修改").first.click()
            developer.page.wait_for_load_state()
            developer.page.fill("[name=line-address]", "滨江路 9 号附 1 号")
            developer.shot("one-house")
            developer.click("保存修改")
            developer.shot("changed")
            number = re.findall(r"FB\d+", developer.page.url)[0]
            developer.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            developer.shot("phone")
            developer.page.set_viewport_size({"width": 1440, "height": 900})
            developer.click("下一步")
            developer.click("下一步")
            developer.sees("变更前后对照")
            developer.shot("confirmation")
            developer.click("提交")
            developer.sees("房屋信息变更申请表")
            developer.shot("done")
        for who, button in (("demo-clerk", "受理"), ("demo-reviewer", "通过")):
            with Visitor(playwright, base, f"house-change-{who}") as staff:
                staff.demo_login(who)
                decide(staff, number, button)
        with Visitor(playwright, base, "house-change-after") as clerk:
            clerk.demo_login("demo-clerk")
            clerk.goto(f"/cases/{number}/")
            clerk.sees("查看楼盘表")
            clerk.shot("approved")

    def test_of_buildings(self, playwright: Playwright, base: str) -> None:
        with Visitor(playwright, base, "building-change") as developer:
            developer.demo_login("demo-developer")
            begin(developer, "building_change", reason="竣工资料更正")
            developer.shot("tick")
            developer.page.locator("input[name=building]").first.check()
            developer.click("下一步")
            developer.page.fill("[name=batch-built_in]", "201409")
            developer.click("批量修改全部 1 行")
            developer.sees("已批量修改 1 行")
            developer.shot("changed")
            developer.click("下一步")
            developer.click("下一步")
            developer.click("提交")
            developer.sees("楼栋变更申请表")

    def test_of_owners(self, playwright: Playwright, base: str) -> None:
        with Visitor(playwright, base, "ownership-change") as developer:
            developer.demo_login("demo-developer")
            begin(developer, "ownership_change", reason="法院判决", since="2026-01-05")
            choose_houses(developer)
            developer.page.fill("[name=batch-owner_name]", "李四")
            developer.page.select_option("[name=batch-id_kind]", "居民身份证")
            developer.page.fill("[name=batch-id_number]", "11010519491231002X")
            developer.page.fill("[name=batch-phone]", "13812345678")
            developer.click("批量修改全部 24 行")
            developer.click("加共有人")
            developer.shot("co-owner")
            developer.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            developer.shot("phone")

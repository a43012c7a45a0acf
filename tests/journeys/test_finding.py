"""Finding houses, the building table and the facilities in a browser, at the desk and on a phone.

# covers: E13 E14 E17
"""

import pytest
from playwright.sync_api import Playwright

from tests.journeys.product import DESKTOP, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]


@pytest.mark.parametrize(("name", "size"), [("desk", DESKTOP), ("phone", PHONE)])
def test_a_clerk_finds_a_house_and_its_building(
    playwright: Playwright, base: str, name: str, size: dict[str, int]
) -> None:
    with Visitor(playwright, base, f"finding-clerk-{name}", size=size) as clerk:
        clerk.demo_login("demo-clerk")
        clerk.goto("/areas/houses/")
        clerk.shot("houses")
        clerk.page.get_by_label("搜索条件").select_option("ADDRESS")
        clerk.page.get_by_label("内容", exact=True).fill("滨江路")
        clerk.click("查询")
        clerk.sees("共 28 户")
        clerk.shot("found")
        clerk.page.get_by_role("link", name="304").click()
        clerk.sees("余额与收支")
        clerk.shot("house")
        clerk.click("楼盘表")
        clerk.page.locator(".bt-cell", has_text="304").hover()
        clerk.shot("table")
        clerk.page.locator(".bt-cell", has_text="304").dblclick()
        clerk.page.get_by_role("dialog", name="房屋信息").get_by_role("button", name="关闭").wait_for()
        clerk.shot("dialog")


@pytest.mark.parametrize(("name", "size"), [("desk", DESKTOP), ("phone", PHONE)])
def test_a_company_keeps_its_facilities(playwright: Playwright, base: str, name: str, size: dict[str, int]) -> None:
    with Visitor(playwright, base, f"finding-company-{name}", size=size) as company:
        company.demo_login("demo-company")
        company.goto("/areas/facilities/")
        company.shot("list")
        company.click("添加设施设备")
        company.shot("row")
        company.page.get_by_label("类型").last.select_option("GATE")
        company.fill("名称", "东大门")
        company.fill("安装日期", "2010-05-01")
        company.fill("使用年限", "10")
        company.click("保存")
        company.sees("已在小区公共添加“东大门”")
        company.page.get_by_role("checkbox", name="选择东大门").check()
        company.page.get_by_label("移动到").select_option(label="　1幢")
        company.click("移动勾选的设施设备")
        company.sees("已移动 1 项设施设备")
        company.shot("moved")
        company.page.get_by_role("link", name="东大门", exact=True).click()
        company.sees("已超过设计使用年限")
        company.shot("facility")
        company.goto("/areas/facilities/late/")
        company.sees("东大门")
        company.shot("late")

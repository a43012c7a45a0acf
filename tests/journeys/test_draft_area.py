"""A developer enters an area by hand in a browser: building, generated houses, several set at once, an owner bound.

# covers: E1 E2
"""

import random

import pytest
from playwright.sync_api import Playwright

from tests.journeys.product import PHONE, Visitor
from tests.journeys.test_circle import decide, upload_papers
from upkeep.demo.people import invent

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]


def test_an_area_is_entered_by_hand(base: str, playwright: Playwright) -> None:
    address = enter(playwright, base)
    look_at_a_phone(playwright, base, address)
    hand_in(playwright, base, address)
    decide(playwright, base, "demo-clerk", "受理", "手工花园")
    decide(playwright, base, "demo-reviewer", "通过", "手工花园")


def enter(playwright: Playwright, base: str) -> str:
    """The draft up to its owner; answers with the address of its second step."""
    with Visitor(playwright, base, "draft") as developer:
        developer.demo_login("demo-developer")
        developer.goto("/cases/new/area_collection/")
        developer.click("开始办理")
        developer.page.get_by_label("所属区县").select_option(label="江阳区")
        developer.fill("物业区域名称", "手工花园")
        developer.page.get_by_label("地址", exact=False).first.fill("江阳区花园路 8 号")
        developer.fill("建筑面积", "20000")
        developer.page.get_by_label("成立日期").fill("2025-03-01")
        developer.click("下一步")
        developer.sees("手工录入、批量生成")
        address = developer.page.url.removeprefix(base)
        developer.shot("ways")
        developer.click("录入楼栋和户室")
        building(developer)
        generate(developer)
        several(developer)
        owner(developer)
        developer.click("返回楼栋列表")
        developer.sees("已绑定业主")
        developer.shot("buildings")
        developer.goto(address)
        developer.click("在线查看、修改")
        correct(developer)
        return address


def building(developer: Visitor) -> None:
    developer.shot("no-building")
    developer.click("保存楼栋，去生成户室")
    developer.sees("楼栋名称必填")
    developer.shot("building-wrong")
    developer.fill("楼栋名称", "1幢")
    developer.page.get_by_label("楼栋类型").select_option("高层")
    developer.page.get_by_label("有无电梯").select_option("有")
    developer.fill("地上层数", "9")
    developer.fill("地下层数", "1")
    developer.fill("单元数", "2")
    developer.click("保存楼栋，去生成户室")
    developer.sees("请生成户室")


def generate(developer: Visitor) -> None:
    developer.fill("每单元每层户数", "2,3")
    developer.fill("不编号的楼层", "4")
    developer.fill("每个户室面积", "100")
    developer.shot("rule")
    developer.click("预览")
    developer.sees("将生成 45 户")
    developer.shot("preview")
    developer.click("保存这 45 户")
    developer.sees("已生成 45 户")
    developer.shot("generated")


def several(developer: Visitor) -> None:
    """The first floor becomes shops, picked by its box."""
    developer.page.locator("[data-pick=floor][data-of='1']").check()
    developer.sees("已选 5 户")
    developer.page.get_by_label("用途", exact=True).select_option("商业")
    developer.page.get_by_label("建筑面积（㎡）", exact=True).fill("66.6")
    developer.shot("picked")
    developer.click("设置所选户室")
    developer.sees("已设置 5 户")


def owner(developer: Visitor) -> None:
    developer.page.get_by_role("link", name="修改 1单元 201", exact=True).click()
    developer.sees("可以在提交前绑定业主")
    person = invent(random.Random(9))
    developer.fill("业主姓名", person.name)
    developer.fill("证件号码", person.id_number)
    developer.fill("联系电话", person.phone)
    developer.shot("house")
    developer.click("立即绑定")
    developer.sees("已绑定业主")
    developer.shot("bound")


def correct(developer: Visitor) -> None:
    """In the table of boxes Enter goes down, and a fault is told at its cell."""
    box = developer.page.locator("input[name=r2-area_dm2]")
    box.fill("很大")
    box.press("Enter")
    assert developer.page.evaluate("document.activeElement.name") == "r3-area_dm2"
    developer.click("保存本页")
    developer.sees("建筑面积应为数字")
    developer.shot("fault-at-its-cell")
    box.fill("120.5")
    developer.click("保存本页")
    developer.sees("已保存 1 行")
    developer.shot("rows")


def look_at_a_phone(playwright: Playwright, base: str, address: str) -> None:
    """The same pages at 390 px; nothing scrolls sideways."""
    with Visitor(playwright, base, "draft-phone", size=PHONE) as developer:
        developer.demo_login("demo-developer")
        sheet = f"/cases/{address.split('/')[2]}/sheets/houses/"
        for page, name in (
            (address, "ways"),
            (f"{sheet}draft/", "buildings"),
            (f"{sheet}draft/building/?name=1幢", "building"),
            (f"{sheet}draft/houses/2/", "house"),
            (f"{sheet}rows/", "rows"),
        ):
            developer.goto(page)
            assert developer.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
            developer.shot(name)


def hand_in(playwright: Playwright, base: str, address: str) -> None:
    with Visitor(playwright, base, "draft-end") as developer:
        developer.demo_login("demo-developer")
        developer.goto(address)
        developer.click("下一步")
        upload_papers(developer, "planning_permit")
        developer.click("下一步")
        developer.sees("已绑定业主")
        developer.shot("confirm")
        developer.click("提交")
        developer.sees("业务办理完成")

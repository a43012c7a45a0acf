"""楼盘表 of odd buildings as people see and choose from it, at the desk, on a phone and by keys alone.

Shops and a cellar in blocks, floors that differ, one room number in two units, rooms that were joined, a building without
houses.

# covers: E13
"""

import datetime as dt

import pytest
from playwright.sync_api import Playwright, expect

from tests.journeys.product import DESKTOP, PHONE, Visitor
from upkeep.books import sub_accounts
from upkeep.estate.actions import NewHouse, add_houses, create_area
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse
from upkeep.estate.models import Area, Building
from upkeep.parties.models import Jurisdiction, Organisation

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]
NAME = "百态苑"


def house(building: str, unit: str, floor: int, room: str, *, use: HouseUse = HouseUse.RESIDENTIAL) -> NewHouse:
    kinds = {HouseUse.GARAGE: BuildingKind.GARAGE, HouseUse.COMMERCIAL: BuildingKind.COMMERCIAL}
    is_tower = building == "1幢"
    return NewHouse(
        building=building,
        building_kind=BuildingKind.HIGH_RISE if is_tower else kinds.get(use, BuildingKind.LOW_RISE),
        has_lift=is_tower,
        structure=None,
        built_in="201809",
        unit=unit,
        floor=floor,
        room=room,
        use=use,
        nature=HouseNature.COMMODITY,
        area_dm2=88_00 + floor,
        inner_area_dm2=None,
        address=f"江阳区百态路1号{building}{unit}{room}",
    )


def odd_area() -> Area:
    """A tower with shops below, without a fourth floor, with rooms 601 and 602 joined in one unit; shops; a cellar."""
    rooms = [f"{floor}0{door}" for floor in (2, 3, 5, 6) for door in (1, 2)]
    tower = [house("1幢", unit, int(room[0]), room) for unit in ("1单元", "2单元") for room in rooms]
    tower = [
        one for one in tower if (one.unit, one.room) not in {("2单元", "601"), ("2单元", "602"), ("1单元", "502")}
    ]
    tower.append(house("1幢", "2单元", 6, "601-602"))
    tower += [house("1幢", "", 1, f"S{number}", use=HouseUse.COMMERCIAL) for number in range(1, 13)]
    shops = [
        house("临街商铺", "", floor, f"{floor}-{n:02}", use=HouseUse.COMMERCIAL)
        for floor in (1, 2)
        for n in range(1, 21)
    ]
    cellar = [house("地下车库", "", -1, f"B1-{number:03}", use=HouseUse.GARAGE) for number in range(1, 121)]
    developer = Organisation.objects.get(name="江南置地开发有限公司")
    area = create_area(
        jurisdiction_id=Jurisdiction.objects.get(name="江阳区").pk,
        name=NAME,
        address="江阳区百态路1号",
        developer_id=developer.pk,
        floor_area_dm2=9_000_000,
        at=dt.datetime.now(dt.UTC),
    )
    ids = add_houses(area_id=area.pk, houses=[*tower, *shops, *cellar])
    sub_accounts.open_for(area.pk, ids)
    Building.objects.create(area=area, name="配电房", kind=BuildingKind.LOW_RISE, has_lift=False, order=99)
    return area


@pytest.mark.parametrize(("name", "size"), [("desk", DESKTOP), ("phone", PHONE)])
def test_a_clerk_looks_at_odd_buildings(playwright: Playwright, base: str, name: str, size: dict[str, int]) -> None:
    area = odd_area()
    with Visitor(playwright, base, f"odd-{name}", size=size) as clerk:
        clerk.demo_login("demo-clerk")
        for building in Building.objects.filter(area=area).order_by("order"):
            clerk.goto(f"/areas/{area.pk}/?building={building.pk}")
            expect(clerk.page.locator(".bt-buildings [aria-current]")).to_contain_text(building.name)
            clerk.shot(building.name)
            assert clerk.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        expect(clerk.page.locator(".bt-main")).to_contain_text("这幢楼还没有房屋")
        first = Building.objects.get(area=area, name="1幢")
        clerk.goto(f"/areas/{area.pk}/?building={first.pk}")
        assert clerk.page.locator('.bt-cell:has(b:text-is("201"))').count() == 2
        if size is DESKTOP:
            clerk.page.locator('.bt-cell:has(b:text-is("601-602"))').hover()
            expect(clerk.page.locator("[data-bt-card]")).to_contain_text("2单元 601-602")
            clerk.shot("hover")
        clerk.click("切换成列表")
        clerk.shot("list")


def begun(visitor: Visitor) -> None:
    visitor.goto("/cases/new/house_change/")
    visitor.page.locator("form[action*='begin'] button").first.click()
    visitor.page.wait_for_load_state()
    visitor.page.select_option("select[name=area]", label=NAME)
    visitor.page.fill("[name=reason]", "门牌整编")
    visitor.click("下一步")


@pytest.mark.parametrize(("name", "size"), [("desk", DESKTOP), ("phone", PHONE)])
def test_a_developer_chooses_from_them(playwright: Playwright, base: str, name: str, size: dict[str, int]) -> None:
    odd_area()
    with Visitor(playwright, base, f"odd-choosing-{name}", size=size) as developer:
        developer.demo_login("demo-developer")
        begun(developer)
        page = developer.page
        page.locator("tbody [data-bt-group=floor]").first.check()
        page.get_by_role("button", name="批量保存房屋").click()
        page.locator('.bt-cell:has(b:text-is("S1"))').click()
        expect(page.locator("[data-bt-count]")).to_have_text("4")
        developer.shot("tower")
        page.get_by_role("link", name="地下车库").click()
        expect(page.locator(".bt-grid")).to_have_attribute("aria-label", "地下车库楼盘表，共 120 户")
        page.get_by_role("button", name="全选").click()
        expect(page.locator("[data-bt-count]")).to_have_text("124")
        developer.shot("cellar")
        page.get_by_role("link", name="切换成列表").click()
        expect(page.locator("[data-bt-list] tbody tr")).to_have_count(120)
        developer.shot("list")
        page.get_by_role("link", name="配电房").click()
        expect(page.locator(".bt-main")).to_contain_text("这幢楼还没有房屋")
        developer.shot("empty")
        developer.click("下一步")
        developer.sees("124")


def test_a_developer_chooses_by_keys_alone(playwright: Playwright, base: str) -> None:
    odd_area()
    with Visitor(playwright, base, "odd-keys") as developer:
        developer.demo_login("demo-developer")
        begun(developer)
        page = developer.page
        cell = page.locator('.bt-cell[tabindex="0"]')
        page.locator("[data-bt-building]").first.focus()
        for _ in range(60):
            if page.evaluate("document.activeElement.classList.contains('bt-cell')"):
                break
            page.keyboard.press("Tab")
        expect(cell).to_be_focused()
        expect(cell.locator("b")).to_have_text("601")
        for key in ("Space", "ArrowDown", "Space", "Shift+ArrowRight"):
            page.keyboard.press(key)
        expect(page.locator("[data-bt-count]")).to_have_text("3")
        page.keyboard.press("End")
        expect(page.locator("[data-bt-card]")).to_contain_text("2单元 502")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="房屋信息")
        expect(dialog).to_contain_text("2单元 502")
        developer.shot("dialog")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(page.locator('.bt-cell:has(b:text-is("502")):focus')).to_have_count(1)
        page.keyboard.press("Control+End")
        expect(page.locator(".bt-cell:focus b")).to_have_text("S12")
        developer.shot("keys")

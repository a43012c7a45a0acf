"""The gallery as people see it: in a browser, at a desk and on a phone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

# covers: E13
pytestmark = pytest.mark.browser
DESK, PHONE = (1440, 900), (360, 780)
PAGES = ["/components/", "/components/building-table/", "/components/building-table/?view=list", "/old-browser/"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh window; what the console complains about fails the test."""
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="zh-CN")
    one = context.new_page()
    complaints: list[str] = []
    one.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    one.on("pageerror", lambda error: complaints.append(str(error)))
    yield one
    context.close()
    assert complaints == []


class TestEveryPage:
    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    @pytest.mark.parametrize("address", PAGES)
    def test_is_open_to_everybody_and_never_scrolls_sideways(
        self, page: Page, site: str, address: str, size: tuple[int, int]
    ) -> None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(site + address)
        faults = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"][:120]) for fault in faults] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


class TestTheBuildingTable:
    page: Page

    @pytest.fixture(autouse=True)
    def _opened(self, page: Page, site: str) -> None:
        page.goto(f"{site}/components/building-table/?building=2幢")
        self.page = page

    def count(self) -> int:
        self.page.wait_for_timeout(60)
        return int(self.page.locator("[data-bt-count]").inner_text().replace(",", ""))

    def cell(self, label: str) -> Locator:
        return self.page.locator(f'.bt-cell:has(b:text-is("{label}"))')

    def test_begins_with_the_houses_saved_in_another_building(self) -> None:
        assert self.count() == 6
        assert "其他楼栋 6 户" in self.page.locator("[data-bt-detail]").inner_text()

    def test_chooses_a_cell_a_floor_a_column_a_unit_and_all(self) -> None:
        self.cell("1201").click()
        assert self.count() == 7
        self.cell("1201").click()
        assert self.count() == 6
        self.page.locator("[data-bt-group=floor]").first.check()
        floor = self.count() - 6
        assert floor == self.page.locator('tbody[data-floor="12"] .bt-cell:not([aria-disabled])').count()
        self.page.get_by_role("button", name="清除").click()
        self.page.locator("[data-bt-group=column]").first.check()
        column = self.count() - 6
        self.page.get_by_role("checkbox", name="1单元", exact=True).check()
        unit = self.count() - 6
        self.page.get_by_role("button", name="全选").click()
        everything = self.count() - 6
        assert 1 < column < unit < everything
        assert everything == self.page.locator(".bt-cell:not([aria-disabled])").count()

    def test_inverts_the_choice(self) -> None:
        free = self.page.locator(".bt-cell:not([aria-disabled])").count()
        self.cell("1201").click()
        self.page.get_by_role("button", name="反选").click()
        assert self.count() == 6 + free - 1

    def test_chooses_by_dragging_and_with_shift(self) -> None:
        self.cell("1201").hover()
        self.page.mouse.down()
        self.cell("1103").hover()
        self.page.mouse.up()
        assert self.count() == 6 + 6
        self.page.get_by_role("button", name="清除").click()
        self.cell("901").click()
        self.cell("902").click(modifiers=["Shift"])
        assert self.count() == 6 + 2

    def test_is_walked_and_chosen_by_keys(self) -> None:
        self.cell("1201").focus()
        for key in ("ArrowDown", "ArrowRight", "Space", "Shift+ArrowRight", "End"):
            self.page.keyboard.press(key)
        assert self.count() == 6 + 2
        expect(self.cell("1112")).to_be_focused()
        expect(self.page.locator("[data-bt-card]")).to_contain_text("3单元 1112")

    def test_refuses_a_house_that_is_busy_and_says_why(self) -> None:
        busy = self.page.locator(".bt-cell.is-busy").first
        busy.click(force=True)
        assert self.count() == 6
        expect(self.page.locator("[data-bt-card]")).to_contain_text("正在办理")

    def test_saves_in_yellow_and_sends_one_field(self) -> None:
        self.cell("1201").click()
        self.page.get_by_role("button", name="批量保存房屋").click()
        expect(self.cell("1201")).to_have_attribute("data-saved", "")
        assert self.count() == 7
        assert self.page.locator("[name=houses]").input_value().count(",") == 6
        self.cell("1201").click()
        self.page.get_by_role("button", name="批量取消").click()
        assert self.count() == 6

    def test_opens_a_house_in_a_dialog_that_saves_it_and_takes_it_back(self) -> None:
        self.cell("1201").dblclick()
        dialog = self.page.get_by_role("dialog", name="房屋信息")
        expect(dialog).to_contain_text("1单元 1201")
        expect(dialog.get_by_role("button", name="取消", exact=True)).to_be_disabled()
        dialog.get_by_role("button", name="保存房屋").click()
        expect(self.cell("1201")).to_have_attribute("data-saved", "")
        expect(self.cell("1201")).to_be_focused()
        assert self.count() == 7
        self.page.keyboard.press("Enter")
        expect(dialog).to_contain_text("本户已保存")
        dialog.get_by_role("button", name="取消", exact=True).click()
        assert self.count() == 6

    def test_closes_the_dialog_without_a_change(self) -> None:
        self.cell("1201").click()
        self.page.get_by_role("button", name="房屋详情").click()
        dialog = self.page.get_by_role("dialog", name="房屋信息")
        dialog.get_by_role("button", name="关闭").click()
        expect(dialog).to_be_hidden()
        assert self.count() == 7

    def test_does_not_save_a_busy_house_in_its_dialog(self) -> None:
        self.page.locator(".bt-cell.is-busy").first.dblclick(force=True)
        dialog = self.page.get_by_role("dialog", name="房屋信息")
        expect(dialog).to_contain_text("正在办理")
        expect(dialog.get_by_role("button", name="保存房屋")).to_be_disabled()

    def test_keeps_the_choice_from_building_to_building(self) -> None:
        self.cell("1201").click()
        self.page.get_by_role("link", name="1幢").click()
        expect(self.page.locator(".bt-grid")).to_have_attribute("aria-label", "1幢楼盘表，共 72 户")
        assert self.count() == 7

    def test_shows_the_same_choice_as_a_list(self) -> None:
        self.cell("1201").click()
        self.page.get_by_role("link", name="切换成列表").click()
        box = self.page.get_by_role("checkbox", name="选择 1单元 1201")
        expect(box).to_be_checked()
        box.uncheck()
        assert self.count() == 6

    def test_filters_by_a_colour_of_the_legend(self) -> None:
        self.page.get_by_role("button", name="余额不足").click()
        self.page.get_by_role("button", name="全选").click()
        assert self.count() - 6 == self.page.locator(".bt-cell.is-low:not([aria-disabled])").count()

    def test_chooses_1000_houses_within_a_blink(self) -> None:
        self.page.get_by_role("link", name="4幢").click()
        expect(self.page.locator(".bt-grid")).to_have_attribute("aria-label", "4幢楼盘表，共 1000 户")
        spent = self.page.evaluate(
            """() => new Promise(done => {
                const start = performance.now();
                document.querySelector('[data-bt-do=all]').click();
                requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
            })"""
        )
        assert spent < 1000
        assert self.count() > 900


class TestWithoutJavaScript:
    def test_the_list_sends_its_boxes_and_what_was_chosen_elsewhere(self, browser: Browser, site: str) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{site}/components/building-table/?building=1幢&view=list")
        page.locator("[data-bt-list] input[type=checkbox]:not([disabled])").nth(3).check()
        assert page.locator("input[name=houses]:checked").count() == 1
        assert page.locator("input[name=houses][type=hidden]:not([disabled])").count() == 6
        context.close()

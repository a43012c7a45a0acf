"""The owner's pages in a browser: on an old telephone of 360 px and at a desk; axe finds nothing, nothing sticks out.

# covers: O8
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.owner.scene import OwnersHouse

pytestmark = [pytest.mark.browser, pytest.mark.commits]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
#: The least height of what a thumb has to hit, in pixels.
THUMB = 44


@pytest.fixture
def addresses(mine: OwnersHouse) -> list[str]:
    """Every kind of page, with something on it."""
    unpaid, area = mine.unpaid(), mine.house.area_id
    mine.give(unpaid)
    mine.slip_for(unpaid)
    pages = ("", "movements/", "receipts/", "statement/", "pay/")
    areas = [f"/owner/areas/{area}/{page}" for page in ("", "finances/", "notices/", "votes/")]
    return [
        "/owner/",
        "/owner/cases/",
        "/owner/account/",
        *(f"{mine.url}{page}" for page in pages),
        f"/owner/houses/{unpaid.pk}/pay/",
        *areas,
    ]


@pytest.fixture
def context(browser: Browser, mine: OwnersHouse, site: str) -> Iterator[BrowserContext]:
    """The owner's browser, logged in."""
    context = browser.new_context(locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": mine.client.cookies["sessionid"].value, "url": site}])
    yield context
    context.close()


class TestTheOwnersPages:
    @pytest.mark.slow
    def test_are_open_to_everybody_on_a_phone_and_at_a_desk(
        self, context: BrowserContext, addresses: list[str], site: str
    ) -> None:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        for size in (PHONE, DESK):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            for address in addresses:
                answer = page.goto(site + address)
                assert answer is not None and answer.status == 200, address
                faults = Axe().run(page).response["violations"]
                assert [(address, one["id"], one["nodes"][0]["html"][:120]) for one in faults] == []
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
                assert _too_small(page) == [], address
        assert complaints == []

    def test_lead_from_the_first_page_to_the_code_that_the_teller_scans(
        self, context: BrowserContext, addresses: list[str], site: str
    ) -> None:
        page = context.new_page()
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto(f"{site}/owner/")
        page.get_by_text("有一张交款通知单待交").locator("xpath=ancestor::section").get_by_role("link").click()
        page.get_by_role("link", name="去交款").click()

        page.wait_for_url("**/pay/", wait_until="load")  # with its pictures
        code = page.get_by_role("img", name="二维码")
        assert code.evaluate("one => one.naturalWidth > 20")


def _too_small(page: Page) -> list[str]:
    """Links of lists and buttons that a thumb misses."""
    return list(
        page.evaluate(
            f"""[...document.querySelectorAll('main .btn, main .owner-list a, main .owner-link')]
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < {THUMB}).map(one => one.outerHTML)"""
        )
    )

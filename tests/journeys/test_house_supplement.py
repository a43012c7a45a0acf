"""A developer adds the second phase of an area from the housing registry, in a browser, at the desk and on a phone.

# covers: E4
"""

import os
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from tests.journeys.product import PHONE, Visitor
from tests.journeys.test_circle import decide, upload_papers
from upkeep.estate.sandbox_registry import SandboxRegistry

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Named to the product before it starts."""
    server = SandboxRegistry(("127.0.0.1", 0))
    monkeypatch.setitem(os.environ, "UPKEEP_HOUSING_REGISTRY_URL", server.url)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield
    server.shut()
    thread.join()


@pytest.fixture
def base(_registry: None, base: str) -> str:
    return base


def test_a_second_phase_is_fetched_and_added(_registry: None, base: str, playwright: Playwright) -> None:
    address = fetch(playwright, base)
    look_at_a_phone(playwright, base, address)
    hand_in(playwright, base, address)
    decide(playwright, base, "demo-clerk", "受理", "江南名邸")
    decide(playwright, base, "demo-reviewer", "通过", "江南名邸")
    with Visitor(playwright, base, "supplement-done") as developer:
        developer.demo_login("demo-developer")
        developer.goto("/areas/")
        developer.click("江南名邸")
        developer.sees("21幢")
        developer.shot("area")


def fetch(playwright: Playwright, base: str) -> str:
    """The case with the houses of both buildings; answers with the address of its second step."""
    with Visitor(playwright, base, "supplement") as developer:
        developer.demo_login("demo-developer")
        developer.goto("/cases/new/house_supplement/")
        developer.shot("guide")
        developer.click("开始办理")
        developer.page.locator("select[name=area]").select_option(label="江南名邸")
        developer.fill("补充说明", "二期两栋")
        developer.shot("area")
        developer.click("下一步")
        address = developer.page.url.removeprefix(base)
        developer.shot("ways")
        developer.click("查询项目")
        developer.fill("项目名称", "安居")
        developer.click("查询")
        developer.sees("共有 24 个项目")
        developer.fill("项目名称", "江南名邸")
        developer.click("查询")
        developer.shot("found")
        developer.click("选择楼栋")
        developer.shot("buildings")
        developer.click("获取所选楼栋")
        developer.page.wait_for_url("**/rows/")
        developer.shot("rows")
        developer.goto(address)
        developer.sees("88 行，全部正确")
        developer.click("核对楼栋")
        developer.page.locator("select[name=r0-building_kind]").select_option("高层")
        developer.click("保存")
        developer.sees("楼栋信息已保存")
        developer.shot("buildings-of-the-table")
        faulty(developer, address)
        return address


def faulty(developer: Visitor, address: str) -> None:
    """A project with mistakes is fetched beside it and shown at its cells; then the sound one alone again."""
    registry = f"{address.partition('edit')[0]}sheets/houses/registry/"
    developer.goto(f"{registry}?project=P1005")
    developer.page.get_by_label("保留，获取的房屋加在后面").check()
    developer.shot("beside-what-is-there")
    developer.click("获取所选楼栋")
    developer.page.wait_for_url("**/rows/?wrong=1")
    developer.sees("房屋用途不在可选范围")
    developer.shot("faults-at-their-cells")
    developer.goto(f"{registry}?project=P1002")
    developer.click("获取所选楼栋")
    developer.page.wait_for_url("**/rows/")


def look_at_a_phone(playwright: Playwright, base: str, address: str) -> None:
    """The same pages at 390 px; nothing scrolls sideways."""
    with Visitor(playwright, base, "supplement-phone", size=PHONE) as developer:
        developer.demo_login("demo-developer")
        sheet = f"{address.partition('edit')[0]}sheets/houses/"
        for page, name in (
            (address, "ways"),
            (f"{sheet}registry/?name=江", "found"),
            (f"{sheet}registry/?project=P1002", "project"),
            (f"{sheet}buildings/", "buildings"),
        ):
            developer.goto(page)
            developer.shot(name)
            width = developer.page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], f"{name} is {width} px wide"


def hand_in(playwright: Playwright, base: str, address: str) -> None:
    with Visitor(playwright, base, "supplement-hand-in") as developer:
        developer.demo_login("demo-developer")
        developer.goto(address)
        developer.click("下一步")
        upload_papers(developer, "survey")
        developer.click("下一步")
        developer.sees("从房屋登记系统获取“江南名邸二期”")
        developer.shot("confirm")
        developer.click("提交")
        developer.sees("房屋补充申请表")
        developer.shot("done")

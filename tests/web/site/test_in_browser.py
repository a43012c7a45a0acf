"""The city's site in a browser: at a desk, on a phone of 360 px, and without JavaScript (P4).

# covers: P4
"""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from benchmarks.site import measure
from tests.cast import Cast
from tests.publishing.desk import PDF, picture, public
from tests.web.public.door import code_sent
from tests.web.site.unpaid import BUYER, unpaid_house
from upkeep.estate.models import Area
from upkeep.publishing.files import Upload
from upkeep.publishing.models import Column
from upkeep.web.public import captcha
from upkeep.web.site.self_service import signer

pytestmark = [pytest.mark.browser, pytest.mark.commits]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
MOST_BYTES = 100 * 1024


@pytest.fixture
def addresses(settled: Cast) -> list[str]:
    """Every kind of page of the site."""
    uploads = (Upload("现场.png", picture()), Upload("申请表.pdf", PDF))
    body = "# 甲\n\n## 乙\n\n![现场](附件1)\n\n- 一\n\n| 类别 | 标准 |\n|---|---|\n| 高层 | 90 |\n\n[表](附件2)"
    article = public(settled, uploads=uploads, body=body)
    public(settled, "办法", column=Column.POLICY)
    area = Area.objects.order_by("name")[0]
    pages = (
        *("", "list/news/", "list/guides/", "list/downloads/", "list/faq/", "search/?q=首期", "map/", "offices/"),
        *(f"articles/{article.number}/", "guides/area_collection/", "guides/organisation_registration/"),
        *(
            "communities/",
            f"communities/{area.number}/",
            "status/",
            "fund/",
            "fund/?way=sms",
            "self-service/",
            "self-service/?q=江南名邸 1幢",
            "self-service/?q=没有的小区",
            "self-service/unregistered/?q=江南",
            "notices/",
        ),
        *(_proof_pages(settled)),
    )
    return [f"/c/jiangcheng/{page}" for page in pages]


def _proof_pages(cast: Cast) -> list[str]:
    """核对身份 of one house in its three ways."""
    key = quote(signer.sign(str(unpaid_house(cast).pk)))
    return [f"self-service/proof/deposit/?house={key}{way}" for way in ("", "&way=sms", "&way=buyer")]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    one = context.new_page()
    complaints: list[str] = []
    one.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    one.on("pageerror", lambda error: complaints.append(str(error)))
    yield one
    context.close()
    assert complaints == []


class TestTheSite:
    @pytest.mark.slow
    def test_is_open_to_everybody_at_a_desk_and_on_a_phone(self, page: Page, addresses: list[str], site: str) -> None:
        for size in (DESK, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            for address in addresses:
                page.goto(site + address)
                faults = Axe().run(page).response["violations"]
                assert [(address, one["id"], one["nodes"][0]["html"][:120]) for one in faults] == []
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address

    def test_is_used_without_javascript(self, browser: Browser, addresses: list[str], site: str) -> None:
        context = browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site}/c/jiangcheng/")
        page.get_by_label("小区名称或拼音首字母").fill("江南")
        page.get_by_role("button", name="查询小区").click()
        page.get_by_role("link", name="查看江南名邸").click()
        assert "小区概况" in page.inner_text("main")
        page.goto(f"{site}/c/jiangcheng/")
        page.get_by_label("业务单编号").fill("RZ1")
        page.get_by_role("button", name="查询业务状态").click()
        assert page.get_by_label("业务单编号").input_value() == "RZ1"
        page.wait_for_load_state("load")
        assert page.locator("[data-captcha]").evaluate("picture => picture.naturalWidth") > 0
        context.close()

    def test_lets_a_buyer_pay_on_a_phone_without_javascript(
        self, settled: Cast, browser: Browser, site: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(captcha, "ALPHABET", "A")
        house = unpaid_house(settled, owned=False)
        context = browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site}/c/jiangcheng/")
        page.get_by_label("办理业务的房屋地址").fill("江南名邸 1幢 9901")
        page.get_by_role("button", name="查找房屋办理业务").click()
        page.get_by_role("link", name=f"交款：{house.address}").click()
        page.get_by_role("link", name="新购房，尚未登记").click()
        page.get_by_label("验证码").fill("A" * captcha.LENGTH)
        page.get_by_role("button", name="下一步").click()
        assert "98.37 ㎡" in page.inner_text("main")
        for label, typed in (("交款人", "payer_name"), ("手机号", "payer_phone"), ("证件号码", "id_number")):
            page.get_by_label(label).first.fill(BUYER[typed])
        page.get_by_label("购房合同编号").fill(BUYER["contract"])
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="获取短信验证码").click()
        page.get_by_label("短信验证码").fill(code_sent())
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="提交").click()
        assert "打印住宅专项维修资金交款申请单" in page.inner_text("main")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        context.close()

    def test_begins_with_less_than_100_kb(self, settled: Cast) -> None:
        measured = measure("/c/jiangcheng/")

        assert 0 < measured.bytes_sent < MOST_BYTES
        assert measured.requests <= 10

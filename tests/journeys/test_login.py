"""An owner on his telephone, and a clerk at his desk, find their way in: in a real browser."""

import re

import psycopg
import pytest
from playwright.sync_api import Playwright

from tests.journeys.product import PHONE, Visitor, settings_url
from upkeep.estate.models import Owner
from upkeep.messaging.models import Outbox

# covers: I4, I3, I6
pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]
SMALL_PHONE = PHONE | {"width": 360}


def fits(visitor: Visitor) -> bool:
    """Nothing has to be scrolled sideways."""
    return bool(visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


class TestAnOwner:
    def test_gets_in_by_a_code_on_a_small_phone_and_sees_his_house(self, base: str, playwright: Playwright) -> None:
        owner = Owner.objects.filter(account=None, ownerships__until=None).order_by("pk")[0]
        with Visitor(playwright, base, "owner-login", size=SMALL_PHONE) as visitor:
            visitor.goto("/c/jiangcheng/login/?as=owner")
            visitor.sees("业主登录")
            visitor.shot("password")
            assert fits(visitor)
            visitor.click("业主用户手机动态密码登录")
            visitor.page.locator("[data-captcha]").wait_for()
            visitor.page.wait_for_function("document.querySelector('[data-captcha]').complete")
            visitor.fill("手机号码", owner.phone)
            visitor.page.fill("input[name=captcha]", visitor._captcha())
            visitor.click("获取动态密码")
            visitor.sees("动态密码已发送到")
            visitor.shot("code")
            visitor.fill("动态密码", code_of_the_sms())
            visitor.click("业主登录")
            visitor.sees("请先核对身份")
            visitor.click("核对身份，显示我的房屋")
            visitor.fill("身份证号码", owner.id_number)
            visitor.shot("number")
            visitor.click("核对")
            visitor.sees("您家的维修资金余额")
            visitor.shot("houses")
            assert fits(visitor)
            visitor.click("账号设置")
            visitor.shot("account")
            visitor.click("退出")
            visitor.sees("您已安全退出")


class TestAClerk:
    def test_sets_up_dynamic_codes_at_his_desk(self, base: str, playwright: Playwright) -> None:
        with Visitor(playwright, base, "second-factor") as visitor:
            visitor.demo_login("demo-clerk")
            visitor.goto("/second-factor/")
            visitor.click("开始设置")
            visitor.sees("用应用扫描二维码")
            drawn = visitor.page.locator(".second-factor-picture")
            assert drawn.evaluate("picture => picture.complete && picture.naturalWidth > 0")
            visitor.shot("picture")
            visitor.goto("/password/")
            visitor.sees("对新密码的要求")
            visitor.shot("password")


def code_of_the_sms() -> str:
    """Of the newest one in the outbox, where it lies encrypted."""
    with psycopg.connect(settings_url()) as connection:
        row = connection.execute(
            "select body from messaging_outbox order by created_at desc, id desc limit 1"
        ).fetchone()
    assert row is not None
    body = Outbox._meta.get_field("body").from_db_value(row[0], None, None)
    found = re.search(r"\b\d{6}\b", str(body))
    assert found is not None
    return found[0]

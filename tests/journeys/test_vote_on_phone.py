"""An owner votes on a telephone of 390 px: from his first page to the receipt, and once more; the chair sees it at the desk.

# covers: R6 O8
"""

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from tests.journeys.product import PHONE, Visitor, served
from upkeep.demo.fill import Filled
from upkeep.demo.load import load_small
from upkeep.demo.repairs import run_projects
from upkeep.estate.models import Area
from upkeep.estate.queries import houses_of_area
from upkeep.repairs.stages import Stage

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]


@pytest.fixture
def base(database_url: str) -> Iterator[str]:
    """The small city with a project whose notice stands."""
    today = dt.datetime.now(tz=dt.UTC).date()
    city = load_small(today=today)
    area = Area.objects.get(name="江南名邸")
    filled = Filled(None, area, houses_of_area(area.pk))  # type: ignore[arg-type]
    script = (0, "demo-committee", "1幢屋面防水翻修", "1幢屋面", 36_000_00, 5, Stage.NOTICE)
    run_projects(city, [filled], today=today, scripts=(script,))
    with served(database_url) as address:
        yield address


def test_an_owner_votes_changes_his_mind_and_keeps_the_receipt(base: str, playwright: Playwright) -> None:
    number = open_vote(playwright, base)
    with Visitor(playwright, base, "vote-phone", size=PHONE) as owner:
        owner.demo_login("demo-owner")
        owner.sees("请您参加表决")
        owner.shot("home")
        owner.page.get_by_role("link", name="去投票").first.click()
        owner.sees("要决定什么")
        owner.shot("vote")
        vote = owner.page.url
        choose(owner, "同意")
        owner.shot("confirm")
        owner.click("确认提交")
        owner.sees("投票成功")
        owner.shot("receipt")
        owner.page.goto(vote)
        owner.sees("还可以改一次")
        choose(owner, "反对")
        owner.sees("这是最后一次修改")
        owner.click("确认提交")
        owner.page.goto(vote)
        owner.sees("已经修改过一次，不能再改")
        owner.shot("changed")
        assert owner.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    with Visitor(playwright, base, "vote-desk") as chair:
        chair.demo_login("demo-committee")
        chair.goto(f"/projects/{number}/vote/")
        chair.sees("线上反对")
        chair.shot("results")


def open_vote(playwright: Playwright, base: str) -> str:
    """The chair opens it for both ways; answers with the project's number."""
    with Visitor(playwright, base, "vote-desk") as chair:
        chair.demo_login("demo-committee")
        chair.goto("/projects/")
        chair.click("1幢屋面防水翻修")
        chair.click("发起业主表决")
        chair.page.get_by_text("线上和书面表决", exact=True).first.click()
        chair.shot("open")
        chair.click("发起表决")
        chair.sees("正在通知业主登录投票")
        chair.shot("opened")
        return chair.page.url.split("/projects/")[1].split("/")[0]


def choose(owner: Visitor, choice: str) -> None:
    owner.page.get_by_role("radio", name=choice).first.check(force=True)
    owner.click("下一步")
    owner.sees("请确认您的投票")

"""Pages of the estate that no other walk stops at: split and merge, cancellation, a supplement by hand, a wrong number.

# covers: E4 E6 E8 E10
"""

import datetime as dt
import random

import pytest
from playwright.sync_api import Playwright

from tests.journeys.product import DESKTOP, PHONE, Visitor
from upkeep.casework.models import Case
from upkeep.demo import estate_cases as demo
from upkeep.demo.areas import SMALL_PLANS
from upkeep.demo.city import City
from upkeep.demo.estate_cases import Desk
from upkeep.demo.fill import Filled
from upkeep.estate.models import Area, Ownership
from upkeep.estate.queries import houses_of_area
from upkeep.parties.models import Jurisdiction, User

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]


class WithoutPapers(Desk):
    """The server of a journey is another process, and the tests' papers lie in this one's memory."""

    def bring(self, case: Case) -> None:
        """Nothing."""


def desk(login: str) -> Desk:
    """Somebody at work in the small city, now."""
    city = City(Jurisdiction.objects.get(slug="jiangcheng"), [])
    city.users = {login: User.objects.get(username=login)}
    area = Area.objects.get(name="江南名邸")
    filled = Filled(SMALL_PLANS[0], area, houses_of_area(area.pk))
    return WithoutPapers(city, filled, city.actor(login), dt.datetime.now(dt.UTC), random.Random(5))


def pages(visitor: Visitor, case: Case, *numbers: int) -> None:
    for number in numbers:
        visitor.goto(f"/cases/{case.number}/edit/{number}/")
        assert visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        visitor.shot(f"{case.procedure}-{number}")


@pytest.mark.parametrize(("name", "size"), [("desk", DESKTOP), ("phone", PHONE)])
def test_a_developer_divides_cancels_and_supplements(
    playwright: Playwright, base: str, name: str, size: dict[str, int]
) -> None:
    one = desk("demo-developer")
    split, cancelled, added = demo.split(one), demo.cancel(one), demo.supplement(one)
    with Visitor(playwright, base, f"estate-{name}", size=size) as developer:
        developer.demo_login("demo-developer")
        pages(developer, split, 3, 5)
        pages(developer, cancelled, 2, 3)
        pages(developer, added, 2)
        developer.goto(f"/cases/{added.number}/sheets/houses/draft/")
        developer.shot("buildings")
        developer.page.get_by_role("link", name="二期1幢").click()
        developer.page.get_by_role("link", name="101").first.click()
        developer.page.get_by_role("button", name="增加共有人").click()
        developer.sees("业主 2")
        developer.shot("co-owners")
        developer.goto(f"/cases/{cancelled.number}/edit/9/")
        developer.click("提交")
        developer.sees("房屋注销申请表")
        developer.goto(f"/cases/{cancelled.number}/")
        developer.shot("cancellation")


@pytest.mark.parametrize(("name", "size"), [("desk", DESKTOP), ("phone", PHONE)])
def test_a_clerk_puts_a_number_right(playwright: Playwright, base: str, name: str, size: dict[str, int]) -> None:
    case = demo.correct_id(desk("demo-clerk"))
    owned = Ownership.objects.filter(house__area__name="江南名邸", until__isnull=True).order_by("pk")[3]
    with Visitor(playwright, base, f"estate-clerk-{name}", size=size) as clerk:
        clerk.demo_login("demo-clerk")
        clerk.goto(f"/owners/{owned.pk}/correct/")
        clerk.shot("correct")
        pages(clerk, case, 1, 3)
        clerk.goto("/cases/")
        clerk.shot("cases")

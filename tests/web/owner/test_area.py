"""我的小区: the accounts of the area as 165号令 第三十条 has them published, its notices, its votes; and one's own business.

# covers: O8
"""

import pytest

from tests.cast import TODAY
from tests.web.owner.scene import OwnersHouse
from tests.web.pages import text
from upkeep.books.area_finances import area_finances
from upkeep.books.sub_accounts import balances
from upkeep.demo.fill import Filled
from upkeep.demo.repairs import run_projects
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.money import yuan
from upkeep.publishing.models import PublicNotice
from upkeep.repairs.models import ProjectHouse
from upkeep.repairs.stages import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def projects(mine: OwnersHouse) -> OwnersHouse:
    """A roof that was repaired and paid for, and another on which the owners vote now."""
    area = mine.cast.area()
    filled = Filled(None, area, houses_of_area(area.pk))  # type: ignore[arg-type]
    scripts = (
        (0, "demo-committee", "1幢屋面防水翻修", "1幢屋面", 50_000_00, 160, Stage.FINISHED),
        (0, "demo-committee", "1幢1单元电梯大修", "1幢1单元电梯", 20_000_00, 9, Stage.VOTING),
    )
    run_projects(mine.cast.city, [filled], today=TODAY, scripts=scripts)
    return mine


class TestTheAccounts:
    def test_add_up_and_show_what_was_spent_on_what(self, projects: OwnersHouse) -> None:
        area_id = projects.house.area_id
        share = ProjectHouse.objects.get(house=projects.house, project__title="1幢屋面防水翻修").share_fen
        total = sum(one.balance_fen for one in balances([h.pk for h in houses_of_area(area_id)]).values())

        shown = text(projects.client.get(f"/owner/areas/{area_id}/finances/"))

        assert "用于维修 －50,000.00" in shown and f"现在的余额 {yuan(total)}" in shown
        assert "1幢屋面防水翻修" in shown and f"您家分摊 {yuan(share)} 元" in shown

    def test_of_a_period_explain_the_way_from_one_balance_to_the_other(self, projects: OwnersHouse) -> None:
        for first in (TODAY.replace(month=1, day=1), TODAY.replace(year=2020)):
            found = area_finances(projects.house.area_id, first=first, last=TODAY)
            assert found.other_fen == 0 and found.repairs_fen == 50_000_00
            moved = found.deposits_fen - found.repairs_fen - found.returned_fen + found.earnings_fen
            assert found.closing_fen == found.opening_fen + moved

    def test_lead_from_the_movement_to_the_notice_of_its_repair(self, projects: OwnersHouse) -> None:
        shown = projects.client.get(projects.url)
        notice = PublicNotice.objects.get(kind="ACCEPTANCE")

        assert "维修支出：1幢屋面防水翻修" in text(shown)
        assert f"/notices/{notice.number}/" in shown.content.decode()


class TestNoticesAndVotes:
    def test_list_the_areas_own(self, projects: OwnersHouse) -> None:
        area_id = projects.house.area_id
        notices = text(projects.client.get(f"/owner/areas/{area_id}/notices/"))
        votes = text(projects.client.get(f"/owner/areas/{area_id}/votes/"))
        hub = text(projects.client.get(f"/owner/areas/{area_id}/"))

        assert "1幢1单元电梯大修" in notices
        assert "表决中" in votes and "您家在表决范围内，请在书面表决票上签字" in votes
        assert "同意人数占" in votes and "达到" in votes
        assert "1 项正在表决" in hub

    def test_of_another_area_are_not_there(self, projects: OwnersHouse) -> None:
        other = projects.cast.area("康宁家园")
        for page in ("", "finances/", "notices/", "votes/"):
            assert projects.client.get(f"/owner/areas/{other.pk}/{page}").status_code == 404


def test_an_owner_without_houses_is_told_what_to_do(mine: OwnersHouse) -> None:
    mine.sell(on=TODAY)

    assert "目前没有您名下的房屋" in text(mine.client.get("/owner/"))
    assert "您还没有在这里办过业务" in text(mine.client.get("/owner/cases/"))

"""What notices say: lists with several facilities, parts that others bear, final shares, the plan, nobody's name.

# covers: R5
"""

import datetime as dt

import pytest

from tests.banking.town import AT
from tests.repairs import scene as scenes
from tests.repairs.scene import OWNER_NAME, TODAY, Scene, again, basics, make_scene
from upkeep.estate import facilities
from upkeep.estate.kinds import FacilityKind
from upkeep.kernel.errors import HasProblems
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.notice_rule import NoticeRule
from upkeep.publishing.models import NoticeKind
from upkeep.repairs import announcing, drafting
from upkeep.repairs.documents import notice_document
from upkeep.repairs.drafting import Work
from upkeep.repairs.models import ProjectHouse, ProjectPhase, RepairProject
from upkeep.repairs.notices import body_of, houses_of
from upkeep.repairs.stages import ProjectKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def with_two_facilities(scene: Scene) -> RepairProject:
    pump = facilities.add(
        area_id=scene.town.area.pk,
        place=facilities.Place(None, ""),
        data=facilities.Data(kind=FacilityKind.LIFT, name="2号水泵"),
        by_id=None,
        at=AT,
    )
    base = basics(scene)
    more = Work(facility_id=pump.pk, content="更换叶轮", contractor="江城水务公司", budget_fen=100_001)
    two = drafting.Basics(**{**vars(base), "works": (*base.works, more)})
    project = drafting.create_project(area_id=scene.town.area.pk, basics=two, by=scene.chair, at=AT)
    return drafting.choose_houses(project.pk, house_ids=scene.house_ids, by=scene.chair, at=AT)


class TestTheList:
    def test_gives_each_of_several_facilities_a_column_and_sums_them(self, scene: Scene) -> None:
        project = with_two_facilities(scene)

        table = houses_of(project, NoticeKind.PROJECT)

        assert table.columns[5:] == ("1号电梯（元）", "2号水泵（元）", "分摊金额（元）")
        assert table.rows[-1][5:] == ("38,765.43", "1,000.01", "39,765.44")
        assert len(table.rows) == 7

    def test_names_nobody_in_full(self, scene: Scene) -> None:
        body = str(body_of(scenes.new_project(scene), NoticeKind.PROJECT))

        assert "欧＊＊＊" in body and OWNER_NAME not in body

    def test_says_what_others_than_the_sub_account_bear(self, scene: Scene) -> None:
        project = scenes.new_project(scene)
        rows = list(ProjectHouse.objects.filter(project=project).order_by("house_id"))
        ProjectHouse.objects.filter(project=project).delete()
        first = rows[0]
        first.outside_fen, first.fund_fen, first.outside_reason = first.share_fen, 0, "UNSOLD"
        ProjectHouse.objects.bulk_create(rows)

        table = houses_of(project, NoticeKind.PROJECT)

        assert table.columns[6:] == ("分户账承担（元）", "开发单位或业主承担（元）")

    def test_of_the_acceptance_has_the_final_shares(self, scene: Scene) -> None:
        project = scenes.passed(scene)
        table = houses_of(project, NoticeKind.ACCEPTANCE)

        assert table.title == "决算清册" and table.columns[-1] == "决算分摊金额（元）"


class TestTheNotice:
    def test_shows_the_plan_of_a_project_that_is_paid_by_phase(self, scene: Scene) -> None:
        project = scenes.new_project(scene)
        for number, fen in ((1, 2_000_000), (2, 1_876_543)):
            ProjectPhase.objects.create(
                project=project, number=number, title="开工", planned_on=TODAY, amount_fen=fen, limit_fen=fen
            )

        plan = body_of(project, NoticeKind.PROJECT)["plan"]

        assert [row[0] for row in plan["rows"]] == ["第 1 期", "第 2 期"] and plan["total"][-1] == "38,765.43"

    def test_prints_every_table_it_shows(self, scene: Scene) -> None:
        project = scenes.new_project(scene)
        notice = announcing.publish_project(project.pk, open_until=TODAY + dt.timedelta(days=9), by=scene.chair, at=AT)

        document = notice_document(again(project), notice, city="jiangcheng")

        assert document.title == "立项公告及预算清册"
        assert [one.title for one in document.data.tables] == ["维修内容", "预算清册"]

    def test_of_an_emergency_stands_for_the_days_of_emergencies_and_says_so(self, scene: Scene) -> None:
        set_policy(
            kind=PolicyKind.NOTICE_RULE,
            jurisdiction_id=scene.town.city.pk,
            value=NoticeRule(least_days=7, emergency_days=3),
            valid_from=dt.date(2026, 1, 1),
        )
        project = scenes.new_project(scene)
        project.kind = ProjectKind.EMERGENCY

        announcing.check_open_until(project, TODAY + dt.timedelta(days=3), at=AT)
        with pytest.raises(HasProblems, match="不少于 7 天"):
            announcing.check_open_until(project, TODAY + dt.timedelta(days=3), at=AT, kind=NoticeKind.ACCEPTANCE)
        assert "不经业主表决" in body_of(project, NoticeKind.PROJECT)["text"][1]

    def test_of_a_general_repair_says_when_the_work_was_done(self, scene: Scene) -> None:
        project = scenes.new_project(scene)
        project.kind = ProjectKind.GENERAL

        with pytest.raises(HasProblems, match="请填写施工开始和结束日期"):
            announcing.set_works(project, works_from=None, works_to=None, at=AT)
        with pytest.raises(HasProblems, match="不能早于"):
            announcing.set_works(project, works_from=TODAY, works_to=TODAY - dt.timedelta(days=1), at=AT)
        with pytest.raises(HasProblems, match="不能晚于今天"):
            announcing.set_works(project, works_from=TODAY, works_to=TODAY + dt.timedelta(days=1), at=AT)
        announcing.set_works(project, works_from=TODAY, works_to=TODAY, at=AT)
        assert ("施工日期", "2026年11月20日至2026年11月20日") in [
            tuple(pair) for pair in body_of(project, NoticeKind.PROJECT)["facts"]
        ]

"""维修项目立项申请: after the passed vote, or in an emergency after its notice; approved, money may be requested.

# covers: R7 R10
"""

import datetime as dt

import pytest

from tests.banking.town import AT
from tests.repairs import phased
from tests.repairs.phased import APPLICATION
from tests.repairs.scene import Scene, again, make_scene, passed
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move, State
from upkeep.kernel.errors import HasProblems
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.project_rule import ProjectRule
from upkeep.repairs import announcing, application, deciding
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import ProjectKind, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def papers(case: Case) -> list[str]:
    return [paper.code for paper in APPLICATION.papers_of(case) if paper.required]


def opened(scene: Scene, project: RepairProject) -> Case:
    return application.open_application(project.pk, procedure=APPLICATION, by=scene.chair, at=AT)


class TestProjectApplication:
    def test_approved_lets_money_be_requested_and_holds_none_itself(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene))

        phased.approve(phased.apply_for(scene, project), scene)

        assert again(project).stage == Stage.DISBURSING
        assert not any(one.held_fen for one in sub_accounts.balances(scene.house_ids).values())

    def test_says_project_works_plan_and_the_owners_decision(self, scene: Scene) -> None:
        case = phased.apply_for(scene, phased.ready(scene, phased.drafted(scene)))

        summary = APPLICATION.summary(case)
        assert [table.title for table in summary.tables] == ["维修内容", "拨付计划"]
        facts = {fact.label: fact.value for fact in summary.facts}
        assert facts["项目类型"] == "一般维修" and "占全体 6 人" in facts["业主表决"]
        assert [one.title for one in APPLICATION.prints_of(case)] == ["立项申请单"]

    def test_is_not_begun_while_the_owners_have_not_agreed(self, scene: Scene) -> None:
        project = phased.drafted(scene)
        announcing.publish_project(project.pk, open_until=phased.UNTIL, by=scene.chair, at=AT)
        with pytest.raises(NotNow, match="现为“立项公示”"):
            opened(scene, project)

        deciding.open_vote(project.pk, closes_at=AT + dt.timedelta(days=10), by=scene.chair, at=AT)
        with pytest.raises(NotNow, match="现为“业主表决”"):
            opened(scene, project)

    def test_is_the_starters_alone_and_of_no_simple_project(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene))
        with pytest.raises(NotYours):
            application.open_application(project.pk, procedure=APPLICATION, by=scene.stranger, at=AT)

        with pytest.raises(NotNow, match="不能提交申请"):
            opened(scene, passed(scene))

    def test_is_begun_once(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene))

        assert opened(scene, project).pk == opened(scene, project).pk

    def test_returned_gives_the_project_back_and_is_handed_in_again(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene))
        case = phased.apply_for(scene, project)
        engine.move(case.pk, Move.RETURN, by=scene.clerk, at=AT, note="预算书缺页")
        assert again(project).stage == Stage.PASSED

        engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)
        assert again(project).stage == Stage.APPLICATION

    def test_rejected_leaves_room_for_a_new_one(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene))
        case = phased.apply_for(scene, project)
        engine.move(case.pk, Move.REJECT, by=scene.clerk, at=AT, note="不属于列支范围")

        assert opened(scene, project).pk != case.pk

    def test_withdrawn_as_a_draft_moves_nothing(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene))

        case = engine.move(opened(scene, project).pk, Move.WITHDRAW, by=scene.chair, at=AT)
        assert (case.state, again(project).stage) == (State.WITHDRAWN, Stage.PASSED)

    def test_names_the_houses_whose_money_has_gone(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene))
        poor = next(house for house in scene.houses if house.nature == "COMMODITY")
        postings.refund_paid(
            area_id=scene.town.area.pk,
            custody_id=scene.town.custodies[FundKind.COMMODITY].pk,
            fund_kind=FundKind.COMMODITY,
            amounts={poor.pk: 990_000},
            source="test:refund",
            booked_on=AT.date(),
        )

        with pytest.raises(HasProblems, match=f"分户账可用余额不足：1栋{poor.label}缺"):
            phased.apply_for(scene, project)

    def test_without_a_project_is_refused(self, scene: Scene) -> None:
        case = engine.start(APPLICATION, by=scene.chair, at=AT)
        phased.attach_papers(case, scene)

        with pytest.raises(HasProblems, match="请从“维修项目列表”选择项目"):
            engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)


class TestAnEmergency:
    def test_is_applied_for_without_a_vote_and_brings_its_proof_along(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene, kind=ProjectKind.EMERGENCY))
        case = opened(scene, project)

        assert set(case.files.values_list("paper", flat=True)) == {"emergency"}
        assert papers(case) == ["contract", "estimate", "emergency", "confirmation"]
        assert "不经表决" in str(APPLICATION.summary(case).facts)
        with pytest.raises(HasProblems, match="请上传“街道办事处"):
            engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)
        phased.approve(phased.apply_for(scene, project), scene)
        assert again(project).stage == Stage.DISBURSING

    def test_needs_no_confirmation_where_the_city_asks_for_none(self, scene: Scene) -> None:
        set_policy(
            kind=PolicyKind.PROJECT_RULE,
            jurisdiction_id=scene.town.city.pk,
            value=ProjectRule(emergency_confirmed=False),
            valid_from=dt.date(2020, 1, 1),
        )
        project = phased.ready(scene, phased.drafted(scene, kind=ProjectKind.EMERGENCY))

        assert papers(opened(scene, project)) == ["contract", "estimate", "emergency"]

    def test_returned_goes_back_to_its_notice(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene, kind=ProjectKind.EMERGENCY))
        case = phased.apply_for(scene, project)
        engine.move(case.pk, Move.RETURN, by=scene.clerk, at=AT, note="材料不全")

        assert again(project).stage == Stage.NOTICE

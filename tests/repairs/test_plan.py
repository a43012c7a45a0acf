"""拨付计划: one phase makes a project simple, two make it general; it comes to what the fund is to pay.

# covers: R4
"""

import datetime as dt

import pytest

from tests.banking.town import AT
from tests.repairs.scene import BUDGET_FEN, TODAY, Scene, again, basics, make_scene
from tests.repairs.test_drafting import set_rule
from upkeep.kernel.errors import HasProblems
from upkeep.policy.models import PolicyKind
from upkeep.repairs import announcing, drafting
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.models import RepairProject
from upkeep.repairs.plan import Phase, plan_problem, set_plan
from upkeep.repairs.readiness import NotReady
from upkeep.repairs.stages import ProjectKind

pytestmark = pytest.mark.django_db
UNTIL = TODAY + dt.timedelta(days=10)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def shared(scene: Scene, kind: ProjectKind) -> RepairProject:
    project = drafting.create_project(
        area_id=scene.town.area.pk,
        basics=basics(scene),
        by=scene.chair,
        at=AT,
        kind=kind,
    )
    return drafting.choose_houses(project.pk, house_ids=scene.house_ids, by=scene.chair, at=AT)


def plan(scene: Scene, project: RepairProject, *amounts: int) -> RepairProject:
    phases = [Phase(title=f"第{place}期", amount_fen=fen) for place, fen in enumerate(amounts, start=1)]
    return set_plan(project.pk, phases=phases, by=scene.chair, at=AT)


class TestAPlan:
    def test_of_one_phase_makes_a_general_project_simple_and_a_second_makes_it_general_again(
        self, scene: Scene
    ) -> None:
        project = shared(scene, ProjectKind.GENERAL)

        assert plan(scene, project, BUDGET_FEN).kind == ProjectKind.SIMPLE
        assert not project.phases.exists()
        assert plan(scene, project, 1_000_000, BUDGET_FEN - 1_000_000).kind == ProjectKind.GENERAL
        assert list(project.phases.order_by("number").values_list("amount_fen", "limit_fen")) == [
            (1_000_000, 1_000_000),
            (BUDGET_FEN - 1_000_000, BUDGET_FEN - 1_000_000),
        ]

    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_leaves_an_emergency_what_it_is(self, scene: Scene, count: int) -> None:
        project = shared(scene, ProjectKind.EMERGENCY)

        kept = plan(scene, project, *([1_000] * count))

        assert (kept.kind, project.phases.count()) == (ProjectKind.EMERGENCY, count)

    @pytest.mark.parametrize(("off", "said"), [(-1, "还差 0.01 元"), (1, "多出 0.01 元"), (0, "")])
    def test_comes_to_what_the_fund_is_to_pay_to_the_fen(self, scene: Scene, off: int, said: str) -> None:
        project = plan(scene, shared(scene, ProjectKind.GENERAL), 1_000_000, BUDGET_FEN - 1_000_000 + off)

        assert said in plan_problem(project) and bool(plan_problem(project)) is bool(said)
        if said:
            with pytest.raises(NotReady, match=said):
                announcing.publish_project(project.pk, open_until=UNTIL, by=scene.chair, at=AT)
        else:
            announcing.publish_project(project.pk, open_until=UNTIL, by=scene.chair, at=AT)

    def test_is_wanted_before_a_general_project_is_published(self, scene: Scene) -> None:
        project = shared(scene, ProjectKind.GENERAL)

        with pytest.raises(NotReady, match="请填写拨付计划"):
            announcing.publish_project(project.pk, open_until=UNTIL, by=scene.chair, at=AT)

    def test_is_told_what_is_wrong_with_each_phase(self, scene: Scene) -> None:
        project = shared(scene, ProjectKind.GENERAL)
        phases = [
            Phase(title="首期", amount_fen=0, planned_on=TODAY + dt.timedelta(days=9)),
            Phase(title=" ", amount_fen=5, planned_on=TODAY),
        ]

        with pytest.raises(HasProblems) as refused:
            set_plan(project.pk, phases=phases, by=scene.chair, at=AT)
        assert {problem.field for problem in refused.value.problems} == {"amount_1", "title_2", ""}

    @pytest.mark.parametrize(("first", "allowed"), [(BUDGET_FEN // 2, True), (BUDGET_FEN // 2 + 1, False)])
    def test_begins_with_no_more_than_the_city_lets(self, scene: Scene, first: int, allowed: bool) -> None:
        set_rule(scene, PolicyKind.PAYOUT_GATE, first_payment_most_percent=50)
        project = shared(scene, ProjectKind.GENERAL)

        if allowed:
            plan(scene, project, first, BUDGET_FEN - first)
            return
        with pytest.raises(HasProblems, match=r"首期拨付不超过预算金额的 50%，即 19,382\.71 元"):
            plan(scene, project, first, BUDGET_FEN - first)

    def test_is_set_by_the_starter_only_and_never_once_published(self, scene: Scene) -> None:
        project = shared(scene, ProjectKind.GENERAL)
        with pytest.raises(NotYours):
            set_plan(project.pk, phases=[], by=scene.stranger, at=AT)
        plan(scene, project, 1_000_000, BUDGET_FEN - 1_000_000)
        announcing.publish_project(project.pk, open_until=UNTIL, by=scene.chair, at=AT)

        with pytest.raises(NotNow):
            plan(scene, again(project), BUDGET_FEN)

"""The fifteen notes of manual 004 §1.3.1 (6), §1.3.2 (5) and §1.3.3 (4), each walked by the product's own moves.

# covers: R7 R8 R9 R10 R11
"""

import pytest

from tests.banking.town import AT
from tests.procedures import test_simple_disbursement as simple
from tests.repairs import phased
from tests.repairs.scene import BUDGET_FEN, TODAY, Scene, accepted, again, make_scene, passed
from upkeep.casework import engine
from upkeep.casework.states import Move
from upkeep.kernel.errors import HasProblems
from upkeep.repairs import acceptance, application, requesting
from upkeep.repairs.history import NotNow
from upkeep.repairs.models import PayeeAccount, ProjectCase, RepairProject
from upkeep.repairs.plan import Phase, set_plan
from upkeep.repairs.queries import orders_of
from upkeep.repairs.requests import plan_lines
from upkeep.repairs.stages import ProjectKind, Stage

pytestmark = pytest.mark.django_db
FIRST, SECOND, LAST = phased.plan(BUDGET_FEN)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


class OfAProjectByPhases:
    """Notes that §1.3.2 repeats for emergencies."""

    kind: ProjectKind

    def ready(self, scene: Scene) -> RepairProject:
        return phased.ready(scene, phased.drafted(scene, kind=self.kind))

    def disbursing(self, scene: Scene) -> RepairProject:
        return phased.disbursing(scene, kind=self.kind)

    def the_first_phase_waits_for_the_approved_application(self, scene: Scene) -> None:
        """第一期资金拨付时在立项申请通过后方可申请."""
        project = self.ready(scene)
        with pytest.raises(NotNow, match="不能申请拨付"):
            self.ask(scene, project, 1)
        case = phased.apply_for(scene, project)
        with pytest.raises(NotNow, match="现为“立项审核”"):
            self.ask(scene, project, 1)

        phased.approve(case, scene)
        phased.paid(scene, project, 1)

        assert again(project).paid_fen == FIRST

    def no_payment_exceeds_the_plan_of_its_phase(self, scene: Scene) -> None:
        """每笔资金的划拨不能超过当前阶段的拨付计划金额."""
        project = self.disbursing(scene)

        with pytest.raises(HasProblems, match=r"本次最多可申请 11,629\.62 元"):
            phased.request(scene, project, 1, FIRST + 1)

        assert again(project).requested_fen == 0

    def a_phase_is_requested_in_several_parts_for_several_contractors(self, scene: Scene) -> None:
        """每一期的资金可以同时分多次申请划拨, 加起来不能超过这一期的总金额."""
        project = self.disbursing(scene)
        one = phased.request(scene, project, 1, 500_000, 100_000)
        two = phased.request(scene, project, 1, FIRST - 600_001)
        with pytest.raises(HasProblems, match=r"本次最多可申请 0\.01 元"):
            phased.request(scene, project, 1, 2)

        for case in (one, two):
            phased.approve(case, scene)

        assert PayeeAccount.objects.filter(project=project).count() == 3
        assert sum(order.amount_fen for order in orders_of(project)) == FIRST - 1

    def beyond_seventy_percent_or_the_last_phase_waits_for_acceptance_and_notice(self, scene: Scene) -> None:
        """当申请资金超过预算总金额的70%或者最后一期资金拨付前需做项目验收和发布验收公示."""
        budget = 1_000_000
        begun = phased.drafted(scene, kind=self.kind, budget_fen=budget, amounts=(300_000, 500_000, 200_000))
        project = phased.disbursing(scene, begun)
        phased.paid(scene, project, 1)
        with pytest.raises(NotNow, match="末期拨付前须先完成项目验收"):
            self.ask(scene, project, 3)
        with pytest.raises(HasProblems, match="超过预算总金额的 70%"):
            phased.request(scene, project, 2, 400_001)
        phased.paid(scene, project, 2, 400_000)
        with pytest.raises(NotNow, match="超过预算总金额的 70%"):
            self.ask(scene, project, 2)

        project = phased.accept(scene, project, budget)
        with pytest.raises(NotNow, match="验收公示"):
            self.ask(scene, project, 3)
        phased.publish(scene, project)
        phased.paid(scene, project, 2)
        phased.paid(scene, project, 3)

        assert (again(project).stage, again(project).paid_fen) == (Stage.FINISHED, budget)

    def each_phase_is_requested_when_its_own_conditions_hold(self, scene: Scene) -> None:
        """各阶段达到规定的申请条件时就可做该阶段的资金拨付申请."""
        project = self.disbursing(scene)

        assert [bool(line.room.most_fen) for line in plan_lines(project, on=TODAY)] == [True, True, False]
        phased.paid(scene, project, 2)
        assert again(project).paid_fen == SECOND
        phased.publish(scene, phased.accept(scene, project, BUDGET_FEN))
        lines = plan_lines(again(project), on=TODAY)
        assert [line.room.most_fen for line in lines] == [FIRST, 0, LAST]

    @staticmethod
    def ask(scene: Scene, project: RepairProject, number: int) -> None:
        requesting.open_request(project.pk, phase_number=number, procedure=phased.REQUEST, by=scene.chair, at=AT)


class TestNotesOfGeneralProjects(OfAProjectByPhases):
    kind = ProjectKind.GENERAL

    def test_note_1_the_first_phase_waits_for_the_approved_application(self, scene: Scene) -> None:
        self.the_first_phase_waits_for_the_approved_application(scene)

    def test_note_2_no_payment_exceeds_the_plan_of_its_phase(self, scene: Scene) -> None:
        self.no_payment_exceeds_the_plan_of_its_phase(scene)

    def test_note_3_a_phase_is_requested_in_several_parts_for_several_contractors(self, scene: Scene) -> None:
        self.a_phase_is_requested_in_several_parts_for_several_contractors(scene)

    def test_note_4_beyond_seventy_percent_or_the_last_phase_waits_for_acceptance_and_notice(
        self, scene: Scene
    ) -> None:
        self.beyond_seventy_percent_or_the_last_phase_waits_for_acceptance_and_notice(scene)

    def test_note_5_application_and_disbursement_are_apart_and_one_payment_goes_the_simple_way(
        self, scene: Scene
    ) -> None:
        """立项的申请和资金拨付的申请是分开的; 如果拨付计划是只有一次的, 则参考简单拨付维修项目."""
        project = self.disbursing(scene)
        phased.request(scene, project, 1)
        procedures = ProjectCase.objects.filter(project=project).values_list("case__procedure", flat=True)
        assert sorted(procedures) == ["fund_disbursement", "project_application"]

        once = phased.drafted(scene)
        whole = Phase(title="一次付清", amount_fen=once.payable_fen)
        set_plan(once.pk, phases=[whole], by=scene.chair, at=AT)
        assert again(once).kind == ProjectKind.SIMPLE

    def test_note_6_each_phase_is_requested_when_its_own_conditions_hold(self, scene: Scene) -> None:
        self.each_phase_is_requested_when_its_own_conditions_hold(scene)


class TestNotesOfEmergencies(OfAProjectByPhases):
    kind = ProjectKind.EMERGENCY

    def test_note_1_the_first_phase_waits_for_the_approved_application(self, scene: Scene) -> None:
        self.the_first_phase_waits_for_the_approved_application(scene)

    def test_note_2_no_payment_exceeds_the_plan_of_its_phase(self, scene: Scene) -> None:
        self.no_payment_exceeds_the_plan_of_its_phase(scene)

    def test_note_3_a_phase_is_requested_in_several_parts_for_several_contractors(self, scene: Scene) -> None:
        self.a_phase_is_requested_in_several_parts_for_several_contractors(scene)

    def test_note_4_beyond_seventy_percent_or_the_last_phase_waits_for_acceptance_and_notice(
        self, scene: Scene
    ) -> None:
        self.beyond_seventy_percent_or_the_last_phase_waits_for_acceptance_and_notice(scene)

    def test_note_5_each_phase_is_requested_when_its_own_conditions_hold(self, scene: Scene) -> None:
        self.each_phase_is_requested_when_its_own_conditions_hold(scene)


class TestNotesOfSimpleProjects:
    def test_note_1_it_is_paid_once_and_settles_exactly_its_budget(self, scene: Scene) -> None:
        """预算总金额一定是要等于结算总金额."""
        project = passed(scene)
        for wrong in (BUDGET_FEN - 1, BUDGET_FEN + 1):
            with pytest.raises(HasProblems, match="结算金额须等于预算金额"):
                acceptance.accept_work(
                    project.pk, accepted_on=TODAY, settlement_fen=wrong, acceptance="合格", by=scene.chair, at=AT
                )

        assert plan_lines(project, on=TODAY) == []

    def test_note_2_it_is_accepted_before_it_is_applied_for(self, scene: Scene) -> None:
        """申请立项前一定要先把验收也做完."""
        project = passed(scene)

        with pytest.raises(NotNow, match="表决通过"):
            application.open_application(project.pk, procedure=simple.PROCEDURE, by=scene.chair, at=AT)

    def test_note_3_one_review_decides_application_and_disbursement(self, scene: Scene) -> None:
        """立项申请和资金拨付的申请是自动绑定在一起的, 只要审核一次通过后即可."""
        project, case = simple.submitted(scene)

        simple.approve(case, scene)

        assert ProjectCase.objects.filter(project=project).count() == 1
        assert sum(order.amount_fen for order in orders_of(project)) == BUDGET_FEN

    def test_note_4_several_contractors_are_paid_exactly_the_budget_together(self, scene: Scene) -> None:
        """可以同时申请给几个施工单位拨付, 但是加起来的金额一定要等于预算总金额."""
        project = accepted(scene)
        case = application.open_application(project.pk, procedure=simple.PROCEDURE, by=scene.chair, at=AT)
        simple.fill_in(case, scene, "30,000.00", "8,765.42")
        with pytest.raises(HasProblems, match=r"须等于应拨付金额 38,765\.43 元"):
            engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)

        simple.fill_in(case, scene, "30,000.00", "8,765.43")
        engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)
        simple.approve(case, scene)

        assert PayeeAccount.objects.filter(project=project).count() == 2

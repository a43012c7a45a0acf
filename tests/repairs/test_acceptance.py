"""项目验收 on the rows of a project: below, at and above the budget, and what it may not undo.

# covers: R9
"""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from tests.banking.town import AT
from tests.repairs import phased
from tests.repairs.scene import BUDGET_FEN, TODAY, Scene, again, make_scene
from upkeep.kernel.errors import HasProblems
from upkeep.repairs import acceptance, announcing, deciding
from upkeep.repairs.acts.act import ActCode
from upkeep.repairs.acts.offered import acts_for
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.models import FacilityShare, ProjectHouse, ProjectPhase, RepairProject, WorkSettlement
from upkeep.repairs.settling import BelowWhatIsPaid
from upkeep.repairs.stages import ProjectKind, Stage
from upkeep.voting.models import BallotChoice

pytestmark = pytest.mark.django_db
FIRST, SECOND, LAST = phased.plan(BUDGET_FEN)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def limits(project: RepairProject) -> list[int]:
    return list(ProjectPhase.objects.filter(project=project).order_by("number").values_list("limit_fen", flat=True))


def finals(project: RepairProject) -> int:
    return sum(
        fen or 0 for fen in ProjectHouse.objects.filter(project=project).values_list("final_fund_fen", flat=True)
    )


def vote_more(scene: Scene, project: RepairProject, choice: BallotChoice) -> RepairProject:
    """The second vote, all of one opinion."""
    deciding.open_vote(project.pk, closes_at=AT + dt.timedelta(days=10), by=scene.chair, at=AT)
    deciding.enter_results(project.pk, dict.fromkeys(scene.house_ids, choice), by=scene.chair, at=AT)
    deciding.close_vote(project.pk, by=scene.chair, at=AT)
    return again(project)


class TestASettlement:
    def test_at_the_budget_changes_nothing(self, scene: Scene) -> None:
        project = phased.accept(scene, phased.disbursing(scene), BUDGET_FEN)

        assert (project.stage, project.limit_fen, finals(project)) == (Stage.ACCEPTED, BUDGET_FEN, BUDGET_FEN)
        assert limits(project) == [FIRST, SECOND, LAST]
        assert project.works_from == TODAY - dt.timedelta(days=9) and project.accepted_content.startswith("钢丝绳")

    def test_below_the_budget_lowers_every_share_and_the_last_phase(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        phased.paid(scene, project, 1)

        project = phased.accept(scene, project, BUDGET_FEN - 500_000)

        assert (project.limit_fen, finals(project)) == (BUDGET_FEN - 500_000, BUDGET_FEN - 500_000)
        assert limits(project) == [FIRST, SECOND, LAST - 500_000]
        phased.publish(scene, project)
        phased.paid(scene, project, 2)
        phased.paid(scene, project, 3)
        done = again(project)
        assert (done.stage, done.paid_fen) == (Stage.FINISHED, BUDGET_FEN - 500_000)
        rows = ProjectHouse.objects.filter(project=project)
        assert all(row.paid_fen == row.final_fund_fen == row.final_fen for row in rows)

    def test_that_leaves_nothing_more_to_pay_finishes_the_project_with_its_notice(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        phased.paid(scene, project, 1)
        project = phased.accept(scene, project, FIRST)

        assert phased.publish(scene, project).stage == Stage.FINISHED

    def test_below_what_was_paid_is_refused_and_says_what_to_do(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        phased.paid(scene, project, 1)

        with pytest.raises(BelowWhatIsPaid, match=r"低于已拨付的 11,629\.62 元。请先清退多拨的 0\.01 元"):
            phased.accept(scene, project, FIRST - 1)

        assert again(project).stage == Stage.DISBURSING and not WorkSettlement.objects.exists()

    def test_below_what_is_under_review_is_refused(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        phased.request(scene, project, 1)

        with pytest.raises(BelowWhatIsPaid, match="请先撤回审核中的拨付申请"):
            phased.accept(scene, project, FIRST - 1)

    def test_above_the_budget_waits_for_the_second_vote(self, scene: Scene) -> None:
        project = phased.accept(scene, phased.disbursing(scene), BUDGET_FEN + 90_000)

        assert (project.limit_fen, limits(project)) == (BUDGET_FEN, [FIRST, SECOND, LAST])
        assert finals(project) == BUDGET_FEN + 90_000
        blocked = {act.code: act.blocked for act in acts_for(project, actor=scene.chair)}
        assert "补充表决" in blocked[ActCode.PUBLISH_ACCEPTANCE]
        with pytest.raises(NotNow, match="补充表决"):
            phased.publish(scene, project)

        project = vote_more(scene, project, BallotChoice.AGREE)

        assert (project.limit_fen, limits(project)) == (BUDGET_FEN + 90_000, [FIRST, SECOND, LAST + 90_000])
        assert phased.publish(scene, project).stage == Stage.ACCEPTANCE_NOTICE
        for number in (1, 2, 3):
            phased.paid(scene, project, number)
        assert again(project).stage == Stage.FINISHED

    def test_above_the_budget_that_the_owners_refuse_is_settled_anew(self, scene: Scene) -> None:
        project = phased.accept(scene, phased.disbursing(scene), BUDGET_FEN + 90_000)
        project = vote_more(scene, project, BallotChoice.AGAINST)
        assert (project.stage, project.limit_fen) == (Stage.ACCEPTED, BUDGET_FEN)

        project = phased.accept(scene, project, BUDGET_FEN)

        assert phased.publish(scene, project).limit_fen == BUDGET_FEN

    def test_that_the_owners_agreed_to_is_not_changed_any_more(self, scene: Scene) -> None:
        project = phased.accept(scene, phased.disbursing(scene), BUDGET_FEN + 90_000)
        project = vote_more(scene, project, BallotChoice.AGREE)

        with pytest.raises(NotNow, match="结算金额不能再修改"):
            phased.accept(scene, project, BUDGET_FEN + 90_001)

    def test_of_an_emergency_above_the_budget_needs_no_vote(self, scene: Scene) -> None:
        project = phased.disbursing(scene, kind=ProjectKind.EMERGENCY)

        project = phased.accept(scene, project, BUDGET_FEN + 90_000)

        assert project.limit_fen == BUDGET_FEN + 90_000
        assert phased.publish(scene, project).stage == Stage.ACCEPTANCE_NOTICE

    def test_is_divided_anew_while_its_notice_is_not_published(self, scene: Scene) -> None:
        project = phased.accept(scene, phased.disbursing(scene), BUDGET_FEN - 500_000)
        project = phased.accept(scene, project, BUDGET_FEN - 100)

        assert (project.limit_fen, limits(project)) == (BUDGET_FEN - 100, [FIRST, SECOND, LAST - 100])
        phased.publish(scene, project)
        with pytest.raises(NotNow, match="不能项目验收"):
            phased.accept(scene, again(project), BUDGET_FEN)
        with pytest.raises(DatabaseError, match="until its notice"), transaction.atomic():
            WorkSettlement.objects.filter(work__project=project).delete()

    def test_takes_the_shares_of_the_facility_that_was_settled(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        work = project.facilities.get()
        phased.accept(scene, project, 1_000_000, settled={work.pk: 1_000_000})

        shares = dict(FacilityShare.objects.filter(work=work).values_list("house_id", "share_fen"))
        found = dict(ProjectHouse.objects.filter(project=project).values_list("house_id", "final_fen"))
        assert all(abs(fen - shares[pk] * 1_000_000 / BUDGET_FEN) < 1.01 for pk, fen in found.items() if fen)
        assert WorkSettlement.objects.get(work=work).settled_fen == 1_000_000


class TestAnAcceptance:
    def test_is_refused_with_everything_that_is_wrong_at_once(self, scene: Scene) -> None:
        project = phased.disbursing(scene)

        with pytest.raises(HasProblems) as refused:
            acceptance.accept_work(
                project.pk,
                accepted_on=TODAY + dt.timedelta(days=1),
                settlement_fen=0,
                acceptance=" ",
                works_from=TODAY,
                works_to=TODAY - dt.timedelta(days=1),
                by=scene.chair,
                at=AT,
            )

        fields = {problem.field for problem in refused.value.problems}
        assert fields == {"accepted_on", "acceptance", "works_to", "settlement"}

    def test_is_the_starters(self, scene: Scene) -> None:
        project = phased.disbursing(scene)

        with pytest.raises(NotYours):
            acceptance.accept_work(
                project.pk, accepted_on=TODAY, settlement_fen=1, acceptance="合格", by=scene.stranger, at=AT
            )

    def test_of_a_project_not_yet_approved_is_too_early(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene))

        with pytest.raises(NotNow, match="表决通过"):
            phased.accept(scene, project, BUDGET_FEN)


class TestTheDatabase:
    def test_lets_no_general_project_be_applied_for_without_a_passed_vote(self, scene: Scene) -> None:
        project = phased.drafted(scene)
        announcing.publish_project(project.pk, open_until=phased.UNTIL, by=scene.chair, at=AT)
        deciding.open_vote(project.pk, closes_at=AT + dt.timedelta(days=10), by=scene.chair, at=AT)
        rows = RepairProject.objects.filter(pk=project.pk)

        with pytest.raises(DatabaseError, match="no vote has passed"), transaction.atomic():
            rows.update(stage=Stage.PASSED)
        with pytest.raises(DatabaseError, match="cannot follow"), transaction.atomic():
            rows.update(stage=Stage.APPLICATION)

    @pytest.mark.parametrize(
        "change", [{"limit_fen": BUDGET_FEN + 1}, {"limit_fen": 1}, {"requested_fen": BUDGET_FEN + 1}]
    )
    def test_lets_no_limit_be_moved_without_a_settlement(self, scene: Scene, change: dict[str, int]) -> None:
        project = phased.disbursing(scene)

        with pytest.raises(DatabaseError), transaction.atomic():
            RepairProject.objects.filter(pk=project.pk).update(**change)

    def test_lets_no_phase_be_asked_for_more_than_its_plan(self, scene: Scene) -> None:
        phase = ProjectPhase.objects.filter(project=phased.disbursing(scene)).order_by("number")[0]

        with pytest.raises(DatabaseError, match="phase_pays_at_most_its_plan"), transaction.atomic():
            ProjectPhase.objects.filter(pk=phase.pk).update(requested_fen=FIRST + 1)

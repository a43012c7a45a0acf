"""Money asked for phase by phase: engaged, given back, held, ordered, paid, never more than what was agreed.

# covers: R8
"""

import pytest
from django.db import DatabaseError, transaction

from tests.banking.town import AT
from tests.procedures import test_simple_disbursement as simple
from tests.repairs import phased
from tests.repairs.scene import BALANCE_FEN, BUDGET_FEN, TODAY, Scene, again, make_scene
from upkeep.banking.actions import confirm_slip, fail_order, reissue_order
from upkeep.books import sub_accounts
from upkeep.casework import engine
from upkeep.casework.states import Move, State
from upkeep.estate.models import HouseClaim
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.repairs import clearing, requesting
from upkeep.repairs.history import NotNow
from upkeep.repairs.models import ClearingReason, FundRequest, ProjectPhase, RepairProject
from upkeep.repairs.paying_papers import orders_of_case
from upkeep.repairs.queries import orders_of
from upkeep.repairs.requests import plan_lines
from upkeep.repairs.stages import Stage

pytestmark = pytest.mark.django_db
FIRST, SECOND, LAST = phased.plan(BUDGET_FEN)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def money(project: RepairProject, number: int = 1) -> tuple[int, int, int]:
    """Requested, ordered and paid of a phase; the project's are the sums of its phases."""
    project = again(project)
    phases = list(ProjectPhase.objects.filter(project=project))
    assert project.requested_fen == sum(one.requested_fen for one in phases)
    assert project.ordered_fen == sum(one.ordered_fen for one in phases)
    assert project.paid_fen == sum(one.paid_fen for one in phases)
    phase = next(one for one in phases if one.number == number)
    return phase.requested_fen, phase.ordered_fen, phase.paid_fen


class TestARequest:
    def test_is_filled_in_with_what_the_phase_has_left(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        phased.request(scene, project, 1, 100_00)

        case = requesting.open_request(project.pk, phase_number=1, procedure=phased.REQUEST, by=scene.chair, at=AT)

        assert case.data["payee_1_amount"] == f"{(FIRST - 100_00) / 100:,.2f}"
        assert case.data["payee_1_name"] == "江城电梯工程有限公司"

    def test_engages_its_amount_until_it_is_given_back(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        case = phased.request(scene, project, 1)
        assert money(project) == (FIRST, 0, 0)

        engine.move(case.pk, Move.RETURN, by=scene.clerk, at=AT, note="发票不清晰")
        assert money(project) == (0, 0, 0)
        engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)
        assert money(project) == (FIRST, 0, 0)
        engine.move(case.pk, Move.REJECT, by=scene.clerk, at=AT, note="不属于列支范围")
        assert money(project) == (0, 0, 0)

    def test_withdrawn_gives_its_amount_back_once(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        case = phased.request(scene, project, 1)
        engine.move(case.pk, Move.RETURN, by=scene.clerk, at=AT, note="发票不清晰")

        assert engine.move(case.pk, Move.WITHDRAW, by=scene.chair, at=AT).state == State.WITHDRAWN
        assert money(project) == (0, 0, 0)

    def test_approved_holds_every_house_evenly_and_orders_per_payee_and_custody_account(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        phased.ordered(scene, project, 1, 600_000, FIRST - 600_000)

        orders = orders_of(project)
        assert len(orders) == 4 and sum(one.amount_fen for one in orders) == FIRST
        assert money(project) == (FIRST, FIRST, 0)
        held = {pk: one.held_fen for pk, one in sub_accounts.balances(scene.house_ids).items()}
        shares = dict(project.houses.values_list("house_id", "fund_fen"))
        assert sum(held.values()) == FIRST
        assert all(abs(held[pk] - shares[pk] * FIRST / BUDGET_FEN) < 1 for pk in shares)

    def test_paid_phase_by_phase_ends_with_every_share_to_the_fen_and_finishes_the_project(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        shares = dict(project.houses.values_list("house_id", "share_fen"))
        phased.paid(scene, project, 1, 777_777)
        phased.paid(scene, project, 1)
        phased.paid(scene, project, 2)
        phased.publish(scene, phased.accept(scene, project, BUDGET_FEN))
        assert HouseClaim.objects.filter(source=project.source).count() == 6
        phased.paid(scene, project, 3)

        balances = sub_accounts.balances(scene.house_ids)
        assert {pk: BALANCE_FEN - one.balance_fen for pk, one in balances.items()} == shares
        assert not any(one.held_fen for one in balances.values())
        finished = again(project)
        assert (finished.stage, finished.paid_fen) == (Stage.FINISHED, BUDGET_FEN)
        assert not HouseClaim.objects.filter(source=project.source).exists()
        assert dict(project.houses.values_list("house_id", "paid_fen")) == shares

    def test_whose_payment_fails_keeps_its_hold_until_it_is_issued_anew(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        phased.ordered(scene, project, 1)
        order = orders_of(project)[0]
        fail_order(number=order.number, reason="户名不符", by=scene.town.people["teller"], at=AT)

        assert money(project) == (FIRST, FIRST, 0)
        reissue_order(
            order_id=order.pk,
            payee_name=order.payee_name,
            payee_bank=order.payee_bank,
            payee_account="6222020200099990000",
            reason="账号有误",
            by=scene.town.people["accountant"],
            at=AT,
        )
        phased.pay_all(scene, project)
        assert money(project) == (FIRST, FIRST, FIRST)

    def test_finds_its_orders_at_the_counter_and_not_those_of_another_request(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        one = phased.ordered(scene, project, 1, 500_000)
        phased.ordered(scene, project, 1, 300_000)

        assert sum(order.amount_fen for order in orders_of_case(one)) == 500_000

    def test_to_the_applicant_itself_warns_the_reviewer(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        case = phased.draft(scene, project, 1)
        engine.save_draft(case.pk, {"payee_1_name": " 江南名邸业主委员会 "}, by=scene.chair, at=AT)
        engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)

        case.refresh_from_db()
        assert "收款单位与申请单位" in "".join(phased.REQUEST.warnings(case))
        assert not phased.REQUEST.warnings(phased.draft(scene, project, 2))

    def test_is_the_same_draft_when_it_is_begun_twice(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        begun = [
            requesting.open_request(project.pk, phase_number=1, procedure=phased.REQUEST, by=by, at=AT).pk
            for by in (scene.chair, scene.deputy)
        ]

        assert begun[0] == begun[1]

    def test_is_refused_to_another_committee_and_for_a_phase_that_is_not_planned(self, scene: Scene) -> None:
        project = phased.disbursing(scene)

        with pytest.raises(Refusal, match="只有申报单位"):
            requesting.open_request(project.pk, phase_number=1, procedure=phased.REQUEST, by=scene.stranger, at=AT)
        with pytest.raises(NotNow, match="没有这一期"):
            requesting.open_request(project.pk, phase_number=4, procedure=phased.REQUEST, by=scene.chair, at=AT)

    def test_that_was_begun_without_a_project_is_refused(self, scene: Scene) -> None:
        case = engine.start(phased.REQUEST, by=scene.chair, at=AT)
        engine.save_draft(
            case.pk,
            {
                "payee_1_name": "甲公司",
                "payee_1_bank": "农业银行",
                "payee_1_account": "6222020200011112222",
                "payee_1_amount": "1.00",
            },
            by=scene.chair,
            at=AT,
        )
        phased.attach_papers(case, scene)

        with pytest.raises(HasProblems, match="请从“维修项目列表”选择项目"):
            engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)


class TestWhatComesBack:
    def test_of_a_simple_project_is_asked_for_again_by_the_same_form(self, scene: Scene) -> None:
        project, case = simple.submitted(scene)
        simple.approve(case, scene)
        phased.pay_all(scene, project)
        order = next(one for one in orders_of(project) if one.custody.bank == scene.town.banks[0])
        slip = clearing.ask_back(
            project.pk,
            order_id=order.pk,
            amount_fen=100_000,
            reason=ClearingReason.values[0],  # type: ignore[arg-type]
            reason_text="部分工程未实施",
            by=scene.chair,
            at=AT,
        ).slip
        teller = scene.town.people["teller"]
        confirm_slip(number=slip.number, amount_fen=100_000, serial="C1", by=teller, at=AT)
        assert (again(project).stage, again(project).requested_fen) == (Stage.TRANSFER, BUDGET_FEN - 100_000)
        assert [line.title for line in plan_lines(again(project), on=TODAY)] == ["余款"]

        phased.paid(scene, project, None)

        assert (again(project).stage, again(project).paid_fen) == (Stage.FINISHED, BUDGET_FEN)


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"amount_fen": 1, "state": "HELD", "approved_at": AT}, "cannot change"),
            ({"state": "HELD", "approved_at": None}, "approved_at_iff_approved"),
            ({"phase_id": None}, "never changes its project or phase"),
        ],
    )
    def test_keeps_what_a_request_engages(self, scene: Scene, change: dict[str, object], why: str) -> None:
        case = phased.request(scene, phased.disbursing(scene), 1)

        with pytest.raises(DatabaseError, match=why), transaction.atomic():
            FundRequest.objects.filter(case=case).update(**change)

    def test_never_opens_what_was_ordered_and_deletes_no_request(self, scene: Scene) -> None:
        case = phased.ordered(scene, phased.disbursing(scene), 1)

        with pytest.raises(DatabaseError, match="cannot follow"), transaction.atomic():
            FundRequest.objects.filter(case=case).update(state="REVIEW", approved_at=None)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            FundRequest.objects.filter(case=case).delete()

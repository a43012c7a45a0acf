"""商品房维修支取申请 from its draft to the bank's word.

# covers: R14
"""

import pytest
from django.db import Error, transaction

from tests.banking.town import AT
from tests.estate.leaving import cancel
from tests.repairs.order_scene import (
    ACCOUNTS,
    BALANCE_FEN,
    TOTAL_FEN,
    OrderScene,
    approved,
    draft,
    make_order_scene,
    pay,
    project_in,
    signed,
    submitted,
)
from upkeep.banking.models import CustodyAccount, PaymentOrder
from upkeep.banking.orders import amounts_of
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate.models import Facility, House, HouseClaim, Ownership, Service
from upkeep.estate.serving import begin_service
from upkeep.kernel.errors import HasProblems
from upkeep.repairs import withdrawal_orders as orders
from upkeep.repairs import withdrawal_orders_draft as drafts
from upkeep.repairs import withdrawal_orders_vote as signing
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import orders_of
from upkeep.repairs.stages import ProjectKind, Stage
from upkeep.voting.models import BallotChoice, Vote, VoteState

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> OrderScene:
    return make_order_scene()


def refusal_of(case: Case, step: Move, scene: OrderScene, by: object = None) -> str:
    """What is said when the move is refused."""
    with pytest.raises(HasProblems) as refused:
        engine.move(case.pk, step, by=by or scene.manager, at=AT, note="理由")  # type: ignore[arg-type]
    return "；".join(problem.text for problem in refused.value.problems)


def replace_company(scene: OrderScene) -> None:
    """Another company serves the area from now on."""
    former, rival = Service.objects.get(), scene.rival.organisation_id
    assert rival is not None
    begin_service(
        area_id=scene.area_id, organisation_id=rival, since=AT.date(), basis="选聘", at=AT, former_id=former.pk
    )


class TestAnOrderHandedIn:
    def test_divides_the_total_among_the_saved_houses_of_the_ticked_buildings_only(self, scene: OrderScene) -> None:
        case = submitted(scene)

        project = project_in(case)
        shares = dict(project.houses.values_list("house_id", "share_fen"))
        assert set(shares) == set(scene.houses_of(0))
        assert sum(shares.values()) == TOTAL_FEN == project.budget_fen == project.limit_fen
        assert (project.kind, project.stage) == (ProjectKind.ORDER, Stage.REVIEW)
        assert set(HouseClaim.objects.values_list("house_id", flat=True)) == set(shares)
        assert case.state == State.SUBMITTED and case.number.startswith("ZQ")

    def test_enters_the_repaired_part_that_the_list_lacked(self, scene: OrderScene) -> None:
        submitted(scene)

        facility = Facility.objects.get(name="屋面防水层")
        assert facility.building == scene.buildings[0]

    def test_with_totals_that_are_no_longer_true_is_refused(self, scene: OrderScene) -> None:
        case = draft(scene)
        ids = scene.houses_of(0)[:3]
        drafts.save_houses(case.pk, building_id=scene.buildings[0].pk, house_ids=ids, by=scene.manager, at=AT)

        assert "重新点“填入勾选房屋户数和面积”" in refusal_of(case, Move.SUBMIT, scene)
        assert not RepairProject.objects.exists()

    def test_with_another_amount_than_the_standard_was_computed_of_is_refused(self, scene: OrderScene) -> None:
        case = draft(scene)
        engine.save_draft(case.pk, {"total": "23,456.79"}, by=scene.manager, at=AT)

        assert "重新点“计算分摊标准”" in refusal_of(case, Move.SUBMIT, scene)

    def test_with_a_house_cancelled_meanwhile_names_it(self) -> None:
        scene = make_order_scene(balance_fen=0)
        case = draft(scene)
        cancel(House.objects.get(pk=scene.houses_of(0)[0]))

        said = refusal_of(case, Move.SUBMIT, scene)
        assert "101已不能参与分摊" in said and "重新保存房屋" in said

    def test_of_a_company_that_no_longer_serves_the_area_is_refused(self, scene: OrderScene) -> None:
        case = draft(scene)
        replace_company(scene)

        assert "小区不在可选范围" in refusal_of(case, Move.SUBMIT, scene)

    def test_says_everything_that_is_wrong_with_the_form_at_once(self, scene: OrderScene) -> None:
        case = draft(scene, title="", ends_on="2026-11-01", payee_1_account="12", payee_2_name="第二家")

        said = refusal_of(case, Move.SUBMIT, scene)
        for part in ("维修项目名称", "完工日不能早于", "8 至 32 位", "该收款账户须填写完整"):
            assert part in said

    def test_twice_is_refused_the_second_time(self, scene: OrderScene) -> None:
        case = submitted(scene)

        with pytest.raises(engine.NotNow):
            engine.move(case.pk, Move.SUBMIT, by=scene.manager, at=AT)
        assert RepairProject.objects.count() == 1

    def test_keeps_both_prints_under_its_number(self, scene: OrderScene) -> None:
        case = submitted(scene)

        from_case = [print_.code for print_ in register[case.procedure].prints_of(case)]
        assert from_case == ["order", "signatures"]


class TestReview:
    def test_does_not_approve_before_the_signed_list_has_passed(self, scene: OrderScene) -> None:
        case = submitted(scene)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)

        assert "业主签字确认表还没有录入并通过" in refusal_of(case, Move.PASS, scene, scene.approver)
        assert not PaymentOrder.objects.exists()

    def test_does_not_approve_after_the_owners_refused(self, scene: OrderScene) -> None:
        case = submitted(scene)
        signed(scene, case, BallotChoice.AGAINST)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)

        assert "业主签字确认表" in refusal_of(case, Move.PASS, scene, scene.approver)
        assert any("未达到规定比例" in one for one in orders.warnings_of(case))

    def test_is_refused_by_the_database_without_a_passed_vote(self, scene: OrderScene) -> None:
        project = project_in(submitted(scene))

        with pytest.raises(Error, match="owners have not signed"), transaction.atomic():
            RepairProject.objects.filter(pk=project.pk).update(stage=Stage.TRANSFER)

    def test_approved_holds_the_shares_and_orders_what_each_payee_gets(self, scene: OrderScene) -> None:
        second = {"payee_2_name": "监理公司", "payee_2_bank": "农行", "payee_2_account": ACCOUNTS[1]}
        case = approved(scene, **second, payee_2_amount="3,456.78")

        project = project_in(case)
        assert {one.payee_account: one.amount_fen for one in orders_of(project)} == {
            ACCOUNTS[0]: 2_000_000,
            ACCOUNTS[1]: 345_678,
        }
        shares = dict(project.houses.values_list("house_id", "share_fen"))
        held = {pk: one.held_fen for pk, one in sub_accounts.balances(scene.houses_of(0)).items()}
        assert held == shares and project.stage == Stage.TRANSFER

    def test_paid_charges_the_houses_and_finishes_the_order(self, scene: OrderScene) -> None:
        project = project_in(approved(scene))
        shares = dict(project.houses.values_list("house_id", "share_fen"))

        for place, order in enumerate(orders_of(project)):
            pay(order, scene, f"LS{place:06d}")

        finished = project_in_again(project)
        assert (finished.stage, finished.paid_fen) == (Stage.FINISHED, TOTAL_FEN)
        for pk, one in sub_accounts.balances(scene.houses_of(0)).items():
            assert (one.balance_fen, one.held_fen) == (BALANCE_FEN - shares[pk], 0)
        assert not HouseClaim.objects.exists()

    def test_goes_on_when_another_company_has_taken_over_the_area_meanwhile(self, scene: OrderScene) -> None:
        case = submitted(scene)
        replace_company(scene)
        signed(scene, case)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.approver, at=AT)

        assert project_in(case).stage == Stage.TRANSFER

    def test_of_an_order_whose_houses_lack_money_is_refused_and_names_them(self) -> None:
        scene = make_order_scene(balance_fen=100_000)
        case = submitted(scene)
        signed(scene, case)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)

        assert "1幢1单元 101缺" in refusal_of(case, Move.PASS, scene, scene.approver).replace("1单元101", "1单元 101")
        assert not PaymentOrder.objects.exists()


def project_in_again(project: RepairProject) -> RepairProject:
    return RepairProject.objects.get(pk=project.pk)


class TestAnOrderThatCameBack:
    def test_stays_closed_and_its_houses_are_free(self, scene: OrderScene) -> None:
        case = submitted(scene)
        engine.move(case.pk, Move.RETURN, by=scene.clerk, at=AT, note="缺合同")

        project = project_in(case)
        assert project.stage == Stage.CANCELLED and project.cancelled_at == AT
        assert not HouseClaim.objects.exists()
        again = Case.objects.get(pk=case.pk)
        assert "点“修改”，重新生成任务单" in refusal_of(again, Move.SUBMIT, scene)

    def test_leaves_no_vote_open(self, scene: OrderScene) -> None:
        case = submitted(scene)
        signing.enter(case, {scene.houses_of(0)[0]: BallotChoice.AGREE}, by=scene.clerk, at=AT)

        engine.move(case.pk, Move.RETURN, by=scene.clerk, at=AT, note="缺合同")

        assert Vote.objects.get().state == VoteState.FAILED

    def test_is_made_into_a_new_order_with_all_it_said(self, scene: OrderScene) -> None:
        old = submitted(scene)
        engine.move(old.pk, Move.RETURN, by=scene.clerk, at=AT, note="缺合同")

        new = drafts.begin(area_id=scene.area_id, by=scene.manager, at=AT, copied_from=Case.objects.get(pk=old.pk))
        assert new.number != old.number and new.data["title"] == old.data["title"]
        assert drafts.totals_of(new).problem() == ""
        engine.move(new.pk, Move.SUBMIT, by=scene.manager, at=AT)

        assert project_in(new).copied_from == project_in(old)
        closed = Case.objects.get(pk=old.pk)
        assert closed.state == State.WITHDRAWN and new.number in closed.events.order_by("at", "pk").last().note  # type: ignore[union-attr]

    def test_is_made_into_one_new_order_however_often_it_is_asked(self, scene: OrderScene) -> None:
        old = engine.move(submitted(scene).pk, Move.WITHDRAW, by=scene.manager, at=AT)

        first = drafts.begin(area_id=scene.area_id, by=scene.manager, at=AT, copied_from=old)
        second = drafts.begin(area_id=scene.area_id, by=scene.colleague, at=AT, copied_from=old)

        assert first.pk == second.pk

    def test_can_be_copied_by_its_own_company_only_and_only_once_it_came_back(self, scene: OrderScene) -> None:
        case = submitted(scene)
        with pytest.raises(drafts.NotAnOrder):
            drafts.begin(area_id=scene.area_id, by=scene.manager, at=AT, copied_from=case)

        engine.move(case.pk, Move.WITHDRAW, by=scene.manager, at=AT)
        with pytest.raises(drafts.NotAnOrder):
            drafts.begin(area_id=scene.area_id, by=scene.rival, at=AT, copied_from=case)


class TestUnsoldHouses:
    def test_are_borne_by_their_developer_and_the_fund_pays_the_rest(self, scene: OrderScene) -> None:
        unsold = House.objects.get(pk=scene.houses_of(0)[0])
        empty(unsold)
        case = draft(scene)
        shares = {one.house.pk: one for one in orders.shares_of(case)}
        assert shares[unsold.pk].outside_fen == shares[unsold.pk].share_fen > 0

        engine.move(case.pk, Move.SUBMIT, by=scene.manager, at=AT)
        project = project_in(case)
        assert project.limit_fen == TOTAL_FEN - shares[unsold.pk].share_fen == orders.payable_of(case)
        signed(scene, case)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.approver, at=AT)

        assert sum(order.amount_fen for order in orders_of(project)) == project.limit_fen
        assert unsold.pk not in {pk for order in orders_of(project) for pk in amounts_of(order)}

    def test_alone_are_nothing_that_the_fund_could_pay_for(self, scene: OrderScene) -> None:
        for house in House.objects.filter(pk__in=scene.houses_of(0)):
            empty(house)

        assert "没有可支取的维修资金" in refusal_of(draft(scene), Move.SUBMIT, scene)


def empty(house: House) -> None:
    """Nobody owns the house, and nothing stands on its sub-account."""
    Ownership.objects.filter(house=house).update(until=AT.date())
    postings.loss_recognised(
        area_id=house.area_id,
        custody_id=CustodyAccount.objects.get(fund_kind=FundKind.COMMODITY).pk,
        fund_kind=FundKind.COMMODITY,
        amounts={house.pk: BALANCE_FEN},
        source=f"test:empty:{house.pk}",
        booked_on=AT.date(),
    )

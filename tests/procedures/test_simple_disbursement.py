"""立项与拨付申请 of a simple project, from its draft to the bank's word.

# covers: R11
"""

import io

import pytest
from django.db import transaction
from PIL import Image

from tests.banking.town import AT
from tests.repairs.scene import BALANCE_FEN, BUDGET_FEN, Scene, accepted, again, make_scene, passed
from tests.staging import staged
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.banking.orders import amounts_of, confirm_order, fail_order, reissue_order, void_order
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.casework import engine
from upkeep.casework.files import attach
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate.models import HouseClaim
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.messaging.models import Message
from upkeep.repairs import application
from upkeep.repairs.history import NotNow
from upkeep.repairs.models import PayeeAccount, RepairProject
from upkeep.repairs.queries import orders_of
from upkeep.repairs.stages import Stage

pytestmark = pytest.mark.django_db
PROCEDURE = register["simple_disbursement"]
ACCOUNTS = ["6222020200011112222", "6222020200033334444"]


scene = staged(make_scene)


def fill_in(case: Case, scene: Scene, *amounts: str) -> None:
    """Payees with these amounts, and the papers."""
    data: dict[str, str] = {}
    for place, amount in enumerate(amounts, start=1):
        data |= {
            f"payee_{place}_name": f"江城施工{place}公司",
            f"payee_{place}_bank": "农业银行江城支行",
            f"payee_{place}_account": ACCOUNTS[place - 1],
            f"payee_{place}_amount": amount,
        }
    engine.save_draft(case.pk, data, by=scene.chair, at=AT)
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(picture, "PNG")
    for paper in ("contract", "invoice", "acceptance"):
        with transaction.atomic():
            attach(case.pk, paper=paper, name=f"{paper}.png", content=picture.getvalue(), by=scene.chair, at=AT)


def draft(scene: Scene, *amounts: str) -> tuple[RepairProject, Case]:
    """An application filled in for a project that is ready for it."""
    project = accepted(scene)
    case = application.open_application(project.pk, procedure=PROCEDURE, by=scene.chair, at=AT)
    fill_in(case, scene, *(amounts or ("38,765.43",)))
    return project, case


def submitted(scene: Scene, *amounts: str) -> tuple[RepairProject, Case]:
    """An application handed in."""
    project, case = draft(scene, *amounts)
    engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)
    return project, case


def approve(case: Case, scene: Scene) -> None:
    """The whole chain."""
    engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
    engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
    engine.move(case.pk, Move.PASS, by=scene.approver, at=AT)


def pay(order: PaymentOrder, scene: Scene, serial: str) -> None:
    """The custodian bank of the order confirms it."""
    teller = scene.town.people["teller" if order.custody.bank == scene.town.banks[0] else "other_teller"]
    confirm_order(number=order.number, amount_fen=order.amount_fen, serial=serial, by=teller, at=AT)


class TestSimpleDisbursement:
    def test_approved_holds_the_money_and_orders_payment_per_payee_and_custody_account(self, scene: Scene) -> None:
        project, case = submitted(scene, "30,000.00", "8,765.43")

        approve(case, scene)

        orders = orders_of(project)
        assert len(orders) == 4
        by_payee: dict[str, int] = {}
        for order in orders:
            by_payee[order.payee_account] = by_payee.get(order.payee_account, 0) + order.amount_fen
        assert by_payee == {ACCOUNTS[0]: 3_000_000, ACCOUNTS[1]: 876_543}
        balances = sub_accounts.balances(scene.house_ids)
        assert sum(one.held_fen for one in balances.values()) == BUDGET_FEN
        assert sum(one.balance_fen for one in balances.values()) == 6 * BALANCE_FEN
        shares = dict(project.houses.values_list("house_id", "share_fen"))
        assert {pk: one.held_fen for pk, one in balances.items()} == shares
        assert again(project).stage == Stage.TRANSFER

    def test_paid_charges_the_sub_accounts_and_finishes_the_project(self, scene: Scene) -> None:
        project, case = submitted(scene)
        approve(case, scene)
        shares = dict(project.houses.values_list("house_id", "share_fen"))

        orders = orders_of(project)
        for place, order in enumerate(orders):
            assert again(project).stage == Stage.TRANSFER
            pay(order, scene, f"LS{place:06d}")

        assert {order.custody.fund_kind for order in orders} == {FundKind.COMMODITY, FundKind.PUBLIC}
        for pk, one in sub_accounts.balances(scene.house_ids).items():
            assert (one.balance_fen, one.held_fen) == (BALANCE_FEN - shares[pk], 0)
        finished = again(project)
        assert (finished.stage, finished.paid_fen, finished.finished_at) == (Stage.FINISHED, BUDGET_FEN, AT)
        assert not HouseClaim.objects.filter(source=project.source).exists()
        told = Message.objects.filter(event="repair_paid", user_id=scene.chair.user_id)
        assert {one.url for one in told} == {f"/projects/{project.number}/"}
        assert len(told) == len(orders)

    def test_failed_payment_keeps_the_hold_and_is_paid_when_issued_anew(self, scene: Scene) -> None:
        project, case = submitted(scene)
        approve(case, scene)
        order = next(one for one in orders_of(project) if one.custody.fund_kind == FundKind.COMMODITY)
        fail_order(number=order.number, reason="户名与账号不符", by=scene.town.people["teller"], at=AT)

        held = sum(one.held_fen for one in sub_accounts.balances(list(amounts_of(order))).values())
        assert (held, again(project).stage) == (order.amount_fen, Stage.TRANSFER)

        anew = reissue_order(
            order_id=order.pk,
            payee_name="江城施工一公司",
            payee_bank=order.payee_bank,
            payee_account=ACCOUNTS[1],
            reason="原账号已销户",
            by=scene.town.people["accountant"],
            at=AT,
        )
        for place, one in enumerate([one for one in orders_of(project) if one.state == OrderState.WAITING]):
            pay(one, scene, f"LS{place:06d}")
        anew.refresh_from_db()
        assert (anew.state, again(project).stage) == (OrderState.PAID, Stage.FINISHED)

    def test_order_cannot_be_made_void_alone(self, scene: Scene) -> None:
        project, case = submitted(scene)
        approve(case, scene)

        with pytest.raises(Refusal, match="不能单独作废"):
            void_order(order_id=orders_of(project)[0].pk, reason="误操作", by=scene.approver, at=AT)

    @pytest.mark.parametrize("amount", ["38,765.42", "38,765.44"])
    def test_refuses_payees_that_do_not_add_up_to_the_settlement(self, scene: Scene, amount: str) -> None:
        _, case = draft(scene, amount)

        with pytest.raises(HasProblems, match=r"须等于应拨付金额 38,765\.43 元"):
            engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)

    def test_refuses_a_payee_that_is_half_filled_in(self, scene: Scene) -> None:
        _, case = draft(scene)
        engine.save_draft(case.pk, {"payee_2_name": "江城施工2公司"}, by=scene.chair, at=AT)

        with pytest.raises(HasProblems) as refused:
            engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)

        assert {one.field for one in refused.value.problems} == {
            f"payee_2_{part}" for part in ("bank", "account", "amount")
        }

    def test_is_checked_again_at_approval_when_the_money_has_gone(self, scene: Scene) -> None:
        project, case = submitted(scene)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
        poor = next(house for house in scene.houses if house.nature == "COMMODITY")
        postings.refund_paid(
            area_id=scene.town.area.pk,
            custody_id=scene.town.custodies[FundKind.COMMODITY].pk,
            fund_kind=FundKind.COMMODITY,
            amounts={poor.pk: BALANCE_FEN},
            source="test:refund",
            booked_on=AT.date(),
        )

        with pytest.raises(HasProblems, match=f"分户账可用余额不足：1栋{poor.label}缺"):
            engine.move(case.pk, Move.PASS, by=scene.approver, at=AT)

        assert (again(project).stage, orders_of(project)) == (Stage.REVIEW, [])

    def test_returned_gives_the_project_back_and_may_be_handed_in_again(self, scene: Scene) -> None:
        project, case = submitted(scene)

        engine.move(case.pk, Move.RETURN, by=scene.clerk, at=AT, note="发票不清晰")
        assert again(project).stage == Stage.ACCEPTANCE_NOTICE
        engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)

        assert again(project).stage == Stage.REVIEW

    def test_rejected_leaves_room_for_a_new_application(self, scene: Scene) -> None:
        project, case = submitted(scene)
        engine.move(case.pk, Move.REJECT, by=scene.clerk, at=AT, note="不属于列支范围")

        anew = application.open_application(project.pk, procedure=PROCEDURE, by=scene.chair, at=AT)

        assert anew.pk != case.pk

    def test_is_begun_once(self, scene: Scene) -> None:
        project, case = draft(scene)

        assert application.open_application(project.pk, procedure=PROCEDURE, by=scene.deputy, at=AT).pk == case.pk

    def test_is_not_begun_before_acceptance_and_its_notice(self, scene: Scene) -> None:
        project = passed(scene)

        with pytest.raises(NotNow, match="表决通过"):
            application.open_application(project.pk, procedure=PROCEDURE, by=scene.chair, at=AT)

    def test_without_a_project_is_refused(self, scene: Scene) -> None:
        case = engine.start(PROCEDURE, by=scene.chair, at=AT)
        fill_in(case, scene, "100.00")

        with pytest.raises(HasProblems, match="请从“维修项目列表”选择项目"):
            engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)
        assert PROCEDURE.summary(case).tables

    def test_withdrawn_as_a_draft_moves_nothing(self, scene: Scene) -> None:
        project, case = draft(scene)

        assert engine.move(case.pk, Move.WITHDRAW, by=scene.chair, at=AT).state == State.WITHDRAWN
        assert again(project).stage == Stage.ACCEPTANCE_NOTICE

    def test_keeps_payees_encrypted(self, scene: Scene, db: None) -> None:
        _, case = submitted(scene)
        approve(case, scene)

        assert [one.account for one in PayeeAccount.objects.all()] == [ACCOUNTS[0]]
        raw = PayeeAccount.objects.extra(select={"raw": "account::text"}).values_list("raw", flat=True)
        assert ACCOUNTS[0] not in str(list(raw))

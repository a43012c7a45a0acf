"""业主退款 below the pages: who is paid, how much, and what becomes of hold, house and books.

# covers: D5
"""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from tests.banking.town import AT
from tests.staging import staged
from tests.treasury import refund_scene as r
from tests.treasury import scene as s
from tests.treasury.scene import Scene
from upkeep.banking.actions import fail_order, reissue_order, void_order
from upkeep.banking.counter import UnknownPaper, WrongBank
from upkeep.banking.models import OrderState, PaymentOrder, PaymentOrderLine
from upkeep.banking.queries import at_counter
from upkeep.books import postings, sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move, State
from upkeep.estate import claims, owners
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House, HouseClaim, Owner
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.ids import new_id
from upkeep.ledger import api as ledger
from upkeep.messaging.models import Outbox
from upkeep.treasury import refunds
from upkeep.treasury.models import Refund, RefundState

pytestmark = pytest.mark.django_db


scene = staged(s.make_scene)


def held(scene: Scene, room: str) -> int:
    return sub_accounts.balances([scene.houses[room].pk])[scene.houses[room].pk].held_fen


def is_claimed(scene: Scene, room: str) -> bool:
    return HouseClaim.objects.filter(house=scene.houses[room], kind="REFUND").exists()


def booked(scene: Scene) -> dict[str, int]:
    """Debit less credit of each account, over all that was booked."""
    found: dict[str, int] = {}
    for one in ledger.totals(first=dt.date(2020, 1, 1), last=dt.date(2030, 1, 1), area_ids=[scene.town.area.pk]):
        found[one.code] = found.get(one.code, 0) + one.debit_fen - one.credit_fen
    return found


def opening(scene: Scene, room: str, fen: int) -> None:
    """Money that was paid in before the books began."""
    postings.opening_balance(
        area_id=scene.town.area.pk,
        custody_id=scene.town.custodies[FundKind.COMMODITY].pk,
        fund_kind=FundKind.COMMODITY,
        amounts={scene.houses[room].pk: fen},
        source=f"t:open:{room}",
        booked_on=dt.date(2025, 6, 1),
    )


class TestARefund:
    def test_is_claimed_when_handed_in_held_when_approved_and_booked_when_the_bank_has_paid(
        self, scene: Scene
    ) -> None:
        before = booked(scene)
        case = r.submitted(scene, "101")
        assert is_claimed(scene, "101") and held(scene, "101") == 0

        case = r.reviewed(scene, case)
        engine.move(case.pk, Move.PASS, by=scene.town.people["approver"], at=AT)
        refund = Refund.objects.get(case=case)
        assert held(scene, "101") == 8_020_80 and booked(scene) == before
        order = r.order_of(refund)
        assert (order.payee_name, order.payee_account, order.amount_fen) == (s.WANG, r.ACCOUNT, 8_020_80)

        refund = r.paid(scene, refund)
        after = booked(scene)
        assert refund.state_now is RefundState.PAID
        assert scene.balance(scene["101"]) == held(scene, "101") == 0 and not is_claimed(scene, "101")
        assert after["4001"] - before["4001"] == 8_020_80 and after["1001"] - before["1001"] == -8_020_80
        assert audit() == []

    def test_of_the_whole_lets_the_house_deposit_anew(self, scene: Scene) -> None:
        assert scene["101"].first_deposit_due_fen == 8_020_80

        r.paid(scene, r.approved(scene, "101"))

        assert scene["101"].first_deposit_due_fen is None
        s.pay_in(scene, {"101": 8_020_80}, source="t:again")
        assert scene.balance(scene["101"]) == 8_020_80
        r.paid(scene, r.approved(scene, "101"), serial="R2")
        assert scene.balance(scene["101"]) == 0

    def test_of_a_part_lowers_what_the_first_deposit_was_set_at(self, scene: Scene) -> None:
        r.paid(scene, r.approved(scene, "101", reason="MISPAID", amount="20.80"))

        assert scene["101"].first_deposit_due_fen == 8_000_00
        assert refunds.refundable_fen(scene["101"]) == 8_000_00

    def test_takes_this_years_deposits_from_4001_and_earlier_ones_from_3001(self, scene: Scene) -> None:
        opening(scene, "101", 500_00)
        before = booked(scene)

        r.paid(scene, r.approved(scene, "101"))

        after = booked(scene)
        assert after["4001"] - before["4001"] == 8_020_80
        assert after["3001"] - before["3001"] == 500_00
        assert audit() == []

    def test_paid_in_the_next_year_takes_all_from_3001(self, scene: Scene) -> None:
        before = booked(scene)
        refund = r.approved(scene, "101")

        r.paid(scene, refund, at=dt.datetime(2027, 1, 4, 2, tzinfo=dt.UTC))

        after = booked(scene)
        assert after["3001"] - before.get("3001", 0) == 8_020_80 and after["4001"] == before["4001"]

    def test_of_public_housing_comes_from_its_own_account_and_3002(self, scene: Scene) -> None:
        refund = r.approved(scene, "501")

        assert refund.custody == scene.town.custodies[FundKind.PUBLIC]
        with pytest.raises(WrongBank):
            r.paid(scene, refund)
        r.paid(scene, refund, who="other_teller", at=dt.datetime(2027, 1, 4, 2, tzinfo=dt.UTC))
        assert booked(scene)["3002"] == 180_000

    def test_tells_the_applicant_that_it_is_paid_without_naming_him(self, scene: Scene) -> None:
        refund = r.paid(scene, r.approved(scene, "101"))

        sent = Outbox.objects.get(event="refund_paid")
        assert sent.address == r.PHONE and refund.case.number in sent.body and "8,020.80" in sent.body
        assert s.WANG not in sent.body and r.ACCOUNT not in sent.body


class TestHowMuch:
    def test_is_never_more_than_is_free_on_the_sub_account(self, scene: Scene) -> None:
        house = scene["101"]
        sub_accounts.hold(area_id=house.area_id, amounts={house.pk: 5_000_00}, source="repair:1", at=AT)

        assert refunds.refundable_fen(house) == 3_020_80
        with pytest.raises(HasProblems, match=r"最多可退 3,020\.80 元"):
            r.submitted(scene, "101", amount="3020.81")

    def test_is_never_more_than_was_paid_in(self, scene: Scene) -> None:
        house = scene["101"]
        r.paid(scene, r.approved(scene, "101", amount="8000.00"))

        with pytest.raises(HasProblems, match=r"最多可退 20\.80 元"):
            r.submitted(scene, "101", amount="20.81")
        assert refunds.refundable_fen(house) == 20_80

    def test_of_an_overpayment_is_what_lies_above_the_standard(self, scene: Scene) -> None:
        """101 has 89.13 m² at 90 yuan: 8,021.70; 501 is public housing: 60 m² at 30 yuan: 1,800.00."""
        s.pay_in(scene, {"101": 100_00}, source="t:more")

        with pytest.raises(HasProblems, match=r"最多可退 99\.10 元"):
            r.submitted(scene, "101", reason="OVERPAID", amount="99.11")
        assert r.submitted(scene, "101", reason="OVERPAID", amount="99.10").state_now is State.SUBMITTED
        with pytest.raises(HasProblems, match="没有多交"):
            r.submitted(scene, "501", reason="AREA", amount="1.00")

    def test_is_nothing_where_nothing_was_paid(self, scene: Scene) -> None:
        s.own(scene, "G4", {s.LI: 1_000_000})
        with pytest.raises(HasProblems, match="没有可以退还的资金"):
            r.submitted(scene, "G4", amount="1.00")


class TestWhoIsPaid:
    def test_is_a_present_owner_or_the_payer_on_record(self, scene: Scene) -> None:
        assert [one.name for one in refunds.payees_of(scene["G1"])] == [s.LI, s.WANG]
        assert refunds.payees_of(scene["301"]) == []

    def test_is_nobody_else(self, scene: Scene) -> None:
        stranger = Owner.objects.exclude(ownerships__house=scene.houses["101"]).first()
        assert stranger is not None
        for key in (f"owner:{stranger.pk}", "owner:0", "slip:1", "", "王小明"):
            with pytest.raises(HasProblems, match="收款人"):
                r.submitted(scene, "101", payee=key)

    def test_is_not_who_has_sold_the_house_meanwhile(self, scene: Scene) -> None:
        case = r.reviewed(scene, r.submitted(scene, "101"))
        new = OwnerDetails(name="赵新", id_kind=IdKind.PASSPORT, id_number="E00000009", phone="")
        owners.transfer(
            scene.houses["101"].pk, [NewOwnership(new)], since=s.TODAY, basis="法院判决", case_id=None, by=None, at=AT
        )

        with pytest.raises(HasProblems, match="收款人"):
            engine.move(case.pk, Move.PASS, by=scene.town.people["approver"], at=AT)
        assert held(scene, "101") == 0


class TestAFailedPayment:
    def failed(self, scene: Scene) -> Refund:
        refund = r.approved(scene, "101")
        number = r.order_of(refund).number
        fail_order(number=number, reason="账号不存在", by=scene.town.people["teller"], at=AT)
        return refund

    def reissue(self, scene: Scene, refund: Refund, who: str, payee: str = s.WANG) -> PaymentOrder:
        return reissue_order(
            order_id=r.order_of(refund).pk,
            payee_name=payee,
            payee_bank="农业银行",
            payee_account="6228480012345678",
            reason="账号少一位",
            by=scene.town.people[who],
            at=AT + dt.timedelta(minutes=1),
        )

    def test_leaves_the_hold_and_is_issued_anew_by_another_to_the_same_payee_only(self, scene: Scene) -> None:
        refund = self.failed(scene)
        assert held(scene, "101") == 8_020_80 and is_claimed(scene, "101")

        with pytest.raises(Refusal, match="由您开具"):
            self.reissue(scene, refund, "approver")
        with pytest.raises(Refusal, match="收款人经审批确定"):
            self.reissue(scene, refund, "accountant", payee="别人")
        self.reissue(scene, refund, "accountant")
        assert r.paid(scene, refund).state_now is RefundState.PAID

    def test_may_be_given_up_with_a_reason_and_then_frees_money_and_house(self, scene: Scene) -> None:
        refund, accountant = self.failed(scene), scene.town.people["accountant"]
        with pytest.raises(HasProblems, match="撤销原因"):
            refunds.give_up(refund.pk, reason=" ", by=accountant, at=AT)

        refunds.give_up(refund.pk, reason="申请人放弃", by=accountant, at=AT)

        assert held(scene, "101") == 0 and not is_claimed(scene, "101")
        with pytest.raises(Refusal, match="已撤销"):
            self.reissue(scene, refund, "accountant")
        with pytest.raises(Refusal, match="已撤销"):
            refunds.give_up(refund.pk, reason="再来", by=accountant, at=AT)
        assert r.paid(scene, r.approved(scene, "101")).state_now is RefundState.PAID

    def test_made_void_before_it_is_paid_frees_money_and_house(self, scene: Scene) -> None:
        refund = r.approved(scene, "101")
        with pytest.raises(Refusal, match="付款通知仍然有效"):
            refunds.give_up(refund.pk, reason="x", by=scene.town.people["accountant"], at=AT)

        order = r.order_of(refund)
        void_order(order_id=order.pk, reason="重复申请", by=scene.town.people["accountant"], at=AT)

        refund.refresh_from_db()
        assert (refund.state, refund.void_reason) == (RefundState.VOID, "重复申请")
        assert held(scene, "101") == 0 and not is_claimed(scene, "101") and scene.balance(scene["101"]) == 8_020_80


class TestTheCounter:
    def test_takes_the_number_of_the_application_and_of_the_order_alike(self, scene: Scene) -> None:
        refund, teller = r.approved(scene, "101"), scene.town.people["teller"]
        order = r.order_of(refund)

        assert at_counter(refund.case.number, by=teller) == at_counter(order.number, by=teller) == [order]

    def test_says_that_an_application_is_not_approved_yet_and_hides_another_banks(self, scene: Scene) -> None:
        case = r.submitted(scene, "101")
        with pytest.raises(UnknownPaper, match="审核尚未通过"):
            at_counter(case.number, by=scene.town.people["teller"])
        refund = r.approved(scene, "501")
        with pytest.raises(UnknownPaper, match="没有可在本行办理的通知单"):
            at_counter(refund.case.number, by=scene.town.people["teller"])

    def test_finds_the_latest_order_of_an_application(self, scene: Scene) -> None:
        refund = TestAFailedPayment().failed(scene)
        fresh = TestAFailedPayment().reissue(scene, refund, "accountant")

        assert fresh in at_counter(refund.case.number, by=scene.town.people["teller"])


class TestTwoPersons:
    def test_are_needed_whatever_the_citys_chain_says(self, scene: Scene) -> None:
        from_window = r.submitted(scene, "101")
        assert [one["role"] for one in from_window.chain] == ["FIRST_REVIEWER", "APPROVER"]
        with pytest.raises(Refusal):
            engine.move(from_window.pk, Move.PASS, by=scene.clerk, at=AT)

    def test_are_seen_to_by_the_database(self, scene: Scene) -> None:
        refund = r.approved(scene, "101")
        assert refund.handed_in_by_id == scene.clerk.user_id
        with (
            pytest.raises(IntegrityError, match="refund_is_approved_by_another_than_handed_it_in"),
            transaction.atomic(),
        ):
            raw(scene, "G2", handed_in_by_id=scene.clerk.user_id, approved_by_id=scene.clerk.user_id)


def raw(scene: Scene, room: str, **changes: object) -> Refund:
    """A refund as a script in a hurry would write it."""
    house = scene[room]
    owned = owners.current([house.pk]).select_related("owner").first()
    values = {
        "id": new_id(),
        "case_id": new_case(scene).pk,
        "jurisdiction_id": scene.town.district.pk,
        "area_id": house.area_id,
        "house_id": house.pk,
        "custody_id": scene.town.custodies[FundKind.COMMODITY].pk,
        "reason": "CANCELLED",
        "amount_fen": 1_00,
        "payee_owner_id": owned.owner_id if owned else None,
        "payee_name": owned.owner.name if owned else "",
        "approved_by_id": scene.town.people["approver"].user_id,
        "approved_at": AT,
    }
    return Refund.objects.create(**(values | changes))


class TestTheDatabase:
    """Refuses by itself, whoever writes."""

    def refuses(self, rule: str) -> pytest.RaisesExc[DatabaseError]:
        return pytest.raises(DatabaseError, match=rule)

    def test_more_than_was_paid_in(self, scene: Scene) -> None:
        with self.refuses("refund_is_within_deposits|were paid in"), transaction.atomic():
            raw(scene, "G2", amount_fen=333_36)
        r.paid(scene, r.approved(scene, "G2", amount="300.00"))
        with self.refuses("were paid in"), transaction.atomic():
            raw(scene, "G2", amount_fen=33_36)
        raw(scene, "G2", amount_fen=33_35)

    def test_interest_as_if_it_had_been_paid_in(self, scene: Scene) -> None:
        postings.earnings_distributed(
            area_id=scene.town.area.pk,
            custody_id=scene.town.custodies[FundKind.COMMODITY].pk,
            fund_kind=FundKind.COMMODITY,
            amounts={scene.houses["G2"].pk: 50_00},
            source="t:interest",
            booked_on=s.TODAY,
        )
        with self.refuses("were paid in"), transaction.atomic():
            raw(scene, "G2", amount_fen=333_36)

    def test_a_second_one_that_is_open(self, scene: Scene) -> None:
        raw(scene, "G2")
        with self.refuses("house_has_one_open_refund"), transaction.atomic():
            raw(scene, "G2")

    def test_a_payee_who_is_neither_owner_nor_payer(self, scene: Scene) -> None:
        li = Owner.objects.get(name=s.LI)
        for changes in ({"payee_owner_id": li.pk, "payee_name": s.LI}, {"payee_name": "别人"}):
            with self.refuses("neither owner nor payer"), transaction.atomic():
                raw(scene, "G2", **changes)
        with self.refuses("refund_goes_to_an_owner_or_a_payer"), transaction.atomic():
            raw(scene, "G2", payee_owner_id=None)

    def test_another_payee_amount_or_house_on_the_order(self, scene: Scene) -> None:
        refund = raw(scene, "G2")
        usual = {"payee_name": refund.payee_name, "amount_fen": 1_00, "house_count": 1}
        for changes in ({"payee_name": "别人"}, {"amount_fen": 2_00}, {"reference": "refund:1"}):
            with self.refuses("no open refund"), transaction.atomic():
                raw_order(scene, refund, **(usual | changes))
        order = raw_order(scene, refund, **usual)
        with self.refuses("another house"), transaction.atomic():
            PaymentOrderLine.objects.create(order=order, house=scene.houses["G1"], amount_fen=1_00)
        PaymentOrderLine.objects.create(order=order, house=scene.houses["G2"], amount_fen=1_00)
        with self.refuses("still good"), transaction.atomic():
            raw_order(scene, refund, **(usual | {"number": "FK2"}))

    def test_a_change_of_what_was_approved_and_deletion(self, scene: Scene) -> None:
        refund = raw(scene, "G2")
        mine = Refund.objects.filter(pk=refund.pk)
        for changes in ({"amount_fen": 2_00}, {"payee_name": "别人"}, {"house_id": scene.houses["G1"].pk}):
            with self.refuses("never changes"), transaction.atomic():
                mine.update(**changes)
        with self.refuses("denied|refused"), transaction.atomic():
            mine.delete()

    def test_a_payment_that_no_bank_made_and_one_by_the_approver(self, scene: Scene) -> None:
        refund = raw(scene, "G2")
        teller, approver = scene.town.people["teller"].user_id, refund.approved_by_id
        for who in (teller, approver):
            with self.refuses("no bank has paid|third_person"), transaction.atomic():
                Refund.objects.filter(pk=refund.pk).update(state="PAID", paid_at=AT, paid_by_id=who)

    def test_a_void_refund_whose_order_is_good_and_a_life_after_the_end(self, scene: Scene) -> None:
        refund = r.approved(scene, "101")
        end = {"state": "VOID", "voided_at": AT, "void_reason": "x"}
        with self.refuses("still good"), transaction.atomic():
            Refund.objects.filter(pk=refund.pk).update(**end)
        r.paid(scene, refund)
        with self.refuses("cannot follow"), transaction.atomic():
            Refund.objects.filter(pk=refund.pk).update(state="ORDERED", paid_at=None, paid_by=None)

    def test_a_refund_of_a_house_that_has_left(self, scene: Scene) -> None:
        s.approve(scene, s.cancellation(scene, "车库"))
        house = House.objects.get(pk=scene.houses["G2"].pk)
        with self.refuses("not of a live house"), transaction.atomic():
            raw(scene, "G2", payee_owner_id=Owner.objects.get(name=s.WANG).pk, payee_name=s.WANG)
        assert house.state == "CANCELLED"


def raw_order(scene: Scene, refund: Refund, **changes: object) -> PaymentOrder:
    values = {
        "id": new_id(),
        "number": "FK1",
        "custody_id": refund.custody_id,
        "jurisdiction_id": refund.jurisdiction_id,
        "area_id": refund.area_id,
        "purpose": "refund",
        "reference": refund.reference,
        "payee_bank": "行",
        "payee_account": "62170000",
        "state": OrderState.WAITING,
        "issued_at": AT,
        "issued_by_name": "x",
    }
    return PaymentOrder.objects.create(**(values | changes))


def new_case(scene: Scene) -> Case:
    return r.drafted(scene, "101")


class TestWhatStandsInTheWay:
    def test_is_any_other_business_of_the_house_by_name(self, scene: Scene) -> None:
        case = r.submitted(scene, "101")
        with pytest.raises(HasProblems, match=f"有办理中的退款（业务单 {case.number}）"):
            r.submitted(scene, "101")
        claims.claim(house_ids=[scene.houses["G2"].pk], kind=ClaimKind.DEPOSIT, source="slip:0", at=AT)
        with pytest.raises(HasProblems, match="有待交的交款通知单"):
            r.submitted(scene, "G2")

    @pytest.mark.parametrize("step", [Move.RETURN, Move.REJECT])
    def test_is_gone_once_the_application_is_returned_or_rejected(self, scene: Scene, step: Move) -> None:
        case = r.submitted(scene, "101")
        engine.move(case.pk, step, by=scene.reviewer, at=AT, note="材料不全")

        assert not is_claimed(scene, "101")
        assert r.submitted(scene, "101").state_now is State.SUBMITTED

    def test_is_gone_once_the_application_is_withdrawn(self, scene: Scene) -> None:
        case = r.submitted(scene, "101")
        engine.move(case.pk, Move.WITHDRAW, by=scene.clerk, at=AT)

        assert not is_claimed(scene, "101")

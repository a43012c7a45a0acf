"""房屋注销, from the building to the money paid back by the bank.

# covers: E6 F9
"""

import pytest

from tests.banking.town import AT, issue, new_house
from tests.cast import LATER, at_once
from tests.staging import staged
from tests.treasury import scene as s
from tests.treasury.scene import Scene, approve, cancellation
from upkeep.banking.actions import (
    ask_reversal,
    confirm_order,
    decide_reversal,
    fail_order,
    reissue_order,
    void_order,
)
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.books import postings, sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.books.statements import trial_balance
from upkeep.casework import engine, prints
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate.actions import add_houses
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House, HouseClaim, Ownership
from upkeep.estate.queries import current_ownerships, houses_of_building
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.treasury import payouts
from upkeep.treasury.models import Payout, PayoutState

pytestmark = pytest.mark.django_db
PROCEDURE = register["house_cancellation"]
PAYABLE = "2001"


scene = staged(s.make_scene)


def payable() -> int:
    """What stands on 2001, credit positive."""
    rows = trial_balance(first=s.TODAY.replace(month=1, day=1), last=s.TODAY)
    return -sum(row.closing_fen for row in rows if row.account.code == PAYABLE)


def owed(room: str) -> dict[str, int]:
    rows = Payout.objects.filter(house__room=room).select_related("owner")
    return {row.owner.name if row.owner else "": row.amount_fen for row in rows}


def order(scene: Scene, payout: Payout, *, name: str = "", basis: str = "") -> PaymentOrder:
    return s.order_payout(scene, payout, name=name, basis=basis)


def pay(scene: Scene, paper: PaymentOrder, *, serial: str) -> PaymentOrder:
    return confirm_order(
        number=paper.number,
        amount_fen=paper.amount_fen,
        serial=serial,
        by=scene.town.people["teller"],
        at=LATER,
    )


class TestACancellation:
    def test_turns_every_balance_into_a_payable_by_the_owners_shares(self, scene: Scene) -> None:
        case = approve(scene, cancellation(scene, "车库"))

        # 1,000.01 yuan at 333,333 and 666,667 ppm
        assert owed("G1") == {s.WANG: 333_34, s.LI: 666_67}
        assert owed("G2") == {s.WANG: 333_35}
        assert owed("G4") == {}
        assert payable() == 1_000_01 + 333_35 + 700_00 == payouts.owed_fen(Payout.objects.filter(case=case))
        assert audit() == []

    def test_takes_every_house_of_the_building_and_none_of_another(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "车库"))

        assert {scene[room].state for room in ("G1", "G2", "G3", "G4")} == {HouseState.CANCELLED}
        assert set(scene.live()) == {"101", "201", "301", "501"}
        gone = [scene.houses[room].pk for room in ("G1", "G2", "G3", "G4")]
        assert current_ownerships(gone) == {}
        assert {one.balance_fen for one in sub_accounts.balances(gone).values()} == {0}
        # They still stand on the building table, greyed.
        assert len(houses_of_building(scene["G1"].building_id)) == 4

    def test_keeps_what_belongs_to_nobody_known_as_a_payable_named_so(self, scene: Scene) -> None:
        case = approve(scene, cancellation(scene, "1栋"))

        assert owed("301") == {"": 7_77}
        shown = PROCEDURE.summary(case).tables[1].rows
        assert ("1栋 1单元 301", "89.15", "业主不明，留存待领", "7.77") in [tuple(row) for row in shown]

    def test_keeps_the_books_of_both_funds_apart(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "1栋"))

        of_public = Payout.objects.get(house__room="501")
        assert (of_public.custody, of_public.amount_fen) == (scene.town.custodies[FundKind.PUBLIC], 180_000)
        assert audit() == []

    def test_pays_back_what_stands_there_when_it_is_approved(self, scene: Scene) -> None:
        case = cancellation(scene, "车库")
        assert PROCEDURE.summary(case).tables[0].rows[-1][3] == "2,033.36"
        s.pay_in(scene, {"G1": 1_000}, source="t:later")

        case = approve(scene, case)

        assert sum(owed("G1").values()) == 1_010_01
        assert PROCEDURE.summary(case).tables[0].rows[-1][3] == "2,043.36"


class TestThePayment:
    @pytest.fixture
    def payout(self, scene: Scene) -> Payout:
        approve(scene, cancellation(scene, "车库"))
        return Payout.objects.select_related("owner").get(house__room="G2")

    def test_runs_on_a_payment_order_and_is_booked_when_the_bank_has_paid(self, scene: Scene, payout: Payout) -> None:
        before = payable()
        paper = order(scene, payout)
        assert (paper.amount_fen, paper.payee_name, payable()) == (333_35, s.WANG, before)

        pay(scene, paper, serial="P1")

        payout.refresh_from_db()
        assert (payout.state, payable()) == (PayoutState.PAID, before - 333_35)
        assert audit() == []

    def test_is_ordered_once_and_paid_once(self, scene: Scene, payout: Payout) -> None:
        paper = order(scene, payout)
        with pytest.raises(Refusal, match="待付款"):
            order(scene, payout)

        pay(scene, paper, serial="P1")
        pay(scene, paper, serial="P1")

        assert payable() == 1_000_01 + 700_00

    def test_that_failed_is_issued_anew_by_another_and_paid_once(self, scene: Scene, payout: Payout) -> None:
        paper = order(scene, payout)
        fail_order(number=paper.number, reason="账号有误", by=scene.town.people["teller"], at=AT)
        assert payout.amount_fen <= payable()

        with pytest.raises(Refusal, match="须为登记的业主或原付款通知的收款人"):
            reissue_order(
                order_id=paper.pk,
                payee_name="别人",
                payee_bank="行",
                payee_account="6217000012345679",
                reason="x",
                by=scene.town.people["accountant"],
                at=AT,
            )
        fresh = reissue_order(
            order_id=paper.pk,
            payee_name=s.WANG,
            payee_bank="建设银行江城支行",
            payee_account="6217000012345679",
            reason="账号少一位",
            by=scene.town.people["accountant"],
            at=AT,
        )
        pay(scene, fresh, serial="P2")

        payout.refresh_from_db()
        assert payout.state == PayoutState.PAID
        assert audit() == []

    def test_that_the_bank_takes_back_is_owed_again_and_paid_once(self, scene: Scene, payout: Payout) -> None:
        before, people = payable(), scene.town.people
        paper = pay(scene, order(scene, payout), serial="P1")

        asked = ask_reversal(number=paper.number, reason="尚未划款", by=people["teller"], at=AT)
        decide_reversal(reversal_id=asked.pk, approve=True, serial="CZ1", by=people["supervisor"], at=AT)

        payout.refresh_from_db()
        assert (payout.state, payout.paid_at, payable()) == (PayoutState.ORDERED, None, before)
        assert PaymentOrder.objects.get().state == OrderState.WAITING
        pay(scene, paper, serial="P2")
        payout.refresh_from_db()
        assert (payout.state, payable()) == (PayoutState.PAID, before - 333_35)
        assert audit() == []

    def test_is_not_given_up(self, scene: Scene, payout: Payout) -> None:
        paper = order(scene, payout)

        with pytest.raises(Refusal, match="不能单独作废"):
            void_order(order_id=paper.pk, reason="x", by=scene.town.people["approver"], at=AT)
        paper.refresh_from_db()
        assert paper.state == OrderState.WAITING

    def test_to_somebody_else_needs_a_basis(self, scene: Scene, payout: Payout) -> None:
        with pytest.raises(HasProblems, match="不是登记的业主"):
            order(scene, payout, name="王继承")

        assert order(scene, payout, name="王继承", basis="继承公证书 2026-118").payee_name == "王继承"

    def test_of_a_house_of_nobody_known_needs_a_basis(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "1栋"))
        payout = Payout.objects.get(house__room="301")

        with pytest.raises(HasProblems, match="业主不明"):
            order(scene, payout, name="赵六")
        assert order(scene, payout, name="赵六", basis="判决书").amount_fen == 7_77


class TestTheApplication:
    def test_needs_a_reason_and_a_building(self, scene: Scene) -> None:
        with pytest.raises(HasProblems, match=r"注销原因"):
            cancellation(scene, "车库", reason="")
        with pytest.raises(HasProblems, match=r"注销的楼栋"):
            cancellation(scene, "车库", buildings=[])

    def test_takes_no_building_of_another_area(self, scene: Scene) -> None:
        with pytest.raises(HasProblems):
            cancellation(scene, "车库", buildings=["123"])

    def test_is_printed_with_its_reason_and_what_is_owed(self, scene: Scene) -> None:
        case = cancellation(scene, "车库")

        printed = prints.document_of(case, PROCEDURE.prints[0], at=AT)

        assert (printed.title, printed.number) == ("房屋注销申请表", case.number)
        said = str(printed.data)
        assert all(word in said for word in ("江府征〔2026〕3 号", "车库", "2,033.36", "王＊＊"))
        assert s.WANG not in said
        assert prints.keep(case, "application", by_id=scene.developer.user_id, at=AT).title == "房屋注销申请表"

    def test_is_the_developers(self, scene: Scene) -> None:
        with pytest.raises(NotYours):
            engine.start(PROCEDURE, by=scene.clerk, at=AT)

    def test_gives_the_houses_back_when_it_is_returned(self, scene: Scene) -> None:
        case = cancellation(scene, "车库")
        assert HouseClaim.objects.count() == 4

        engine.move(case.pk, Move.RETURN, by=scene.clerk, at=AT, note="补材料")

        assert not HouseClaim.objects.exists()
        engine.move(case.pk, Move.SUBMIT, by=scene.developer, at=LATER)
        assert HouseClaim.objects.count() == 4

    def test_is_decided_once(self, scene: Scene) -> None:
        case = approve(scene, cancellation(scene, "车库"))

        with pytest.raises(NotNow):
            engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
        with pytest.raises(HasProblems):
            cancellation(scene, "车库")
        assert Payout.objects.filter(house__room="G1").count() == 2


class TestABuildingThatIsBusy:
    def test_with_an_open_slip_is_refused_and_the_slip_named(self, scene: Scene) -> None:
        slip = issue(scene.town, houses=[scene["G4"]])

        with pytest.raises(HasProblems, match=slip.number):
            cancellation(scene, "车库")

    def test_with_a_split_under_way_is_refused_and_the_case_named(self, scene: Scene) -> None:
        case = s.submitted(scene, ["G1"], s.thirds(scene))

        with pytest.raises(HasProblems, match=case.number):
            cancellation(scene, "车库")

    def test_that_got_a_house_meanwhile_is_handed_in_again(self, scene: Scene) -> None:
        case = cancellation(scene, "车库")
        add_houses(area_id=scene.town.area.pk, houses=[new_house(building="车库", unit="", floor=-1, room="G9")])

        with pytest.raises(HasProblems, match="新增了房屋"):
            approve(scene, case)

    def test_with_money_that_is_held_is_refused(self, scene: Scene) -> None:
        town, house = scene.town, scene["G1"]
        held = {house.pk: 500}
        sub_accounts.hold(area_id=town.area.pk, amounts=held, source="t:hold", at=AT)

        with pytest.raises(HasProblems, match="冻结"):
            cancellation(scene, "车库")


@pytest.mark.commits
class TestTwoAtOnce:
    def test_a_cancellation_and_a_deposit_lose_no_fen(self) -> None:
        scene = s.make_scene()
        case = cancellation(scene, "车库")
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        house = scene["G1"]

        def deposit() -> int:
            return postings.deposit_confirmed(
                area_id=scene.town.area.pk,
                custody_id=scene.town.custodies[FundKind.COMMODITY].pk,
                fund_kind=FundKind.COMMODITY,
                amounts={house.pk: 99},
                source="t:race",
                booked_on=s.TODAY,
            )

        answers = at_once(lambda: engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT), deposit)

        came_first = not isinstance(answers[1], Refusal)
        assert Case.objects.get(pk=case.pk).state == State.APPROVED
        assert sum(owed("G1").values()) == 1_000_01 + (99 if came_first else 0)
        assert payable() == payouts.owed_fen(Payout.objects.all())
        assert audit() == []

    def test_two_orders_for_one_payout_make_one(self) -> None:
        scene = s.make_scene()
        approve(scene, cancellation(scene, "车库"))
        payout = Payout.objects.select_related("owner").get(house__room="G2")

        answers = at_once(lambda: order(scene, payout), lambda: order(scene, payout))

        assert sorted(isinstance(one, Refusal) for one in answers) == [False, True]
        assert PaymentOrder.objects.count() == 1


class TestTheRegister:
    def test_shows_former_owners_as_past(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "车库"))

        (past,) = Ownership.objects.filter(house=House.objects.get(room="G2"))
        assert past.until == s.TODAY

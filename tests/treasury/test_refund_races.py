"""Refunds beside each other and beside everything else that wants a house's money: real connections, real commits.

# covers: D5
"""

from collections.abc import Callable, Iterator

import pytest

from tests.banking.town import AT, person
from tests.cast import at_once
from tests.procedures.test_simple_disbursement import submitted as project_submitted
from tests.repairs import scene as repairs
from tests.treasury import refund_scene as r
from tests.treasury import scene as s
from tests.treasury.scene import Scene
from upkeep.banking.actions import confirm_order, fail_order, void_order
from upkeep.banking.models import PaymentOrder
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move, State
from upkeep.estate import owners
from upkeep.estate.kinds import HouseState, IdKind
from upkeep.estate.models import House, HouseClaim
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.treasury.models import Payout, Refund, RefundState

pytestmark = pytest.mark.commits
ROUNDS = 5


@pytest.fixture
def scene(database_url: str) -> Iterator[Scene]:
    """After every race the books are audited."""
    yield s.make_scene()
    assert audit() == []


def approve(case: Case, by: Actor) -> Callable[[], object]:
    return lambda: engine.move(case.pk, Move.PASS, by=by, at=AT)


def refused(answers: list[object]) -> list[Refusal]:
    """Those who lost, each with a sentence; anything else that went wrong is a bug."""
    assert all(isinstance(one, Refusal) or not isinstance(one, Exception) for one in answers), answers
    return [one for one in answers if isinstance(one, Refusal)]


def held(house: House) -> int:
    return sub_accounts.balances([house.pk])[house.pk].held_fen


class TestTwoRefundsOfOneHouse:
    def test_cannot_both_be_handed_in(self, scene: Scene) -> None:
        clerk2 = r.hire(scene)["clerk2"]
        cases = [r.drafted(scene, "101", by=by) for by in (scene.clerk, clerk2)]

        answers = at_once(
            lambda: engine.move(cases[0].pk, Move.SUBMIT, by=scene.clerk, at=AT),
            lambda: engine.move(cases[1].pk, Move.SUBMIT, by=clerk2, at=AT),
        )

        (lost,) = refused(answers)
        assert "有办理中的退款" in str(lost)
        assert HouseClaim.objects.filter(house=scene["101"], kind="REFUND").count() == 1

    def test_approved_at_once_hold_and_order_once_even_if_both_came_so_far(self, scene: Scene) -> None:
        """The claim of the first is lost on the way, as by a mistake of ours: the rest must hold without it."""
        people = r.hire(scene)
        for place, room in enumerate(("101", "G2", "G3", "G1", "301")[:ROUNDS]):
            if room == "301":
                s.own(scene, "301", {s.LI: 1_000_000})
            cases = []
            for by in (scene.clerk, people["clerk2"]):
                cases.append(r.reviewed(scene, r.submitted(scene, room, by=by)))
                HouseClaim.objects.filter(house=scene[room]).delete()
            fen = scene.balance(scene[room])

            answers = at_once(approve(cases[0], scene.town.people["approver"]), approve(cases[1], people["approver2"]))

            assert len(refused(answers)) == 1, (place, answers)
            assert held(scene[room]) == fen
            assert Refund.objects.filter(house=scene[room]).count() == 1
        assert PaymentOrder.objects.count() == ROUNDS

    def test_approved_twice_by_an_impatient_approver_is_ordered_once(self, scene: Scene) -> None:
        case = r.reviewed(scene, r.submitted(scene, "101"))
        act = approve(case, scene.town.people["approver"])

        assert len(refused(at_once(act, act))) == 1
        assert PaymentOrder.objects.count() == Refund.objects.count() == 1


class TestARefundAndARepair:
    def test_never_promise_the_same_money(self, database_url: str) -> None:
        """The repair takes about 6,461 yuan of a house's 10,000, the refund wants all of it."""
        others = repairs.make_scene(public_houses=0)
        project, application = project_submitted(others)
        engine.move(application.pk, Move.ACCEPT, by=others.clerk, at=AT)
        engine.move(application.pk, Move.PASS, by=others.reviewer, at=AT)
        scene = Scene(others.town, others.clerk, others.reviewer, {house.room: house for house in others.houses})
        second = person(username="a9", name="孙主任", role=Role.APPROVER, city=others.town.city)
        refund = r.reviewed(scene, r.submitted(scene, "201"))

        answers = at_once(approve(application, others.approver), approve(refund, second))

        (lost,) = refused(answers)
        assert "可用余额不足" in str(lost) or "最多可退" in str(lost)
        balance = sub_accounts.balances([scene["201"].pk])[scene["201"].pk]
        assert 0 < balance.held_fen <= balance.balance_fen == repairs.BALANCE_FEN
        assert bool(Refund.objects.count()) is (project.cases.get().case.state_now is not State.APPROVED)
        assert audit() == []


class TestARefundAndAHouseThatLeaves:
    def test_by_a_split_never_lose_a_fen(self, scene: Scene) -> None:
        before = scene.balance(scene["G1"])
        refund, split = r.drafted(scene, "G1"), s.drafted(scene, ["G1"], s.thirds(scene))
        at_once(
            lambda: engine.move(refund.pk, Move.SUBMIT, by=scene.clerk, at=AT),
            lambda: engine.move(split.pk, Move.SUBMIT, by=scene.developer, at=AT),
        )
        answers = at_once(
            lambda: self.through(scene, refund, scene.town.people["approver"]),
            lambda: self.through(scene, split, scene.reviewer),
        )

        refused(answers)
        self.check(scene, before)

    def through(self, scene: Scene, case: Case, last: Actor) -> object:
        """All that is left of the review, if it was handed in at all."""
        case = Case.objects.get(pk=case.pk)
        while (step := engine.current_step(case)) is not None:
            by = {Role.WINDOW_CLERK: scene.clerk, Role.FIRST_REVIEWER: scene.reviewer}.get(Role(step.role), last)
            case = engine.move(case.pk, engine.deciding_move(case), by=by, at=AT)
        return case

    def check(self, scene: Scene, before: int) -> None:
        """Either the house is there with its money, part of it promised, or others have all of it."""
        house = scene["G1"]
        if house.state == HouseState.ACTIVE:
            assert scene.balance(house) == before and held(house) in (0, before)
            assert held(house) == sum(Refund.objects.values_list("amount_fen", flat=True))
        else:
            assert not Refund.objects.exists()
            paid = sum(Payout.objects.filter(house=house).values_list("amount_fen", flat=True))
            assert paid + sum(scene.balance(one) for one in scene.live().values() if one.room[:3] == "G1-") == before

    def test_by_a_cancellation_pay_it_back_once(self, scene: Scene) -> None:
        before = scene.balance(scene["G1"])
        refund = r.reviewed(scene, r.submitted(scene, "G1"))
        building = scene["G1"].building_id
        draft = {"area": str(scene.town.area.pk), "reason": "征收拆除", "buildings": [str(building)]}
        with pytest.raises(Refusal, match="有办理中的退款"):
            s.cancellation(scene, "车库", **draft)
        HouseClaim.objects.filter(house=scene["G1"]).delete()  # as if the claim had been lost
        gone = s.cancellation(scene, "车库")
        engine.move(gone.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        HouseClaim.objects.filter(house=scene["G1"]).delete()

        answers = at_once(
            approve(refund, scene.town.people["approver"]),
            lambda: engine.move(gone.pk, Move.PASS, by=scene.reviewer, at=AT),
        )

        assert len(refused(answers)) == 1, answers
        self.check(scene, before)

    def test_by_a_transfer_never_pay_who_has_sold(self, scene: Scene) -> None:
        new = OwnerDetails(name="赵新", id_kind=IdKind.PASSPORT, id_number="E00000009", phone="")
        for room in ("101", "G2", "G3"):
            case, house = r.reviewed(scene, r.submitted(scene, room)), scene[room]

            def sell(house_id: int = house.pk) -> None:
                owned = [NewOwnership(new)]
                owners.transfer(house_id, owned, since=s.TODAY, basis="判决", case_id=None, by=None, at=AT)

            answers = at_once(approve(case, scene.town.people["approver"]), sell)

            assert len(answers) == 2
            refund = Refund.objects.filter(house=house).first()
            assert held(house) == (refund.amount_fen if refund else 0)
            if refused(answers):
                assert refund is None


class TestTheBank:
    def confirm(self, scene: Scene, order: PaymentOrder, who: str, serial: str) -> Callable[[], object]:
        return lambda: confirm_order(
            number=order.number, amount_fen=order.amount_fen, serial=serial, by=scene.town.people[who], at=AT
        )

    def test_pays_once_when_two_tellers_confirm(self, scene: Scene) -> None:
        refund = r.approved(scene, "101")
        order = r.order_of(refund)

        answers = at_once(self.confirm(scene, order, "teller", "A1"), self.confirm(scene, order, "teller2", "A2"))

        (lost,) = refused(answers)
        assert "请勿重复付款" in str(lost)
        refund.refresh_from_db()
        assert refund.state_now is RefundState.PAID
        assert scene.balance(scene["101"]) == held(scene["101"]) == 0

    def test_pays_once_when_one_teller_confirms_twice(self, scene: Scene) -> None:
        order = r.order_of(r.approved(scene, "101"))
        act = self.confirm(scene, order, "teller", "A1")

        assert refused(at_once(act, act)) == []
        assert scene.balance(scene["101"]) == 0

    def test_pays_or_is_told_that_the_order_is_void(self, scene: Scene) -> None:
        for place, room in enumerate(("101", "G2", "G3")):
            refund = r.approved(scene, room)
            order, fen = r.order_of(refund), scene.balance(scene[room])

            answers = at_once(
                self.confirm(scene, order, "teller", f"V{place}"),
                lambda pk=order.pk: void_order(  # type: ignore[misc]
                    order_id=pk, reason="放弃", by=scene.town.people["accountant"], at=AT
                ),
            )

            assert len(refused(answers)) == 1
            refund.refresh_from_db()
            left = 0 if refund.state_now is RefundState.PAID else fen
            assert (scene.balance(scene[room]), held(scene[room])) == (left, 0)

    def test_pays_or_fails(self, scene: Scene) -> None:
        refund = r.approved(scene, "101")
        order = r.order_of(refund)

        answers = at_once(
            self.confirm(scene, order, "teller", "A1"),
            lambda: fail_order(number=order.number, reason="账号不存在", by=scene.town.people["teller2"], at=AT),
        )

        assert len(refused(answers)) == 1
        refund.refresh_from_db()
        assert held(scene["101"]) == (0 if refund.state_now is RefundState.PAID else refund.amount_fen)

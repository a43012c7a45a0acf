"""项目清退: a payee pays back what he was paid, and each house has back exactly what it had paid.

# covers: R12
"""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.banking.town import AT, person
from tests.cast import at_once
from tests.repairs.going_back import LATER, ask, balances, come_back, paid
from tests.repairs.scene import BALANCE_FEN, BUDGET_FEN, Scene, again, make_scene
from upkeep.banking.actions import ask_reversal, decide_reversal, expire_slips, issue_slips
from upkeep.banking.models import PaySlip, ReceiptMode, SlipState
from upkeep.banking.purposes import SlipItem
from upkeep.banking.slips import NewSlip
from upkeep.books.audit import audit
from upkeep.estate.models import HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.jobs.models import Job
from upkeep.kernel.allocation import allocate
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.ledger import api as ledger
from upkeep.messaging.models import Message
from upkeep.parties.roles import Role
from upkeep.repairs.clearing import NotToClear, ask_back, check_houses, give_up, paid_items
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.models import Clearing, ClearingLine, ClearingReason, ClearingState, PaidOrder, ProjectHouse
from upkeep.repairs.stages import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    made = make_scene()
    made.town.people["other_supervisor"] = person(
        username="s9", name="他复核", role=Role.TELLER_SUPERVISOR, city=made.town.city, organisation=made.town.banks[1]
    )
    return made


def settle() -> None:
    """Ask the deferred guards now."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


def reverse(scene: Scene, slip: PaySlip, serial: str = "CZ1") -> None:
    ours = slip.custody.bank == scene.town.banks[0]
    people = scene.town.people
    teller = people["teller" if ours else "other_teller"]
    asked = ask_reversal(number=slip.number, reason="录错了", by=teller, at=LATER)
    second = people["supervisor" if ours else "other_supervisor"]
    decide_reversal(reversal_id=asked.pk, approve=True, serial=serial, by=second, at=LATER)


class TestWholeOrders:
    def test_come_back_to_the_sub_accounts_they_were_paid_from(self, scene: Scene) -> None:
        project, orders = paid(scene)

        for place, order in enumerate(orders):
            come_back(scene, ask(scene, order), f"Q{place}")

        settle()
        project = again(project)
        assert set(balances(scene).values()) == {BALANCE_FEN}
        assert (project.paid_fen, project.ordered_fen, project.requested_fen) == (0, 0, 0)
        assert (project.cleared_fen, project.stage) == (BUDGET_FEN, Stage.TRANSFER)
        assert project.finished_at is None
        houses = ProjectHouse.objects.filter(project=project).values_list("ordered_fen", "paid_fen")
        assert set(houses) == {(0, 0)}
        assert HouseClaim.objects.filter(source=project.source, kind=ClaimKind.REPAIR).count() == 6
        assert audit() == []

    def test_move_nothing_until_the_bank_has_the_money(self, scene: Scene) -> None:
        project, orders = paid(scene)
        before = balances(scene)

        clearing = ask(scene, orders[0])

        settle()
        assert balances(scene) == before and again(project).stage == Stage.FINISHED
        assert clearing.slip.payer_name == orders[0].payee_name
        assert clearing.slip.state == SlipState.WAITING
        assert not HouseClaim.objects.filter(kind=ClaimKind.DEPOSIT).exists()

    def test_are_told_to_owners_and_starter(self, scene: Scene) -> None:
        _, orders = paid(scene)

        come_back(scene, ask(scene, orders[0]), "Q1")

        assert "已按原分摊退回" in Message.objects.filter(event="repair_cleared")[0].text
        assert Job.objects.filter(kind="balance_messages").order_by("-id")[0].arguments["source"].startswith("slip:")

    def test_are_booked_against_this_years_expense_and_later_against_the_fund(self, scene: Scene) -> None:
        _, orders = paid(scene)
        now = come_back(scene, ask(scene, orders[0], 100), "Q1")
        year = AT + dt.timedelta(days=60)
        later = come_back(scene, ask(scene, orders[0], 100, at=year), "Q2", at=year)

        codes = []
        for slip in (now, later):
            entry = ledger.entry_of(area_id=slip.area_id, source=f"slip:{slip.pk}")
            assert entry is not None
            codes.append({line.code for line in ledger.entry(entry).lines} - {"1001"})
        assert codes[0] == {"5001"} and codes[1] <= {"3001", "3002"}

    def test_leave_a_houses_own_notice_alone(self, scene: Scene) -> None:
        """One live slip a house: a contractor's is none of the house's."""
        _, orders = paid(scene)
        clearing = ask(scene, orders[0])
        house = clearing.lines.get(house__room="101").house
        assert house is not None

        own = NewSlip(
            custody_id=orders[0].custody_id,
            jurisdiction_id=orders[0].jurisdiction_id,
            area_id=house.area_id,
            purpose="deposit",
            payer_name="张三",
            payer_phone="",
            receipt_mode=ReceiptMode.WHOLE,
            items=[SlipItem(house_id=house.pk, area_dm2=house.area_dm2, rule="50", amount_fen=5)],
            expires_on=dt.date(2026, 12, 20),
        )
        issue_slips(new=[own], by=scene.clerk, at=AT)
        settle()
        come_back(scene, clearing, "Q1")
        assert PaySlip.objects.filter(purpose="deposit", state=SlipState.WAITING).count() == 1


class TestParts:
    def test_are_divided_as_the_order_was_and_the_last_is_the_rest(self, scene: Scene) -> None:
        _, orders = paid(scene)
        before = balances(scene)

        for place, fen in enumerate((1, 333_333, orders[0].amount_fen - 333_334)):
            come_back(scene, ask(scene, orders[0], fen), f"Q{place}")

        settle()
        lines = dict(orders[0].lines.values_list("house_id", "amount_fen"))
        after = balances(scene)
        assert {pk: after[pk] - before[pk] for pk in lines} == lines

    def test_together_are_never_more_than_was_paid(self, scene: Scene) -> None:
        _, orders = paid(scene)
        ask(scene, orders[0], orders[0].amount_fen - 10)

        with pytest.raises(HasProblems, match=r"可清退 0\.10 元"):
            ask(scene, orders[0], 11)
        ask(scene, orders[0], 10)
        with pytest.raises(HasProblems, match="已有待退回的通知单"):
            ask(scene, orders[0], 1)

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(cuts=st.lists(st.integers(1, 2_000_000), min_size=0, max_size=5), order=st.randoms())
    def test_in_any_sizes_and_order_give_each_house_exactly_what_it_paid(
        self, scene: Scene, cuts: list[int], order: object
    ) -> None:
        with transaction.atomic():
            _, orders = paid(scene)
            waiting = []
            for one in orders:
                left = one.amount_fen
                for cut in cuts:
                    if cut < left:
                        waiting.append(ask(scene, one, cut))
                        left -= cut
                waiting.append(ask(scene, one, left))
            order.shuffle(waiting)  # type: ignore[attr-defined]
            for place, clearing in enumerate(waiting):
                come_back(scene, clearing, f"H{place}")
            settle()
            assert set(balances(scene).values()) == {BALANCE_FEN}
            assert audit() == []
            transaction.set_rollback(True)

    @given(
        lines=st.dictionaries(st.integers(1, 50), st.integers(1, 10**7), min_size=1, max_size=20),
        parts=st.lists(st.integers(1, 10**6), max_size=8),
    )
    def test_never_give_a_house_more_than_it_has_left(self, lines: dict[int, int], parts: list[int]) -> None:
        left = dict(lines)
        for part in parts:
            if part < sum(left.values()):
                given_back = allocate(part, left)
                assert all(given_back[pk] <= fen for pk, fen in left.items())
                left = {pk: fen - given_back[pk] for pk, fen in left.items()}
        assert allocate(sum(left.values()), left) == left


class TestWhoAndWhen:
    def test_only_the_starter_asks_and_says_why(self, scene: Scene) -> None:
        project, orders = paid(scene)

        for other in (scene.stranger, scene.clerk):
            with pytest.raises(NotYours):
                ask_back(
                    project.pk,
                    order_id=orders[0].pk,
                    amount_fen=1,
                    reason=ClearingReason.NOT_POSSIBLE,
                    by=other,
                    at=AT,
                )
        with pytest.raises(HasProblems, match="请填写原因说明"):
            ask_back(
                project.pk, order_id=orders[0].pk, amount_fen=1, reason=ClearingReason.OTHER, by=scene.chair, at=AT
            )

    def test_what_is_not_paid_is_not_cleared(self, scene: Scene) -> None:
        from_other, orders = paid(scene)
        with pytest.raises(NotToClear, match="没有这笔付款"):
            ask_back(
                from_other.pk + 1,
                order_id=orders[0].pk,
                amount_fen=1,
                reason=ClearingReason.NOT_POSSIBLE,
                by=scene.chair,
                at=AT,
            )

    def test_the_list_shows_each_payment_and_what_is_left_of_it(self, scene: Scene) -> None:
        project, orders = paid(scene)
        come_back(scene, ask(scene, orders[0], 300), "Q1")
        ask(scene, orders[0], 200)

        found = {one.order.pk: one for one in paid_items(again(project))}

        item = found[orders[0].pk]
        assert (item.cleared_fen, item.asked_fen, item.left_fen) == (300, 200, orders[0].amount_fen - 500)
        assert len(item.clearings) == 2 and found[orders[1].pk].left_fen == orders[1].amount_fen


class TestGivingUp:
    def test_makes_the_notice_void_and_lets_it_be_asked_anew(self, scene: Scene) -> None:
        _, orders = paid(scene)
        clearing = ask(scene, orders[0])

        with pytest.raises(NotYours):
            give_up(clearing.pk, reason="填错", by=scene.stranger, at=AT)
        give_up(clearing.pk, reason="填错", by=scene.chair, at=AT)

        settle()
        assert Clearing.objects.get(pk=clearing.pk).state == ClearingState.VOID
        again_asked = ask(scene, orders[0])
        with pytest.raises(Refusal, match="作废"):
            come_back(scene, clearing, "Q1")
        give_up(again_asked.pk, reason="窗口作废", by=scene.clerk, at=AT)
        assert PaidOrder.objects.get().asked_fen == 0

    def test_happens_by_itself_when_the_notice_runs_out(self, scene: Scene) -> None:
        _, orders = paid(scene)
        clearing = ask(scene, orders[0])

        expire_slips(on=clearing.slip.expires_on + dt.timedelta(days=1), at=AT + dt.timedelta(days=40))

        settle()
        assert Clearing.objects.get().state == ClearingState.VOID
        assert PaidOrder.objects.get().left_fen == orders[0].amount_fen


class TestReversalOnTheDay:
    def test_gives_the_money_back_to_the_bank_and_finishes_the_project_again(self, scene: Scene) -> None:
        project, orders = paid(scene)
        before, finished = balances(scene), again(project).finished_at
        slip = come_back(scene, ask(scene, orders[0]), "Q1")

        reverse(scene, slip)

        settle()
        project = again(project)
        assert balances(scene) == before
        assert (project.stage, project.paid_fen, project.cleared_fen) == (Stage.FINISHED, BUDGET_FEN, 0)
        assert project.finished_at == finished
        assert Clearing.objects.get().state == ClearingState.WAITING
        assert not HouseClaim.objects.filter(source=project.source).exists()
        come_back(scene, Clearing.objects.get(), "Q2")
        settle()
        assert again(project).cleared_fen == orders[0].amount_fen
        assert audit() == []

    def test_of_the_payment_itself_is_refused_while_it_is_cleared(self, scene: Scene) -> None:
        _, orders = paid(scene)
        clearing = ask(scene, orders[0], 1)
        teller = scene.town.people["teller" if orders[0].custody.bank == scene.town.banks[0] else "other_teller"]

        with pytest.raises(Refusal, match="已办理清退"):
            ask_reversal(number=orders[0].number, reason="错", by=teller, at=LATER)
        give_up(clearing.pk, reason="不退了", by=scene.chair, at=AT)
        assert ask_reversal(number=orders[0].number, reason="错", by=teller, at=LATER)


class TestTheDatabase:
    def refuse(self, statement: str) -> str:
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("set constraints all immediate")
        return str(refused.value)

    def test_refuses_more_back_than_was_paid(self, scene: Scene) -> None:
        _, orders = paid(scene)
        ask(scene, orders[0], 10)

        more = self.refuse("update repairs_paidorder set cleared_fen = paid_fen")
        assert "order_is_cleared_at_most_as_paid" in more
        assert "are not those of its clearings" in self.refuse(
            "update repairs_paidorder set asked_fen = 9; update repairs_clearing set state = 'VOID'"
        )
        assert "what was paid stays" in self.refuse("update repairs_paidorder set paid_fen = paid_fen + 1")

    def test_refuses_a_house_more_than_it_paid(self, scene: Scene) -> None:
        _, orders = paid(scene)
        clearing = ask(scene, orders[0], 10)
        house = clearing.lines.order_by("house_id")[0]
        with pytest.raises(DatabaseError), transaction.atomic():
            ClearingLine.objects.filter(pk=house.pk).update(amount_fen=10**9)
        assert "exceed its amount" in self.refuse(
            "insert into repairs_clearingline (id, clearing_id, house_id, area_dm2, amount_fen)"
            " select 1, clearing_id, (select max(id) from estate_house where id not in"
            " (select house_id from repairs_clearingline)), 1, 5 from repairs_clearingline limit 1"
        )

    def test_keeps_what_was_asked_as_it_was_asked(self, scene: Scene) -> None:
        _, orders = paid(scene)
        ask(scene, orders[0], 10)

        assert "is refused" in self.refuse("update repairs_clearing set amount_fen = 11")
        assert "permission denied" in self.refuse("delete from repairs_clearing")
        assert "permission denied" in self.refuse("update repairs_clearingline set amount_fen = 1")


@pytest.mark.commits
class TestTwoAtOnce:
    def test_ask_for_the_same_money_once(self, database_url: str) -> None:
        scene = make_scene()
        _, orders = paid(scene)

        answers = at_once(*[lambda: ask(scene, orders[0])] * 2)

        assert sum(isinstance(one, HasProblems) for one in answers) == 1
        assert Clearing.objects.count() == 1

    def test_the_bank_and_the_starter_who_gives_up_never_both_win(self, database_url: str) -> None:
        scene = make_scene()
        project, orders = paid(scene)
        clearing = ask(scene, orders[0])

        at_once(
            lambda: come_back(scene, clearing, "Q1"),
            lambda: give_up(clearing.pk, reason="不退了", by=scene.chair, at=AT),
        )

        state = Clearing.objects.get().state
        assert again(project).cleared_fen == (orders[0].amount_fen if state == ClearingState.PAID else 0)
        assert state in (ClearingState.PAID, ClearingState.VOID) and audit() == []

    def test_two_banks_confirm_both_parts(self, database_url: str) -> None:
        scene = make_scene()
        project, orders = paid(scene)
        clearings = [ask(scene, one) for one in orders]

        answers = at_once(
            *[lambda one=one, place=place: come_back(scene, one, f"Q{place}") for place, one in enumerate(clearings)]
        )

        assert not [one for one in answers if isinstance(one, Exception)]
        assert again(project).paid_fen == 0 and again(project).cleared_fen == BUDGET_FEN


def test_a_house_that_has_left_the_register_is_given_nothing(scene: Scene) -> None:
    """Its sub-account is closed: the office has to see to it."""
    check_houses(area_id=scene.town.area.pk, house_ids=scene.house_ids)

    with pytest.raises(NotToClear, match="有 1 户已注销"):
        check_houses(area_id=scene.town.area.pk, house_ids=[*scene.house_ids, 1])


def test_a_new_project_has_nothing_to_clear(scene: Scene) -> None:
    """The stage has no such move."""
    from_stage, orders = paid(scene)
    assert from_stage.stage == Stage.FINISHED
    with pytest.raises((NotNow, NotToClear)):
        ask_back(0, order_id=orders[0].pk, amount_fen=1, reason=ClearingReason.NOT_POSSIBLE, by=scene.chair, at=AT)

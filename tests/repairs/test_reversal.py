"""A repair payment that the bank takes back on its day: the houses' money held again, the project waiting for its payment.

# covers: F2
"""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from tests.banking.town import AT, person
from tests.procedures.test_simple_disbursement import approve, pay, submitted
from tests.repairs.scene import Scene, again, make_scene
from tests.staging import staged
from upkeep.banking.actions import ask_reversal, confirm_order, decide_reversal, fail_order, reissue_order
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.estate.models import HouseClaim
from upkeep.messaging.models import Message
from upkeep.parties.roles import Role
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import orders_of
from upkeep.repairs.stages import Stage

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(minutes=20)


def _scene() -> Scene:
    made = make_scene()
    made.town.people["other_supervisor"] = person(
        username="s9", name="他复核", role=Role.TELLER_SUPERVISOR, city=made.town.city, organisation=made.town.banks[1]
    )
    return made


scene = staged(_scene)


def money(scene: Scene) -> tuple[int, int]:
    found = sub_accounts.balances(scene.house_ids).values()
    return sum(one.balance_fen for one in found), sum(one.held_fen for one in found)


def take_back(order: PaymentOrder, scene: Scene, serial: str) -> None:
    ours = order.custody.bank == scene.town.banks[0]
    people = scene.town.people
    asked = ask_reversal(
        number=order.number, reason="尚未划款", by=people["teller" if ours else "other_teller"], at=LATER
    )
    second = people["supervisor" if ours else "other_supervisor"]
    decide_reversal(reversal_id=asked.pk, approve=True, serial=serial, by=second, at=LATER)


class TestARepairPaymentTakenBack:
    def test_holds_the_money_again_and_waits_to_be_paid(self, scene: Scene) -> None:
        project, case = submitted(scene)
        approve(case, scene)
        before = money(scene)
        orders = orders_of(project)
        for place, order in enumerate(orders):
            pay(order, scene, f"P{place}")
        assert again(project).stage == Stage.FINISHED

        take_back(orders[0], scene, "CZ1")

        project = again(project)
        assert (project.stage, project.paid_fen) == (
            Stage.TRANSFER,
            (project.settlement_fen or 0) - orders[0].amount_fen,
        )
        assert project.finished_at is None
        assert PaymentOrder.objects.get(pk=orders[0].pk).state == OrderState.WAITING
        assert money(scene) == (before[0] - sum(one.amount_fen for one in orders[1:]), orders[0].amount_fen)
        assert HouseClaim.objects.filter(source=project.source).count() == 6
        assert audit() == []
        assert "银行已冲正付款确认" in Message.objects.filter(event="repair_reversed")[0].text

    def test_is_paid_again_once_and_finishes_the_project(self, scene: Scene) -> None:
        project, case = submitted(scene)
        approve(case, scene)
        before = money(scene)
        orders = orders_of(project)
        for place, order in enumerate(orders):
            pay(order, scene, f"P{place}")
        take_back(orders[0], scene, "CZ1")

        pay(orders[0], scene, "P9")
        pay(orders[0], scene, "P9")

        assert again(project).stage == Stage.FINISHED
        assert money(scene) == (before[0] - (again(project).settlement_fen or 0), 0)
        assert HouseClaim.objects.count() == 0
        assert audit() == []

    def test_that_then_fails_is_booked_once_when_it_is_issued_anew(self, scene: Scene) -> None:
        project, case = submitted(scene)
        approve(case, scene)
        before = money(scene)
        orders = orders_of(project)
        for place, order in enumerate(orders):
            pay(order, scene, f"P{place}")
        take_back(orders[0], scene, "CZ1")
        teller = scene.town.people["teller" if orders[0].custody.bank == scene.town.banks[0] else "other_teller"]
        fail_order(number=orders[0].number, reason="账号不存在", by=teller, at=LATER)
        fresh = reissue_order(
            order_id=orders[0].pk,
            payee_name="江城施工公司",
            payee_bank="农行",
            payee_account="6222",
            reason="更正",
            by=scene.town.people["accountant"],
            at=LATER,
        )

        confirm_order(number=fresh.number, amount_fen=fresh.amount_fen, serial="P8", by=teller, at=LATER)

        assert again(project).stage == Stage.FINISHED
        assert money(scene) == (before[0] - (again(project).settlement_fen or 0), 0)
        assert audit() == []

    def test_is_the_only_way_out_of_a_finished_project(self, scene: Scene) -> None:
        project, case = submitted(scene)
        approve(case, scene)
        for place, order in enumerate(orders_of(project)):
            pay(order, scene, f"P{place}")

        for statement in (
            "update repairs_repairproject set stage = 'TRANSFER'",
            "update repairs_repairproject set stage = 'TRANSFER', paid_fen = paid_fen - 1",
        ):
            with pytest.raises(DatabaseError, match="finished"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert RepairProject.objects.get().stage == Stage.FINISHED

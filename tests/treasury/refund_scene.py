"""Refunds of houses of the treasury's town: begun for a house, handed in, reviewed, approved, paid."""

import datetime as dt
from typing import Any

from tests.banking.town import AT, person
from tests.circle.person import picture
from tests.treasury.scene import Scene
from upkeep.banking.actions import confirm_order
from upkeep.banking.models import PaymentOrder
from upkeep.casework import engine, files
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.estate import owner_cases
from upkeep.parties.actor import ANONYMOUS, Actor
from upkeep.parties.roles import Role
from upkeep.treasury import refunds
from upkeep.treasury.models import Refund

PROCEDURE = "owner_refund"
ACCOUNT = "6217000012345678"
#: The owners' names of the scene and their telephone on the forms.
PHONE = "13911112222"


def hire(scene: Scene) -> dict[str, Actor]:
    """A second clerk, for the first one's applications, and an all-rounder who must not do two things."""
    city = scene.town.city
    return {
        "clerk2": person(username="w2", name="小周", role=Role.WINDOW_CLERK, city=city),
        "approver2": person(username="a9", name="孙主任", role=Role.APPROVER, city=city),
    }


def given(scene: Scene, room: str, **data: Any) -> dict[str, Any]:
    """What is filled in for a house: by default the whole of what can be paid back, to its first owner."""
    house = scene[room]
    usual = {
        "reason": "CANCELLED",
        "amount": f"{refunds.refundable_fen(house) / 100:.2f}",
        "explanation": "已与开发商解除购房合同",
        "payee": refunds.payees_of(house)[0].key if refunds.payees_of(house) else "",
        "payee_bank": "建设银行江城分行",
        "payee_account": ACCOUNT,
        "phone": PHONE,
    }
    return usual | data


def drafted(scene: Scene, room: str, *, by: Actor | None = None, at: dt.datetime = AT, **data: Any) -> Case:
    """An application for a house, filled in, with its papers."""
    by, house = by or scene.clerk, scene[room]
    begun = owner_cases.begun_for(house) | given(scene, room, **data)
    city = scene.town.city.pk
    case = engine.start(register[PROCEDURE], by=by, at=at, data=begun, jurisdiction_id=city)
    if by.is_anonymous:
        by = guest_of(case)
    for paper in register[PROCEDURE].papers_of(case):
        files.attach(case.pk, paper=paper.code, name="a.png", content=picture().getvalue(), by=by, at=at)
    return Case.objects.get(pk=case.pk)


def guest_of(case: Case) -> Actor:
    """The visitor in whose session the case was begun."""
    return Actor(user_id=0, name="", roles=ANONYMOUS.roles, guest_cases=frozenset({case.pk}))


def submitted(scene: Scene, room: str, *, by: Actor | None = None, **data: Any) -> Case:
    by = by or scene.clerk
    return engine.move(drafted(scene, room, by=by, **data).pk, Move.SUBMIT, by=by, at=AT)


def reviewed(scene: Scene, case: Case, *, at: dt.datetime = AT) -> Case:
    """Passed by everyone but the approver."""
    while (step := engine.current_step(case)) is not None and step.role != Role.APPROVER:
        by = {Role.WINDOW_CLERK: scene.clerk, Role.FIRST_REVIEWER: scene.reviewer}[Role(step.role)]
        case = engine.move(case.pk, engine.deciding_move(case), by=by, at=at)
    return case


def approved(scene: Scene, room: str, *, at: dt.datetime = AT, **data: Any) -> Refund:
    """The refund of a house, approved and ordered."""
    case = reviewed(scene, submitted(scene, room, **data))
    engine.move(case.pk, Move.PASS, by=scene.town.people["approver"], at=at)
    return Refund.objects.get(case=case)


def order_of(refund: Refund) -> PaymentOrder:
    order = refunds.order_of(refund)
    assert order is not None
    return order


def paid(scene: Scene, refund: Refund, *, serial: str = "R1", who: str = "teller", at: dt.datetime = AT) -> Refund:
    order = order_of(refund)
    confirm_order(number=order.number, amount_fen=order.amount_fen, serial=serial, by=scene.town.people[who], at=at)
    return Refund.objects.get(pk=refund.pk)

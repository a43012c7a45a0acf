"""A company named when an area is entered: its move-in application makes itself (manual 000, 物业 §2.1)."""

import datetime as dt

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.pages import AREAS
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate.models import Area
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation
from upkeep.parties.queries import get_organisation
from upkeep.parties.roles import Role
from upkeep.policy.service_rule import service_rule

MOVE_IN = "move_in"


def makes_itself(*, jurisdiction_id: int, on: dt.date) -> bool:
    """Whether naming a company makes an application; else the company serves as soon as the area is entered."""
    rule = service_rule(jurisdiction_id=jurisdiction_id, on=on)
    return MOVE_IN.upper() in rule.ways and rule.proposed_when_named


def propose(area: Area, *, organisation_id: int, named_in: Case, at: dt.datetime) -> Case:
    """Make and hand in the application in the company's name.

    Where the developer decides, naming the company was its decision: the application is passed at once. Where the
    office decides, it waits for the office like any other.
    """
    company = get_organisation(organisation_id)
    by = _as(company, Role.PROPERTY_COMPANY)
    data = {AREAS: [area.pk], "reason": f"开发建设单位登记物业区域时指定（业务单 {named_in.number}）"}
    case = engine.start(register[MOVE_IN], by=by, at=at, data=data)
    contact = {"contact_name": company.contact_name, "contact_phone": company.contact_phone}
    engine.save_draft(case.pk, contact, by=by, at=at)
    case = engine.move(case.pk, Move.SUBMIT, by=by, at=at)
    step = engine.current_step(case)
    if case.state_now is State.SUBMITTED and step is not None and step.role == Role.DEVELOPER and area.developer_id:
        developer = _as(get_organisation(area.developer_id), Role.DEVELOPER)
        note = f"登记物业区域时已指定该单位（业务单 {named_in.number}）"
        case = engine.move(case.pk, Move.PASS, by=developer, at=at, note=note)
    return case


def _as(organisation: Organisation, role: Role) -> Actor:
    """Nobody sat at a screen: the history names the organisation's role and says that the system acted."""
    return Actor(
        user_id=0,
        name="系统自动办理",
        roles=frozenset({role}),
        organisation_id=organisation.pk,
        jurisdiction_id=organisation.jurisdiction_id,
    )

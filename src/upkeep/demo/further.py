"""欠交与续交: two repairs that used most of what houses had; a plan of instalments partly paid, letters that were sent."""

import datetime as dt
from collections.abc import Sequence

from upkeep.banking.actions import confirm_slip
from upkeep.banking.models import PaySlip
from upkeep.books import sub_accounts
from upkeep.casework import engine, files
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.papers import picture_of
from upkeep.demo.repairs import run_projects
from upkeep.deposits.arrears import register_arrears
from upkeep.deposits.further import issue_slips_of
from upkeep.deposits.letters import demand, print_batch
from upkeep.deposits.models import FurtherPlan
from upkeep.repairs.stages import Stage

#: The area whose assembly decided a plan, and the one of public housing of which a building is in arrears.
_PLANNED, _ASKED = 14, 10
_COMMITTEE, _ASKED_COMMITTEE = "more-committee4", "more-committee3"


def run_further(city: City, filled: Sequence[Filled], *, today: dt.date) -> int:
    """Answers with the number of houses in arrears."""
    planned, asked = filled[_PLANNED], filled[_ASKED]
    tower = [house.pk for house in asked.houses if house.building.name == "4幢"]
    whole = [house.pk for house in planned.houses]
    scripts = (
        (_PLANNED, _COMMITTEE, "供水泵房和管网整体改造", "小区供水水泵", _most_of(whole), 200, Stage.FINISHED),
        (_ASKED, _ASKED_COMMITTEE, "4幢屋面和外墙整体翻修", "4幢屋面", _most_of(tower), 170, Stage.FINISHED),
    )
    run_projects(city, list(filled), today=today, scripts=scripts)
    found = register_arrears(on=today - dt.timedelta(days=75))
    _plan(city, planned, on=today - dt.timedelta(days=42), due_on=today + dt.timedelta(days=20))
    _letters(city, asked, on=today - dt.timedelta(days=12), due_on=today + dt.timedelta(days=18))
    return found.now


def _most_of(house_ids: Sequence[int]) -> int:
    """78 % of what the houses have, in fen."""
    return sum(one.balance_fen for one in sub_accounts.balances(house_ids).values()) * 78 // 100


def _plan(city: City, filled: Filled, *, on: dt.date, due_on: dt.date) -> None:
    by, at = city.actor(_COMMITTEE), moment(on)
    data = {
        "area": str(filled.area.pk),
        "who": "IN_ARREARS",
        "standard": "TO_FIRST_LEVEL",
        "method": "INSTALMENTS",
        "instalments": "3",
        "every": "6",
        "first_due_on": f"{due_on:%Y-%m-%d}",
        "basis": "ASSEMBLY",
        "document": f"{on.year} 年第一次业主大会关于续交住宅专项维修资金的决定",
    }
    case = engine.start(register["further_deposit"], by=by, at=at, data=data)
    for paper in register["further_deposit"].papers_of(case):
        files.attach(
            case.pk, paper=paper.code, name=f"{paper.title}.png", content=picture_of(paper.title), by=by, at=at
        )
    engine.save_draft(case.pk, {}, by=by, at=at)
    engine.move(case.pk, Move.SUBMIT, by=by, at=at)
    while (step := engine.current_step(Case.objects.get(pk=case.pk))) is not None:
        login = next(one for one in city.users if step.role in city.actor(one).roles)
        at += dt.timedelta(days=1)
        engine.move(case.pk, engine.deciding_move(Case.objects.get(pk=case.pk)), by=city.actor(login), at=at)
    plan = FurtherPlan.objects.get(case=case)
    issue_slips_of(plan.pk, by=by, at=at)
    paid = [share.slip for share in plan.shares.filter(slip__isnull=False).select_related("slip").order_by("pk")]
    _confirm(city, [slip for place, slip in enumerate(paid) if slip and place % 5 < 3], on=on + dt.timedelta(days=15))


def _letters(city: City, filled: Filled, *, on: dt.date, due_on: dt.date) -> None:
    by, at = city.actor("demo-clerk"), moment(on, 15)
    batch = demand(area=filled.area, deadline=due_on, with_slips=True, by=by, at=at)
    print_batch(batch.pk, by_id=by.user_id, at=at)
    slips = PaySlip.objects.filter(area=filled.area, purpose="further_deposit").order_by("pk")
    _confirm(city, [slip for place, slip in enumerate(slips) if place % 6 == 0], on=on + dt.timedelta(days=6))


def _confirm(city: City, slips: Sequence[PaySlip], *, on: dt.date) -> None:
    tellers = {bank.pk: city.actor(f"demo-teller{place}") for place, bank in enumerate(city.banks, start=1)}
    for slip in slips:
        confirm_slip(
            number=slip.number,
            amount_fen=slip.total_fen,
            serial=f"XJ{slip.number[2:]}",
            by=tellers[slip.custody.bank_id],
            at=moment(on, 9, 40),
        )

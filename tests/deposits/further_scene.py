"""An area whose houses have paid their first deposits and then spent most of them: what further deposits begin with."""

import datetime as dt
from collections.abc import Sequence

from tests.banking.town import AT, Town, confirm, issue, make_town, new_house, person
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.deposits.arrears import register_arrears
from upkeep.deposits.further import Terms, issue_slips_of
from upkeep.deposits.models import FurtherBasis, FurtherMethod, FurtherPlan, FurtherStandard
from upkeep.estate import owners
from upkeep.estate.actions import NewHouse
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House
from upkeep.kernel.dates import day_of
from upkeep.parties.roles import Role

PROCEDURE = register["further_deposit"]
TODAY = day_of(AT)
#: 98.37 m² × 90 yuan, and 30 % of it: the balance that is just not in arrears.
FIRST_FEN, JUST_ENOUGH_FEN = 885_330, 265_599


def make_scene(*, houses: Sequence[NewHouse] | None = None, left_fen: Sequence[int] = (), owned: bool = True) -> Town:
    """Four houses (or those given) that have paid; each keeps so many fen as `left_fen` says, the others all they paid."""
    town = make_town(houses=houses or [new_house(floor=n, room=f"{n}01") for n in range(1, 5)])
    for who, role in (("clerk", Role.WINDOW_CLERK), ("reviewer", Role.FIRST_REVIEWER)):
        town.people[who] = person(username=who, name=f"员工{who}", role=role, city=town.city)
    confirm(town, issue(town), serial="FIRST")
    if owned:
        bind(town, by_floor(town))
    spend(town, {house.pk: FIRST_FEN - fen for house, fen in zip(by_floor(town), left_fen, strict=False)})
    return town


def by_floor(town: Town) -> list[House]:
    """The houses from the ground up."""
    return sorted(town.houses, key=lambda house: house.floor)


def bind(town: Town, houses: Sequence[House]) -> None:
    """An owner for each house, with a telephone and a number of his own."""
    for place, house in enumerate(houses):
        details = owners.OwnerDetails(
            name=f"业主{place}",
            id_kind=IdKind.PASSPORT,
            id_number=f"E{house.pk % 10**8:08d}",
            phone=f"138{house.pk % 10**8:08d}",
        )
        owners.bind(
            house.pk,
            [owners.NewOwnership(details)],
            since=TODAY - dt.timedelta(days=100),
            basis="购房合同",
            case_id=None,
            by=None,
            at=AT,
        )


def spend(town: Town, amounts: dict[int, int], *, source: str = "spent") -> None:
    """Book a repair paid from the houses' sub-accounts."""
    amounts = {house_id: fen for house_id, fen in amounts.items() if fen > 0}
    if amounts:
        postings.repair_paid(
            area_id=town.area.pk,
            custody_id=town.custodies[FundKind.COMMODITY].pk,
            fund_kind=FundKind.COMMODITY,
            amounts=amounts,
            source=source,
            booked_on=TODAY,
        )


def balance_of(house: House) -> int:
    return sub_accounts.balances([house.pk])[house.pk].balance_fen


def terms(**changes: object) -> Terms:
    """Up to the first deposit's level, at once, in two months."""
    values: dict[str, object] = {
        "standard": FurtherStandard.TO_FIRST_LEVEL,
        "fen_per_m2": 0,
        "method": FurtherMethod.AT_ONCE,
        "instalments": 1,
        "every_months": 0,
        "first_due_on": TODAY + dt.timedelta(days=60),
        "basis": FurtherBasis.OFFICE,
        "document": "江房发〔2026〕8 号",
        "scope": "欠交的房屋",
    }
    return Terms(**(values | changes))  # type: ignore[arg-type]


FORM = {
    "who": "IN_ARREARS",
    "standard": "TO_FIRST_LEVEL",
    "method": "AT_ONCE",
    "first_due_on": f"{TODAY + dt.timedelta(days=60):%Y-%m-%d}",
    "basis": "OFFICE",
    "document": "江房发〔2026〕8 号",
}


def draft(town: Town, **changes: str) -> Case:
    """A plan of the window for the area, as it was filled in."""
    register_arrears(on=TODAY)
    data = {"area": str(town.area.pk), **FORM, **changes}
    return engine.start(PROCEDURE, by=town.people["clerk"], at=AT, data=data)


def approved(town: Town, case: Case) -> FurtherPlan:
    """Handed in by the window, passed by the reviewer."""
    if "second_clerk" not in town.people:
        town.people["second_clerk"] = person(username="clerk2", name="二窗", role=Role.WINDOW_CLERK, city=town.city)
    engine.move(case.pk, Move.SUBMIT, by=town.people["clerk"], at=AT)
    engine.move(case.pk, Move.ACCEPT, by=town.people["second_clerk"], at=AT)
    engine.move(case.pk, Move.PASS, by=town.people["reviewer"], at=AT)
    return FurtherPlan.objects.get(case=case)


def running(town: Town, **changes: str) -> FurtherPlan:
    """A plan that was approved and whose slips are issued."""
    plan = approved(town, draft(town, **changes))
    issue_slips_of(plan.pk, by=town.people["reviewer"], at=AT)
    return plan

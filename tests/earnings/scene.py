"""江城市 for interest: two areas with houses of both funds, an accountant, an approver, and money that came on known days."""

import datetime as dt
import itertools
from collections.abc import Mapping

from tests.banking.town import Town, add_area, make_town, new_house
from upkeep.banking.custody_books import credit_interest
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.earnings import rates, runs
from upkeep.earnings.models import InterestLine, InterestRun, RateSheet
from upkeep.estate.kinds import HouseNature
from upkeep.estate.models import Area, House
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job, JobState
from upkeep.policy.actions import set_policy
from upkeep.policy.interest_rule import InterestRule
from upkeep.policy.models import PolicyKind

SETTLED = dt.date(2026, 6, 30)
FIRST = dt.date(2025, 6, 30)
AT = dt.datetime(2026, 7, 2, 2, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(hours=1)
_numbers = itertools.count(1)


def make_scene() -> Town:
    """The town with a second area and one house of sold public housing; the sub-accounts are open."""
    town = make_town(
        houses=[
            new_house(room="101", floor=1),
            new_house(room="201", floor=2),
            new_house(room="301", floor=3),
            new_house(building="2栋", room="101", nature=HouseNature.SOLD_PUBLIC, has_lift=False),
        ],
        receipts=0,
    )
    second = add_area(
        town_district=town.district,
        developer=town.developer,
        name="滨江花园",
        houses=[new_house(building="甲", room="101"), new_house(building="甲", room="201", floor=2)],
    )
    for area in (town.area, second):
        sub_accounts.open_for(area.pk, [house.pk for house in House.objects.filter(area=area)])
    return town


def second_area() -> Area:
    return Area.objects.get(name="滨江花园")


def houses_of(area: Area) -> list[House]:
    """In the order of building and floor."""
    return list(House.objects.filter(area=area).order_by("building__name", "floor"))


def custody(town: Town, kind: FundKind = FundKind.COMMODITY) -> int:
    return town.custodies[kind].pk


def put_in(town: Town, amounts: Mapping[House, int], on: dt.date, *, kind: FundKind = FundKind.COMMODITY) -> None:
    """Deposits of houses of one area, of both signs: what is negative is paid for a repair."""
    area_id = next(iter(amounts)).area_id
    came = {house.pk: fen for house, fen in amounts.items() if fen > 0}
    went = {house.pk: -fen for house, fen in amounts.items() if fen < 0}
    head = {"area_id": area_id, "custody_id": custody(town, kind), "fund_kind": kind, "booked_on": on}
    if came:
        postings.deposit_confirmed(**head, amounts=came, source=f"test:{next(_numbers)}")  # type: ignore[arg-type]
    if went:
        postings.repair_paid(**head, amounts=went, source=f"test:{next(_numbers)}")  # type: ignore[arg-type]


def earn(town: Town, fen: int, *, kind: FundKind = FundKind.COMMODITY, on: dt.date = SETTLED) -> int:
    """The bank credits interest."""
    return credit_interest(custody_id=custody(town, kind), fen=fen, serial=f"LX{next(_numbers)}", booked_on=on, at=AT)


def follow(town: Town, rule: InterestRule) -> None:
    """The city's rule, in force from long ago."""
    set_policy(
        kind=PolicyKind.INTEREST_RULE,
        jurisdiction_id=town.city.pk,
        value=rule,
        valid_from=dt.date(2020, 1, 1),
        basis="江城市结息办法",
    )


def put_in_force(
    town: Town, rates_: Mapping[str, int], *, since: dt.date = dt.date(2020, 1, 1), bank_id: int | None = None
) -> RateSheet:
    """Rates proposed by the accountant and confirmed by the approver."""
    sheet = rates.propose_sheet(
        jurisdiction_id=town.city.pk,
        bank_id=bank_id,
        valid_from=since,
        rates=rates_,
        basis="利率公告",
        by=town.people["accountant"],
        at=AT,
    )
    return rates.confirm_sheet(sheet.pk, by=town.people["approver"], at=LATER)


def start(town: Town, *, settled_on: dt.date = SETTLED, at: dt.datetime = AT) -> InterestRun:
    return runs.start_run(
        jurisdiction_id=town.city.pk,
        settled_on=settled_on,
        booked_on=settled_on,
        by=town.people["accountant"],
        at=at,
    )


def work() -> list[Job]:
    """Every job that waits, in order, as the worker would; the balance messages are left alone."""
    done = []
    while job := Job.objects.filter(state=JobState.QUEUED, kind__startswith="interest").order_by("pk").first():
        done.append(jobs.run(job.pk))
    return done


def computed(town: Town) -> InterestRun:
    run = start(town)
    work()
    run.refresh_from_db()
    return run


def booked(town: Town) -> InterestRun:
    run = computed(town)
    runs.approve(run.pk, by=town.people["approver"], at=LATER)
    work()
    run.refresh_from_db()
    return run


def shares(run: InterestRun) -> dict[int, int]:
    """Fen by sub-account."""
    return dict(InterestLine.objects.filter(run=run).values_list("sub_account_id", "fen"))


def balance(house: House) -> int:
    return sub_accounts.balances([house.pk])[house.pk].balance_fen

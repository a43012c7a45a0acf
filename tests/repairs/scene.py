"""An area with a committee, owners, money on every sub-account and a lift that needs repair."""

import datetime as dt
from dataclasses import dataclass, field

from tests.banking.town import AT, Town, make_town, new_house, person
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.estate import facilities
from upkeep.estate.actions import NewOwner, bind_committee, bind_owners
from upkeep.estate.kinds import FacilityKind, HouseNature, IdKind
from upkeep.estate.models import Facility, House
from upkeep.parties.actions import register_organisation
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.roles import Role
from upkeep.repairs import acceptance, announcing, deciding, drafting
from upkeep.repairs.drafting import Basics, Work
from upkeep.repairs.models import ProjectPhase, RepairProject
from upkeep.repairs.stages import ProjectKind
from upkeep.voting.models import BallotChoice

TODAY = dt.date(2026, 11, 20)
BUDGET_FEN = 3_876_543
BALANCE_FEN = 1_000_000
#: Personal data that must never reach a public page.
OWNER_NAME, OWNER_ID, OWNER_PHONE = "欧阳明远", "11010519491231002X", "13987654321"


@dataclass
class Scene:
    """A town with a committee that may run a project."""

    town: Town
    committee: Organisation
    chair: Actor
    deputy: Actor
    stranger: Actor
    clerk: Actor
    reviewer: Actor
    approver: Actor
    lift: Facility
    projects: list[RepairProject] = field(default_factory=list)

    @property
    def houses(self) -> list[House]:
        return self.town.houses

    @property
    def house_ids(self) -> list[int]:
        return [house.pk for house in self.houses]


def make_scene(*, public_houses: int = 2, balance_fen: int = BALANCE_FEN) -> Scene:
    """Six houses of unequal area, the last `public_houses` sold public housing; each with an owner and money."""
    new = [
        new_house(
            room=f"{floor}0{room}",
            floor=floor,
            area_dm2=8_912 + 1_000 * floor + 37 * room,
            nature=HouseNature.SOLD_PUBLIC if (floor - 1) * 2 + room > 6 - public_houses else HouseNature.COMMODITY,
        )
        for floor in (1, 2, 3)
        for room in (1, 2)
    ]
    town = make_town(houses=new)
    committee = _committee(town, "江南名邸业主委员会", "jnmdywh")
    other = _committee(town, "江北花园业主委员会", "jbhyywh")
    bind_committee(area_id=town.area.pk, committee_id=committee.pk, at=AT)
    houses = town.houses
    bind_owners(
        jurisdiction_id=town.city.pk,
        owners=[
            NewOwner(
                house_id=house.pk,
                name=OWNER_NAME if place == 0 else f"业主{place}",
                id_kind=IdKind.ID_CARD if place == 0 else IdKind.PASSPORT,
                id_number=OWNER_ID if place == 0 else f"E{place:08d}",
                phone=OWNER_PHONE if place == 0 else f"1380000000{place}",
            )
            for place, house in enumerate(houses)
        ],
        since=dt.date(2025, 10, 1),
    )
    _pay_in(town, houses, balance_fen)
    city = town.city
    return Scene(
        town=town,
        committee=committee,
        chair=person(
            username="c1", name="陈主任", role=Role.OWNERS_COMMITTEE, city=town.district, organisation=committee
        ),
        deputy=person(
            username="c2", name="林委员", role=Role.OWNERS_COMMITTEE, city=town.district, organisation=committee
        ),
        stranger=person(
            username="c3", name="何主任", role=Role.OWNERS_COMMITTEE, city=town.district, organisation=other
        ),
        clerk=person(username="w1", name="小李", role=Role.WINDOW_CLERK, city=city),
        reviewer=person(username="r1", name="老刘", role=Role.FIRST_REVIEWER, city=city),
        approver=town.people["approver"],
        lift=facilities.add(
            area_id=town.area.pk,
            place=facilities.Place(houses[0].building_id, "1单元"),
            data=facilities.Data(kind=FacilityKind.LIFT, name="1号电梯"),
            by_id=None,
            at=AT,
        ),
    )


def _committee(town: Town, name: str, code: str) -> Organisation:
    return register_organisation(
        jurisdiction_id=town.city.pk,
        kind=OrganisationKind.OWNERS_COMMITTEE,
        name=name,
        code=code,
        contact_name="陈主任",
        contact_phone="13600000000",
        at=AT,
    )


def _pay_in(town: Town, houses: list[House], fen: int) -> None:
    sub_accounts.open_for(town.area.pk, [house.pk for house in houses])
    for kind in FundKind:
        public = kind is FundKind.PUBLIC
        amounts = {one.pk: fen for one in houses if (one.nature == HouseNature.SOLD_PUBLIC) is public}
        if amounts and fen:
            postings.deposit_confirmed(
                area_id=town.area.pk,
                custody_id=town.custodies[kind].pk,
                fund_kind=kind,
                amounts=amounts,
                source=f"test:{kind}",
                booked_on=TODAY,
            )


def basics(scene: Scene, *, budget_fen: int = BUDGET_FEN, title: str = "1号电梯钢丝绳更换") -> Basics:
    """A project's basic data."""
    return Basics(
        title=title,
        reason="1号电梯钢丝绳磨损超标，经检测须更换。",
        contact_name="陈主任",
        contact_phone="13600000000",
        starts_on=TODAY,
        ends_on=TODAY + dt.timedelta(days=30),
        works=(
            Work(
                facility_id=scene.lift.pk,
                content="更换钢丝绳 6 根",
                contractor="江城电梯工程有限公司",
                budget_fen=budget_fen,
            ),
        ),
    )


def new_project(scene: Scene, *, budget_fen: int = BUDGET_FEN) -> RepairProject:
    """A project with its houses, not yet published."""
    project = drafting.create_project(
        area_id=scene.town.area.pk, basics=basics(scene, budget_fen=budget_fen), by=scene.chair, at=AT
    )
    return drafting.choose_houses(project.pk, house_ids=scene.house_ids, by=scene.chair, at=AT)


def add_phases(project: RepairProject, amounts: tuple[int, ...]) -> None:
    """A plan of these amounts, in fen."""
    ProjectPhase.objects.bulk_create(
        [
            ProjectPhase(project=project, number=place, title=f"第{place}期", amount_fen=fen, limit_fen=fen)
            for place, fen in enumerate(amounts, start=1)
        ]
    )


def general(scene: Scene, *, phases: tuple[int, ...]) -> RepairProject:
    """A draft of a general project over all houses, with its plan."""
    project = drafting.create_project(
        area_id=scene.town.area.pk, basics=basics(scene), by=scene.chair, at=AT, kind=ProjectKind.GENERAL
    )
    project = drafting.choose_houses(project.pk, house_ids=scene.house_ids, by=scene.chair, at=AT)
    add_phases(project, phases)
    return project


def published(scene: Scene, *, budget_fen: int = BUDGET_FEN) -> RepairProject:
    """A project whose first notice stands."""
    project = new_project(scene, budget_fen=budget_fen)
    announcing.publish_project(project.pk, open_until=TODAY + dt.timedelta(days=10), by=scene.chair, at=AT)
    return again(project)


def voting(scene: Scene, *, budget_fen: int = BUDGET_FEN) -> RepairProject:
    """A project being voted on."""
    project = published(scene, budget_fen=budget_fen)
    deciding.open_vote(project.pk, closes_on=TODAY + dt.timedelta(days=10), by=scene.chair, at=AT)
    return again(project)


def passed(scene: Scene, *, budget_fen: int = BUDGET_FEN) -> RepairProject:
    """A project that every owner agreed to."""
    project = voting(scene, budget_fen=budget_fen)
    choices = dict.fromkeys(scene.house_ids, BallotChoice.AGREE)
    deciding.enter_results(project.pk, choices, by=scene.chair, at=AT)
    deciding.close_vote(project.pk, by=scene.chair, at=AT)
    return again(project)


def accepted(scene: Scene, *, budget_fen: int = BUDGET_FEN) -> RepairProject:
    """A project whose acceptance is published: it may be applied for."""
    project = passed(scene, budget_fen=budget_fen)
    acceptance.accept_work(
        project.pk,
        accepted_on=TODAY,
        settlement_fen=budget_fen,
        acceptance="工程质量合格，同意验收。",
        by=scene.chair,
        at=AT,
    )
    announcing.publish_acceptance(project.pk, open_until=TODAY + dt.timedelta(days=10), by=scene.chair, at=AT)
    return again(project)


def again(project: RepairProject) -> RepairProject:
    """The project as it is now."""
    return RepairProject.objects.select_related("area", "organisation").get(pk=project.pk)

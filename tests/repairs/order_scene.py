"""A company with commodity houses in two buildings, in a city whose repairs are withdrawal orders."""

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

from tests.banking.town import AT, Town, make_town, new_house, person
from tests.repairs.scene import TODAY
from upkeep.banking.models import PaymentOrder
from upkeep.banking.orders import confirm_order
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.pages import BUILDINGS
from upkeep.casework.states import Move
from upkeep.estate.actions import NewOwner, bind_owners
from upkeep.estate.kinds import FacilityKind, HouseNature, IdKind
from upkeep.estate.models import Building, House
from upkeep.estate.serving import begin_service
from upkeep.parties.actions import add_jurisdiction, register_organisation
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.project_rule import ProjectRule
from upkeep.repairs import withdrawal_orders_draft as drafts
from upkeep.repairs import withdrawal_orders_vote as signing
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import project_of
from upkeep.voting.models import BallotChoice

TOTAL_FEN = 2_345_678
TITLE = "1号楼外墙渗漏维修"
BALANCE_FEN = 1_000_000
ACCOUNTS = ["6222020200011112222", "6222020200033334444"]


@dataclass
class OrderScene:
    """Who fills in, who decides, and the houses: four in each of two buildings, and a public one."""

    town: Town
    company: Organisation
    manager: Actor
    colleague: Actor
    rival: Actor
    clerk: Actor
    far_clerk: Actor
    reviewer: Actor
    approver: Actor
    buildings: list[Building]

    @property
    def area_id(self) -> int:
        return self.town.area.pk

    def houses_of(self, place: int) -> list[int]:
        """The commodity houses of a building."""
        found = House.objects.filter(building=self.buildings[place], nature=HouseNature.COMMODITY)
        return list(found.order_by("pk").values_list("pk", flat=True))

    @property
    def public_house(self) -> House:
        return House.objects.get(nature=HouseNature.SOLD_PUBLIC)


def make_order_scene(*, balance_fen: int = BALANCE_FEN) -> OrderScene:
    """Houses of unequal area, each with an owner and money."""
    new = [
        new_house(
            building=building, room=f"{floor}0{room}", floor=floor, area_dm2=8_900 + 700 * floor + 31 * room + extra
        )
        for building, extra in (("1幢", 0), ("2幢", 13))
        for floor in (1, 2)
        for room in (1, 2)
    ]
    new.append(new_house(building="2幢", room="301", floor=3, area_dm2=7_000, nature=HouseNature.SOLD_PUBLIC))
    town = make_town(houses=new)
    set_policy(
        kind=PolicyKind.PROJECT_RULE,
        jurisdiction_id=town.city.pk,
        value=ProjectRule(starters=("PROPERTY_COMPANY",), form="ORDER", vote="SIGNED_AFTER"),
        valid_from=dt.date(2020, 1, 1),
    )
    company, rival = (
        _company(town, name, place) for place, name in enumerate(("安家物业有限公司", "邻里物业有限公司"))
    )
    begin_service(area_id=town.area.pk, organisation_id=company.pk, since=dt.date(2025, 1, 1), basis="合同", at=AT)
    _settle(town, balance_fen)
    elsewhere = add_jurisdiction(code="510300", slug="yandu", name="盐都市", office_name="盐都市维修资金中心")

    def manager(username: str, organisation: Organisation) -> Actor:
        role = Role.PROPERTY_COMPANY
        return person(username=username, name="管经理", role=role, city=town.city, organisation=organisation)

    return OrderScene(
        town=town,
        company=company,
        manager=manager("m1", company),
        colleague=manager("m2", company),
        rival=manager("m3", rival),
        clerk=person(username="w1", name="小李", role=Role.WINDOW_CLERK, city=town.city),
        far_clerk=person(username="w2", name="远方", role=Role.WINDOW_CLERK, city=elsewhere),
        reviewer=person(username="r1", name="老刘", role=Role.FIRST_REVIEWER, city=town.city),
        approver=town.people["approver"],
        buildings=list(Building.objects.filter(area=town.area).order_by("name")),
    )


def _settle(town: Town, balance_fen: int) -> None:
    """An owner for every house, and money on those that are commodity housing."""
    bind_owners(
        jurisdiction_id=town.city.pk,
        owners=[
            NewOwner(
                house_id=house.pk,
                name=f"业主{place}",
                id_kind=IdKind.PASSPORT,
                id_number=f"E{place:08d}",
                phone=f"1380000000{place}",
            )
            for place, house in enumerate(town.houses)
        ],
        since=dt.date(2025, 10, 1),
    )
    sub_accounts.open_for(town.area.pk, [house.pk for house in town.houses])
    if balance_fen:
        postings.deposit_confirmed(
            area_id=town.area.pk,
            custody_id=town.custodies[FundKind.COMMODITY].pk,
            fund_kind=FundKind.COMMODITY,
            amounts={one.pk: balance_fen for one in town.houses if one.nature == HouseNature.COMMODITY},
            source="test:deposit",
            booked_on=TODAY,
        )


def _company(town: Town, name: str, place: int) -> Organisation:
    return register_organisation(
        jurisdiction_id=town.city.pk,
        kind=OrganisationKind.PROPERTY_COMPANY,
        name=name,
        code=f"wy{place}",
        contact_name="管经理",
        contact_phone="13600000000",
        at=AT,
    )


def typed(title: str = TITLE, **changes: Any) -> dict[str, Any]:
    """The order as it is typed into the form."""
    return {
        "title": title,
        "total": "23,456.78",
        "facility": "",
        "facility_kind": FacilityKind.ROOF.value,
        "facility_name": "屋面防水层",
        "contractor": "江城防水工程有限公司",
        "starts_on": "2026-11-25",
        "ends_on": "2026-12-25",
        "reason": "顶层住户反映屋面渗漏",
        "content": "重做屋面防水层 200 平方米",
        "note": "",
        "payee_1_name": "江城防水工程有限公司",
        "payee_1_bank": "农业银行江城支行",
        "payee_1_account": ACCOUNTS[0],
        "contact_name": "管经理",
        "contact_phone": "13800000000",
    } | changes


def draft(scene: OrderScene, *, by: Actor | None = None, **changes: Any) -> Case:
    """An order filled in: both buildings have saved houses, only the first is ticked; the totals are right."""
    who = by or scene.manager
    case = drafts.begin(area_id=scene.area_id, by=who, at=AT)
    for place, building in enumerate(scene.buildings):
        ids = scene.houses_of(place)
        drafts.save_houses(case.pk, building_id=building.pk, house_ids=ids, by=who, at=AT)
    said = typed(**changes) | {BUILDINGS: [scene.buildings[0].pk]}
    engine.save_draft(case.pk, said, by=who, at=AT)
    drafts.fill_in(case.pk, by=who, at=AT)
    drafts.compute_standard(case.pk, by=who, at=AT)
    return Case.objects.get(pk=case.pk)


def submitted(scene: OrderScene, *, by: Actor | None = None, **changes: Any) -> Case:
    """An order handed in."""
    case = draft(scene, by=by, **changes)
    return engine.move(case.pk, Move.SUBMIT, by=by or scene.manager, at=AT)


def picture() -> bytes:
    """A scanned page."""
    kept = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(kept, "PNG")
    return kept.getvalue()


def signed(scene: OrderScene, case: Case, choice: BallotChoice = BallotChoice.AGREE) -> None:
    """The signed list entered at the window, with its scan, and counted."""
    choices = dict.fromkeys(project_in(case).houses.values_list("house_id", flat=True), choice)
    signing.enter(case, choices, by=scene.clerk, at=AT)
    signing.keep_scan(case, name="签字表.png", content=picture(), by=scene.clerk, at=AT)
    signing.close(case, by=scene.clerk, at=AT)


def approved(scene: OrderScene, **changes: Any) -> Case:
    """An order through its whole chain."""
    case = submitted(scene, **changes)
    signed(scene, case)
    engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
    engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
    return engine.move(case.pk, Move.PASS, by=scene.approver, at=AT)


def project_in(case: Case) -> RepairProject:
    """The order's project as it is now."""
    found = project_of(case)
    assert found is not None
    return RepairProject.objects.select_related("area", "organisation").get(pk=found.pk)


def pay(order: PaymentOrder, scene: OrderScene, serial: str) -> None:
    """The custodian bank confirms a payment."""
    confirm_order(
        number=order.number, amount_fen=order.amount_fen, serial=serial, by=scene.town.people["teller"], at=AT
    )

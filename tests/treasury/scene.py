"""A town with garages, a flat of sold public housing, owners and co-owners, and money on the sub-accounts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.banking.town import AT, Town, make_town, new_house, person
from tests.circle.person import picture
from upkeep.banking.models import PaymentOrder
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.casework import engine, files, parts
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.estate import house_choice, owners
from upkeep.estate.actions import set_first_deposits_due
from upkeep.estate.division import name_of
from upkeep.estate.division_sheet import DividedHouses
from upkeep.estate.kinds import HouseNature, IdKind
from upkeep.estate.models import House
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.treasury import payout_batches
from upkeep.treasury.models import Payout
from upkeep.treasury.payout_batches import PayeeOf

TODAY = dt.date(2026, 11, 20)
SINCE = dt.date(2024, 1, 1)
WANG, LI = "王小明", "李建国"


@dataclass
class Scene:
    """A town, its reviewers, and its houses by room."""

    town: Town
    clerk: Actor
    reviewer: Actor
    houses: dict[str, House] = field(default_factory=dict)

    @property
    def developer(self) -> Actor:
        return self.town.people["developer"]

    def __getitem__(self, room: str) -> House:
        return House.objects.select_related("building").get(pk=self.houses[room].pk)

    def balance(self, house: House) -> int:
        return sub_accounts.balances([house.pk])[house.pk].balance_fen

    def live(self) -> dict[str, House]:
        """The houses on the building table now, by room."""
        return {house.room: house for house in self.town.houses}


def make_scene() -> Scene:
    """车库 G1–G4 and a shop in one building, four flats in another; G1 is owned by two, G4 has not paid."""
    new = [
        new_house(building="车库", unit="", floor=-1, room=room, area_dm2=area_dm2)
        for room, area_dm2 in (("G1", 100_00), ("G2", 33_33), ("G3", 66_67), ("G4", 20_00))
    ]
    new += [new_house(floor=floor, room=f"{floor}01", area_dm2=8_912 + floor) for floor in (1, 2, 3)]
    new.append(new_house(floor=5, room="501", area_dm2=6_000, nature=HouseNature.SOLD_PUBLIC))
    town = make_town(houses=new)
    scene = Scene(
        town,
        clerk=person(username="w1", name="小李", role=Role.WINDOW_CLERK, city=town.city),
        reviewer=person(username="r1", name="老刘", role=Role.FIRST_REVIEWER, city=town.city),
        houses={house.room: house for house in town.houses},
    )
    for room in ("G2", "G3", "101", "201", "501"):
        own(scene, room, {WANG: 1_000_000})
    own(scene, "G1", {WANG: 333_333, LI: 666_667})
    pay_in(scene, {"G1": 1_000_01, "G2": 333_35, "G3": 700_00, "101": 8_020_80, "201": 100, "301": 7_77}, source="t:c")
    pay_in(scene, {"501": 180_000}, fund=FundKind.PUBLIC, source="t:p")
    return scene


def own(scene: Scene, room: str, shares: dict[str, int], *, joint: bool = False) -> None:
    """Who owns a house that has no owner yet, in parts per million."""
    new = [
        NewOwnership(
            OwnerDetails(name=name, id_kind=IdKind.PASSPORT, id_number=f"E{ord(name[0]):08d}", phone=""), share_ppm
        )
        for name, share_ppm in shares.items()
    ]
    owners.bind(scene.houses[room].pk, new, since=SINCE, basis="购房", case_id=None, by=None, at=AT, joint=joint)


def pay_in(
    scene: Scene, amounts: dict[str, int], *, source: str, fund: FundKind = FundKind.COMMODITY, custody: int = 0
) -> None:
    """Money on sub-accounts and the first deposit set at it; fen by room."""
    by_id = {scene.houses[room].pk: fen for room, fen in amounts.items()}
    sub_accounts.open_for(scene.town.area.pk, list(by_id))
    postings.deposit_confirmed(
        area_id=scene.town.area.pk,
        custody_id=custody or scene.town.custodies[fund].pk,
        fund_kind=fund,
        amounts=by_id,
        source=source,
        booked_on=TODAY,
    )
    set_first_deposits_due(by_id)


def row(old: Sequence[House] | House, room: str, area_dm2: int, **changes: Any) -> dict[str, Any]:
    """A row of the workbook 拆分后的房屋."""
    olds = [old] if isinstance(old, House) else old
    usual = {
        "old": "、".join(name_of(house) for house in olds),
        "unit": None,
        "floor": -1,
        "room": room,
        "use": "车库",
        "area_dm2": area_dm2,
        "inner_area_dm2": None,
        "address": f"江阳区江南路 1 号车库{room}",
        "note": None,
    }
    return usual | changes


def thirds(scene: Scene) -> list[dict[str, Any]]:
    """G1, 100 m², into three that do not divide it evenly."""
    old = scene["G1"]
    return [row(old, "G1-1", 33_33), row(old, "G1-2", 33_33), row(old, "G1-3", 33_34)]


def drafted(scene: Scene, rooms: Sequence[str], rows: Sequence[dict[str, Any]], **data: Any) -> Case:
    """房屋拆分合并 filled in: houses chosen, workbook imported, the paper uploaded."""
    given = {"area": str(scene.town.area.pk), "reason": "车库改造为独立车位", "area_note": ""} | data
    by = scene.developer
    case = engine.start(register["house_split_merge"], by=by, at=AT, data=given)
    house_choice.choose(case.pk, house_ids=[scene.houses[room].pk for room in rooms], by=by, at=AT)
    reading = parts.import_rows(case.pk, part="new_houses", content=DividedHouses().export(rows), by=by, at=AT)
    assert reading.faults == [], reading.faults
    attach(scene, case)
    return Case.objects.get(pk=case.pk)


def attach(scene: Scene, case: Case) -> None:
    content = picture().getvalue()
    files.attach(case.pk, paper="confirmation", name="确认书.png", content=content, by=scene.developer, at=AT)


def submitted(scene: Scene, rooms: Sequence[str], rows: Sequence[dict[str, Any]], **data: Any) -> Case:
    return engine.move(drafted(scene, rooms, rows, **data).pk, Move.SUBMIT, by=scene.developer, at=AT)


def approve(scene: Scene, case: Case) -> Case:
    """Window, then review."""
    engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
    return engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)


def cancellation(scene: Scene, building: str, **data: Any) -> Case:
    """房屋注销 of a building, handed in."""
    pk = House.objects.filter(building__name=building).values_list("building_id", flat=True)[0]
    given = {"area": str(scene.town.area.pk), "reason": "征收拆除，江府征〔2026〕3 号", "buildings": [str(pk)]} | data
    case = engine.start(register["house_cancellation"], by=scene.developer, at=AT, data=given)
    return engine.move(case.pk, Move.SUBMIT, by=scene.developer, at=AT)


def payee_of(payout: Payout, *, name: str = "", basis: str = "", account: str = "6217000012345678") -> PayeeOf:
    """The account of a payout, by default its owner's."""
    return PayeeOf(
        payout_id=payout.pk,
        payee_name=name or (payout.owner.name if payout.owner else ""),
        payee_bank="建设银行江城支行",
        payee_account=account,
        basis=basis,
    )


def order_payout(scene: Scene, payout: Payout, *, name: str = "", basis: str = "") -> PaymentOrder:
    """Entered by the accountant, checked and ordered by the approver."""
    people = scene.town.people
    batch = payout_batches.prepare([payee_of(payout, name=name, basis=basis)], by=people["accountant"], at=AT)
    (order,) = payout_batches.issue(batch.pk, by=people["approver"], at=AT)
    return order

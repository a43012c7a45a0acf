"""A small city for money tests: two banks, a developer, an area with houses of both funds, and the people who act."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from upkeep.banking.actions import confirm_slip, open_custody
from upkeep.banking.models import CustodyAccount, PaySlip, ReceiptMode
from upkeep.books.chart import FundKind
from upkeep.deposits.actions import issue_deposit_slips, open_receipt_book
from upkeep.estate.actions import NewHouse, add_houses, create_area
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse
from upkeep.estate.models import Area, House
from upkeep.estate.queries import houses_of_area
from upkeep.parties.actions import add_jurisdiction, open_account, register_organisation
from upkeep.parties.actor import Actor
from upkeep.parties.models import Jurisdiction, Organisation, OrganisationKind
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.deposit_standard import DepositStandard, StandardRow
from upkeep.policy.models import PolicyKind

AT = dt.datetime(2026, 11, 20, 2, 30, tzinfo=dt.UTC)  # 10:30 in Shanghai
NO_LIFT_FEN, LIFT_FEN = 5_000, 9_000


@dataclass
class Town:
    """Everything a money test needs, made through the actions."""

    city: Jurisdiction
    district: Jurisdiction
    banks: list[Organisation]
    custodies: dict[FundKind, CustodyAccount]
    developer: Organisation
    area: Area
    people: dict[str, Actor] = field(default_factory=dict)

    @property
    def houses(self) -> list[House]:
        return houses_of_area(self.area.pk)


def person(
    *, username: str, name: str, role: Role, city: Jurisdiction, organisation: Organisation | None = None
) -> Actor:
    """Open an account and answer with its actor."""
    user = open_account(
        username=username,
        name=name,
        roles=[role],
        jurisdiction_id=city.pk,
        organisation_id=organisation.pk if organisation else None,
        phone="13800000000",
        password="Correct-Horse-9",
        at=AT,
    )
    return actor_of(user)


def bank(city: Jurisdiction, name: str, code: str) -> Organisation:
    """A custodian bank."""
    return register_organisation(
        jurisdiction_id=city.pk,
        kind=OrganisationKind.BANK,
        name=name,
        code=code,
        contact_name="赵主任",
        contact_phone="08303100000",
        at=AT,
    )


def new_house(
    *,
    building: str = "1栋",
    unit: str = "1单元",
    floor: int = 1,
    room: str,
    area_dm2: int = 9837,
    has_lift: bool = True,
    nature: HouseNature = HouseNature.COMMODITY,
) -> NewHouse:
    """A dwelling as it is entered."""
    return NewHouse(
        building=building,
        building_kind=BuildingKind.HIGH_RISE if has_lift else BuildingKind.LOW_RISE,
        has_lift=has_lift,
        structure=None,
        built_in="202509",
        unit=unit,
        floor=floor,
        room=room,
        use=HouseUse.RESIDENTIAL,
        nature=nature,
        area_dm2=area_dm2,
        inner_area_dm2=None,
        address=f"江阳区江南路 1 号{building}{unit}{room}",
    )


def add_area(*, town_district: Jurisdiction, developer: Organisation, name: str, houses: Sequence[NewHouse]) -> Area:
    """An area with its houses."""
    area = create_area(
        jurisdiction_id=town_district.pk,
        name=name,
        address="江阳区江南路 1 号",
        developer_id=developer.pk,
        floor_area_dm2=sum(house.area_dm2 for house in houses),
        at=AT,
    )
    add_houses(area_id=area.pk, houses=houses)
    return area


def standard() -> DepositStandard:
    """多层无电梯 50, 有电梯 90 yuan a square metre; sold public housing 2 % of 1,500 yuan."""
    return DepositStandard(
        rows=(
            StandardRow(
                label="已售公有住房", natures=(HouseNature.SOLD_PUBLIC,), price_fen_per_m2=150_000, basis_points=200
            ),
            StandardRow(label="无电梯", has_lift=False, fen_per_m2=NO_LIFT_FEN),
            StandardRow(label="有电梯", has_lift=True, fen_per_m2=LIFT_FEN),
        )
    )


def make_town(*, houses: Sequence[NewHouse] | None = None, receipts: int = 100_000) -> Town:
    """江城市 with 江阳区; 建设银行 keeps the commodity fund, 工商银行 that of sold public housing."""
    city = add_jurisdiction(code="510500", slug="jiangcheng", name="江城市", office_name="江城市维修资金管理中心")
    district = add_jurisdiction(
        code="510502", slug="jiangyang", name="江阳区", office_name="江阳区分中心", parent=city
    )
    banks = [bank(city, "建设银行江城分行", "CCB"), bank(city, "工商银行江城分行", "ICBC")]
    custodies = {
        kind: open_custody(
            jurisdiction_id=city.pk,
            bank_id=one.pk,
            fund_kind=kind,
            number=f"6217000{number}",
            name=f"江城市住宅专项维修资金{kind.label}专户",
            opening_bank=f"{one.name}营业部",
        )
        for number, (kind, one) in enumerate(zip((FundKind.COMMODITY, FundKind.PUBLIC), banks, strict=True), start=1)
    }
    developer = register_organisation(
        jurisdiction_id=city.pk,
        kind=OrganisationKind.DEVELOPER,
        name="江南置业有限公司",
        code="91350100M000100Y43",
        social_credit_code="91350100M000100Y43",
        contact_name="孙经理",
        contact_phone="13900000001",
        at=AT,
    )
    default = [new_house(room=f"{floor}0{room}", floor=floor) for floor in (1, 2, 3) for room in (1, 2)]
    area = add_area(
        town_district=district, developer=developer, name="江南名邸", houses=default if houses is None else houses
    )
    set_policy(
        kind=PolicyKind.DEPOSIT_STANDARD,
        jurisdiction_id=city.pk,
        value=standard(),
        valid_from=dt.date(2020, 1, 1),
        basis="江城市住宅专项维修资金交存标准",
    )
    if receipts:
        open_receipt_book(jurisdiction_id=city.pk, code="川维修", first=1, last=receipts, at=AT)
    people = {
        "developer": person(username="dev", name="孙经理", role=Role.DEVELOPER, city=city, organisation=developer),
        "teller": person(username="t1", name="钱柜员", role=Role.TELLER, city=city, organisation=banks[0]),
        "teller2": person(username="t2", name="周柜员", role=Role.TELLER, city=city, organisation=banks[0]),
        "supervisor": person(
            username="s1", name="冯复核", role=Role.TELLER_SUPERVISOR, city=city, organisation=banks[0]
        ),
        "other_teller": person(username="t3", name="吴柜员", role=Role.TELLER, city=city, organisation=banks[1]),
        "accountant": person(username="a1", name="郑会计", role=Role.ACCOUNTANT, city=city),
        "approver": person(username="a2", name="王主任", role=Role.APPROVER, city=city),
    }
    return Town(city, district, banks, custodies, developer, area, people)


def issue(
    town: Town,
    *,
    mode: ReceiptMode = ReceiptMode.WHOLE,
    count: int | None = None,
    houses: Sequence[House] | None = None,
) -> PaySlip:
    """One slip of the developer for the given houses, or for the first `count`."""
    (slip,) = issue_deposit_slips(
        area=town.area,
        houses=town.houses[:count] if houses is None else houses,
        payer_name=town.developer.name,
        payer_phone="13900000001",
        payer_organisation_id=town.developer.pk,
        receipt_mode=mode,
        by=town.people["developer"],
        at=AT,
    )
    return slip


def confirm(
    town: Town, slip: PaySlip, *, serial: str = "S1", who: str = "teller", amount_fen: int | None = None
) -> PaySlip:
    """A teller confirms, by default the right amount."""
    return confirm_slip(
        number=slip.number,
        amount_fen=slip.total_fen if amount_fen is None else amount_fen,
        serial=serial,
        by=town.people[who],
        at=AT,
    )

"""The city of the demo: districts, office, policies, banks, organisations, accounts."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings

from upkeep.banking.custody import open_custody
from upkeep.books.chart import FundKind
from upkeep.demo.people import credit_code
from upkeep.deposits.receipt_books import open_receipt_book
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse
from upkeep.parties.actions import add_jurisdiction, open_account, register_organisation
from upkeep.parties.actor import Actor
from upkeep.parties.models import Jurisdiction, Office, Organisation, OrganisationKind, User
from upkeep.parties.places import add_office
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.deposit_standard import DepositStandard, StandardRow
from upkeep.policy.models import PolicyKind
from upkeep.policy.pay_slip_rule import PaySlipRule

#: The password of every demo account; a real installation has no account that it did not make itself.
PASSWORD: str = settings.DEMO_PASSWORD

#: One of each role in the city's own office, and a clerk of the first district, who sees that district only.
_STAFF = (
    ("demo-clerk", "李窗", (Role.WINDOW_CLERK,)),
    ("demo-reviewer", "王审", (Role.FIRST_REVIEWER,)),
    ("demo-second-reviewer", "冯复", (Role.SECOND_REVIEWER,)),
    ("demo-approver", "赵批", (Role.APPROVER,)),
    ("demo-accountant", "钱会", (Role.ACCOUNTANT,)),
    ("demo-cashier", "郑纳", (Role.CASHIER,)),
    ("demo-editor", "褚编", (Role.EDITOR,)),
    ("demo-auditor", "孙计", (Role.AUDITOR,)),
    ("demo-system-admin", "卫统", (Role.SYSTEM_ADMIN,)),
    ("demo-security-admin", "蒋安", (Role.SECURITY_ADMIN,)),
    ("demo-audit-admin", "沈查", (Role.AUDIT_ADMIN,)),
)
_DISTRICT_STAFF = (("demo-district-clerk", "韩区", (Role.WINDOW_CLERK,)),)
_DEVELOPERS = ("江南置地开发有限公司", "滨江建设开发有限公司", "翠屏房地产开发有限公司")
_COMPANIES = ("佳和物业服务有限公司", "安居物业服务有限公司", "长江物业服务有限公司")
_SELLERS = ("江城市公有住房管理处",)
_BANKS = (("江城银行", "江城银行滨江支行"), ("川南银行", "川南银行大山坪支行"))


@dataclass
class City:
    """The demo city and its cast, for the other parts of the demo."""

    jurisdiction: Jurisdiction
    districts: list[Jurisdiction]
    developers: list[Organisation] = field(default_factory=list)
    companies: list[Organisation] = field(default_factory=list)
    sellers: list[Organisation] = field(default_factory=list)
    committees: list[Organisation] = field(default_factory=list)
    banks: list[Organisation] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        """The account as an actor."""
        return actor_of(self.users[username])


def found_city(*, at: dt.datetime, password_hash: str) -> City:
    """Found the city with everything that business needs, in force since long ago."""
    jurisdiction = add_jurisdiction(
        code="510500",
        slug="jiangcheng",
        name="江城市",
        office_name="江城市住宅专项维修资金管理中心",
        phone="0830-3100000",
        address="江阳区大山坪路 18 号政务服务中心二楼 12 号窗口",
    )
    districts = [
        add_jurisdiction(
            code=code,
            slug=slug,
            name=name,
            office_name=f"{name}管理部",
            parent=jurisdiction,
            phone="0830-3100000",
            address=f"{name}政务服务中心一楼 3 号窗口",
        )
        for code, slug, name in (
            ("510502", "jiangyang", "江阳区"),
            ("510503", "naxi", "纳溪区"),
            ("510504", "longmatan", "龙马潭区"),
        )
    ]
    city = City(jurisdiction, districts)
    _set_policies(jurisdiction.pk, since=dt.date(2008, 2, 1))
    _open_banks(city, at=at, password_hash=password_hash)
    _register(city, at=at, password_hash=password_hash)
    _hire(city, jurisdiction, _STAFF, at=at, password_hash=password_hash)
    _hire(city, districts[0], _DISTRICT_STAFF, at=at, password_hash=password_hash)
    for district in districts[1:]:
        _open_office(district, at=at)
    open_receipt_book(jurisdiction_id=jurisdiction.pk, code="51050026", first=1, last=200_000, at=at)
    return city


def _open_office(place: Jurisdiction, *, at: dt.datetime) -> Office:
    values = {
        "name": place.office_name,
        "address": place.office_address,
        "phone": place.office_phone,
        "hours": "周一至周五 9:00—12:00，13:30—17:00",
    }
    return add_office(jurisdiction=place, values=values, by=None, at=at)


def _hire(
    city: City,
    place: Jurisdiction,
    staff: Iterable[tuple[str, str, tuple[Role, ...]]],
    *,
    at: dt.datetime,
    password_hash: str,
) -> None:
    """The staff of a new office."""
    office = _open_office(place, at=at)
    for username, name, roles in staff:
        city.users[username] = open_account(
            username=username,
            name=name,
            roles=roles,
            jurisdiction_id=place.pk,
            office_id=office.pk,
            password_hash=password_hash,
            phone="0830-3100000",
            at=at,
        )


def _set_policies(city_id: int, *, since: dt.date) -> None:
    public = (HouseNature.SOLD_PUBLIC,)
    standard = DepositStandard(
        rows=(
            StandardRow(label="已售公有住房业主", natures=public, price_fen_per_m2=90_000, basis_points=200),
            StandardRow(label="车库、储藏室", uses=(HouseUse.GARAGE, HouseUse.STORAGE), fen_per_m2=30_00),
            StandardRow(label="商业、办公", uses=(HouseUse.COMMERCIAL, HouseUse.OFFICE), fen_per_m2=60_00),
            StandardRow(
                label="高层（有电梯）",
                building_kinds=(BuildingKind.HIGH_RISE, BuildingKind.SUPER_HIGH_RISE, BuildingKind.MID_RISE),
                has_lift=True,
                fen_per_m2=90_00,
            ),
            StandardRow(label="多层（有电梯）", has_lift=True, fen_per_m2=55_00),
            StandardRow(label="多层（无电梯）", has_lift=False, fen_per_m2=50_00),
        )
    )
    set_policy(
        kind=PolicyKind.DEPOSIT_STANDARD,
        jurisdiction_id=city_id,
        value=standard,
        valid_from=since,
        basis="165号令 第七条；江城市首期交存标准公告",
    )
    set_policy(
        kind=PolicyKind.PAY_SLIP_RULE, jurisdiction_id=city_id, value=PaySlipRule(valid_days=30), valid_from=since
    )


def _open_banks(city: City, *, at: dt.datetime, password_hash: str) -> None:
    kinds = (FundKind.COMMODITY, FundKind.PUBLIC)
    for place, (name, branch) in enumerate(_BANKS):
        bank = register_organisation(
            jurisdiction_id=city.jurisdiction.pk,
            kind=OrganisationKind.BANK,
            name=name,
            code=credit_code(900 + place),
            social_credit_code=credit_code(900 + place),
            contact_name="周行",
            contact_phone="0830-3200000",
            at=at,
        )
        city.banks.append(bank)
        open_custody(
            jurisdiction_id=city.jurisdiction.pk,
            bank_id=bank.pk,
            fund_kind=kinds[place],
            number=f"62220000{place + 1:04d}8888{place + 1:03d}",
            name=f"{city.jurisdiction.office_name}（{kinds[place].label}专户）",
            opening_bank=branch,
        )
        for suffix, person, roles in (
            ("", "周柜", [Role.TELLER]),
            ("-supervisor", "吴核", [Role.TELLER_SUPERVISOR, Role.ORG_ADMIN]),
        ):
            username = f"demo-teller{place + 1}{suffix}"
            city.users[username] = open_account(
                username=username,
                name=f"{person}{'甲乙'[place]}",
                roles=roles,
                jurisdiction_id=city.jurisdiction.pk,
                organisation_id=bank.pk,
                password_hash=password_hash,
                at=at,
            )


def _register(city: City, *, at: dt.datetime, password_hash: str) -> None:
    kinds = (
        (OrganisationKind.DEVELOPER, _DEVELOPERS, city.developers, Role.DEVELOPER, "demo-developer", "陈立"),
        (OrganisationKind.PROPERTY_COMPANY, _COMPANIES, city.companies, Role.PROPERTY_COMPANY, "demo-company", "刘管"),
        (OrganisationKind.SELLING_UNIT, _SELLERS, city.sellers, Role.SELLING_UNIT, "demo-selling-unit", "杨售"),
    )
    for number, (kind, names, found, role, username, person) in enumerate(kinds):
        for place, name in enumerate(names, start=1):
            code = credit_code(number * 100 + place)
            organisation = register_organisation(
                jurisdiction_id=city.jurisdiction.pk,
                kind=kind,
                name=name,
                code=code,
                social_credit_code=code,
                legal_representative="林法",
                address=f"江阳区江城大道 {place * 10} 号",
                contact_name=f"{person}{'甲乙丙'[place - 1]}",
                contact_phone=f"1380830{number}{place:03d}",
                at=at,
            )
            found.append(organisation)
            login = username if place == 1 else f"{username.replace('demo', 'more')}{place}"
            city.users[login] = open_account(
                username=login,
                name=organisation.contact_name,
                phone=organisation.contact_phone,
                roles=[role, Role.ORG_ADMIN],
                jurisdiction_id=city.jurisdiction.pk,
                organisation_id=organisation.pk,
                password_hash=password_hash,
                at=at,
            )


def found_committee(city: City, *, area_name: str, at: dt.datetime, password_hash: str) -> Organisation:
    """An owners' committee with its account; the first is the one of the login page."""
    place = len(city.committees) + 1
    committee = register_organisation(
        jurisdiction_id=city.jurisdiction.pk,
        kind=OrganisationKind.OWNERS_COMMITTEE,
        name=f"{area_name}业主委员会",
        code=f"YWH{place:04d}",
        legal_representative="何主",
        address=f"{area_name}物业服务中心二楼",
        contact_name=f"何委{place}",
        contact_phone=f"1390830{place:04d}",
        at=at,
    )
    city.committees.append(committee)
    username = "demo-committee" if place == 1 else f"more-committee{place}"
    city.users[username] = open_account(
        username=username,
        name=committee.contact_name,
        phone=committee.contact_phone,
        roles=[Role.OWNERS_COMMITTEE, Role.ORG_ADMIN],
        jurisdiction_id=city.jurisdiction.pk,
        organisation_id=committee.pk,
        password_hash=password_hash,
        at=at,
    )
    return committee

"""A small invented city for each preset, beside the demo's own: one account per role, two areas, paid in part."""

import datetime as dt
import random
from dataclasses import dataclass

from upkeep.banking.custody import open_custody
from upkeep.books.chart import FundKind
from upkeep.casework import engine
from upkeep.casework.pages import AREAS
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo import fill
from upkeep.demo.areas import Plan
from upkeep.demo.city import City
from upkeep.demo.orders import run_orders
from upkeep.demo.people import credit_code, invent
from upkeep.demo.self_service import describe_house
from upkeep.deposits.receipt_books import open_receipt_book
from upkeep.estate.kinds import BuildingKind, HouseNature
from upkeep.estate.models import Area
from upkeep.identity import enrolment
from upkeep.identity.models import DocumentKind
from upkeep.identity.registering import kinds_by_way
from upkeep.parties.actions import ROLE_OF_KIND, add_jurisdiction, open_account, register_organisation
from upkeep.parties.models import Jurisdiction, Organisation, OrganisationKind
from upkeep.parties.roles import ORGANISATION, Role
from upkeep.policy.actions import as_json
from upkeep.policy.changes import found
from upkeep.policy.deposit_standard import DepositStandard, StandardRow
from upkeep.policy.models import PolicyKind
from upkeep.policy.presets.applying import apply_preset
from upkeep.policy.public_query_rule import public_query_rule

SINCE = dt.date(2008, 2, 1)

_STAFF = (
    ("clerk", "窗", Role.WINDOW_CLERK),
    ("reviewer", "审", Role.FIRST_REVIEWER),
    ("approver", "批", Role.APPROVER),
    ("accountant", "会", Role.ACCOUNTANT),
    ("editor", "编", Role.EDITOR),
    ("auditor", "计", Role.AUDITOR),
    ("system-admin", "统", Role.SYSTEM_ADMIN),
    ("security-admin", "安", Role.SECURITY_ADMIN),
    ("audit-admin", "查", Role.AUDIT_ADMIN),
)


@dataclass(frozen=True)
class PresetCity:
    """One of the invented cities. `number` keeps its codes apart from the others'; `family` names its staff."""

    preset: str
    number: int
    slug: str
    name: str
    office_name: str
    districts: tuple[str, str]
    areas: tuple[str, str]
    family: str
    standard: tuple[tuple[str, bool, int], ...]

    @property
    def code(self) -> str:
        return f"{80 + self.number}0000"

    @property
    def short(self) -> str:
        return self.name.removesuffix("市")


def _per_m2(with_lift: int, without: int) -> tuple[tuple[str, bool, int], ...]:
    return (("有电梯", True, with_lift * 100), ("无电梯", False, without * 100))


PRESET_CITIES = (
    PresetCity(
        "gansu",
        1,
        "longyuan",
        "陇原市",
        "陇原市房管局",
        ("白塔区", "河西区"),
        ("黄河嘉园", "兰馨苑"),
        "马",
        _per_m2(70, 40),
    ),
    PresetCity(
        "luzhou",
        2,
        "lujiang",
        "泸江市",
        "泸江市住宅专项维修资金管理中心",
        ("酒城区", "方山区"),
        ("蜀南雅居", "方山庭院"),
        "蜀",
        _per_m2(90, 50),
    ),
    PresetCity(
        "platform",
        3,
        "yuntai",
        "云台市",
        "云台市物业专项维修资金管理处",
        ("青屏区", "海州湾区"),
        ("云台新村", "观海阁"),
        "云",
        _per_m2(80, 45),
    ),
    PresetCity(
        "beijing",
        4,
        "yanning",
        "燕宁市",
        "燕宁市住房资金管理中心",
        ("城东管理区", "城西管理区"),
        ("银杏里", "玉泉家园"),
        "燕",
        _per_m2(200, 100),
    ),
    PresetCity(
        "jiangmen",
        5,
        "tangjiang",
        "棠江市",
        "棠江市物业维修资金管理中心",
        ("蓬溪区", "银洲区"),
        ("侨乡花园", "葵城苑"),
        "棠",
        _per_m2(85, 55),
    ),
)


def city_plan(preset: str) -> PresetCity:
    """The city of a preset."""
    return next(one for one in PRESET_CITIES if one.preset == preset)


def found_preset_city(plan: PresetCity, *, today: dt.date, password_hash: str) -> City:
    """Found the city and open its accounts, named demo-<preset>-<role>; its houses come with `fill_preset_city`.

    `City.users` knows them by the names of the default city, so that the other parts of the demo find them.
    """
    at = fill.moment(today - dt.timedelta(days=1500))
    city = _found(plan)
    apply_preset(code=plan.preset, jurisdiction_id=city.jurisdiction.pk, valid_from=SINCE, by=None, at=at)
    _set_standard(plan, city_id=city.jurisdiction.pk, at=at)
    for suffix, given, role in _STAFF:
        _open(city, plan, suffix, f"{plan.family}{given}", role, at=at, password_hash=password_hash)
    for place, fund_kind in enumerate((FundKind.COMMODITY, FundKind.PUBLIC), start=1):
        bank = _organisation(city, plan, OrganisationKind.BANK, f"{plan.short}银行{'一二'[place - 1]}部", place, at=at)
        city.banks.append(bank)
        open_custody(
            jurisdiction_id=city.jurisdiction.pk,
            bank_id=bank.pk,
            fund_kind=fund_kind,
            number=f"6222{plan.number}000{place:04d}8888{place:03d}",
            name=f"{plan.office_name}（{fund_kind.label}专户）",
            opening_bank=f"{bank.name}营业室",
        )
        _open(
            city,
            plan,
            f"teller{place}",
            f"{plan.family}柜{place}",
            Role.TELLER,
            bank,
            at=at,
            password_hash=password_hash,
        )
    for kind, title, suffix, found_ones in (
        (OrganisationKind.DEVELOPER, "置业开发有限公司", "developer", city.developers),
        (OrganisationKind.PROPERTY_COMPANY, "物业服务有限公司", "company", city.companies),
    ):
        one = _organisation(city, plan, kind, f"{plan.short}{title}", 1, at=at)
        found_ones.append(one)
        _open(city, plan, suffix, one.contact_name, ROLE_OF_KIND[kind], one, at=at, password_hash=password_hash)
    if kinds_by_way(jurisdiction_id=city.jurisdiction.pk, on=today, is_unverified_first=True):
        _enrol(city, plan, at=fill.moment(today - dt.timedelta(days=1)), password_hash=password_hash)
    open_receipt_book(jurisdiction_id=city.jurisdiction.pk, code=f"{plan.code}26", first=1, last=50_000, at=at)
    return city


def fill_preset_city(city: City, plan: PresetCity, *, today: dt.date, password_hash: str) -> int:
    """Two small areas, the first with an owners' committee; most houses of it have paid. Answers with the houses."""
    chance, houses = random.Random(plan.number), 0
    plans = (
        Plan(plan.areas[0], 0, 2, 9, 3, 1, BuildingKind.MID_RISE, "201905", 0.9),
        Plan(plan.areas[1], 1, 2, 5, 2, 2, BuildingKind.LOW_RISE, "200108", 1.0, nature=HouseNature.SOLD_PUBLIC),
    )
    for place, one in enumerate(plans):
        day = today - dt.timedelta(days=900 - place * 300)
        at = fill.moment(day)
        committee = None
        if place == 0:
            kind = OrganisationKind.OWNERS_COMMITTEE
            committee = _organisation(city, plan, kind, f"{one.name}业主委员会", 1, at=at)
            city.committees.append(committee)
            name, role = committee.contact_name, ROLE_OF_KIND[kind]
            _open(city, plan, "committee", name, role, committee, at=at, password_hash=password_hash)
        filled = fill.fill_area(city, one, place=place, committee=committee, on=day, chance=chance)
        serial = f"{plan.preset.upper()}{place}"
        fill.pay_deposits(city, filled, on=day + dt.timedelta(days=20), serial=serial)
        houses += len(filled.houses)
        if place == 0:
            run_orders(city, filled, today=today)
        if place == 0 and _takes_houses_at_once(city, on=today):
            bought = fill.moment(today - dt.timedelta(days=1), 15, 30)
            describe_house(city, filled.area, building="3幢", room="502", at=bought, chance=random.Random(502))
    _ask_to_serve(city, plan, at=fill.moment(today - dt.timedelta(days=2)), password_hash=password_hash)
    return houses


def _takes_houses_at_once(city: City, *, on: dt.date) -> bool:
    """Whether an unregistered house gets its slip without a review (manual 002)."""
    rule = public_query_rule(jurisdiction_id=city.jurisdiction.pk, on=on)
    return rule.unregistered_house == "PROVISIONAL"


def _ask_to_serve(city: City, plan: PresetCity, *, at: dt.datetime, password_hash: str) -> None:
    """Where companies move in (入驻), one more of them has asked to serve the second area and waits for an answer."""
    if not register["move_in"].is_open(jurisdiction_id=city.jurisdiction.pk, on=at.date()):
        return
    company = _organisation(city, plan, OrganisationKind.PROPERTY_COMPANY, f"{plan.short}安居物业有限公司", 2, at=at)
    _open(city, plan, "company2", "安居", Role.PROPERTY_COMPANY, company, at=at, password_hash=password_hash)
    area, by = Area.objects.get(name=plan.areas[1], developer=city.developers[0]), city.actor("demo-company2")
    said = {AREAS: [area.pk], "reason": "业主大会已选聘本公司，物业服务合同附后，自下月起服务"}
    case = engine.start(register["move_in"], by=by, at=at, data=said)
    contact = {"contact_name": company.contact_name, "contact_phone": company.contact_phone}
    engine.save_draft(case.pk, contact, by=by, at=at)
    engine.move(case.pk, Move.SUBMIT, by=by, at=at)


def _found(plan: PresetCity) -> City:
    def add(name: str, suffix: int, parent: Jurisdiction | None = None) -> Jurisdiction:
        return add_jurisdiction(
            code=f"{plan.code[:4]}{suffix:02d}",
            slug=plan.slug if parent is None else f"{plan.slug}-{suffix}",
            name=name,
            office_name=plan.office_name if parent is None else f"{plan.short}{name}管理部",
            parent=parent,
            phone=f"0{800 + plan.number}-3100000",
            address=f"{plan.districts[0]}政务服务中心一楼维修资金窗口",
        )

    jurisdiction = add(plan.name, 0)
    return City(jurisdiction, [add(name, place, jurisdiction) for place, name in enumerate(plan.districts, start=1)])


def _set_standard(plan: PresetCity, *, city_id: int, at: dt.datetime) -> None:
    public = StandardRow(
        label="已售公有住房业主", natures=(HouseNature.SOLD_PUBLIC,), price_fen_per_m2=80_000, basis_points=200
    )
    rows = (public, *(StandardRow(label=label, has_lift=lift, fen_per_m2=fen) for label, lift, fen in plan.standard))
    found(
        kind=PolicyKind.DEPOSIT_STANDARD,
        jurisdiction_id=city_id,
        scope="",
        value=as_json(DepositStandard(rows=rows)),
        since=SINCE,
        basis=f"165号令 第七条；{plan.name}首期交存标准公告",
        at=at,
    )


def _enrol(city: City, plan: PresetCity, *, at: dt.datetime, password_hash: str) -> None:
    """Somebody who has proved his phone and has not applied for his organisation yet."""
    organisation = f"{plan.short}新苑物业服务有限公司"
    waiting = enrolment.enrol(
        jurisdiction_id=city.jurisdiction.pk,
        username=f"demo-{plan.preset}-newcomer",
        password_hash=password_hash,
        name=f"{plan.family}新",
        document_kind=DocumentKind.ID_CARD,
        document_number=invent(random.Random(plan.number)).id_number,
        organisation_name=organisation,
        social_credit_code=credit_code(plan.number * 10_000 + 999),
        phone=f"136{plan.number:08d}",
        email="",
        at=at,
    )
    user = enrolment.activate_by_code(waiting.pk, at=at).user
    assert user is not None
    city.users["demo-newcomer"] = user


def _organisation(
    city: City, plan: PresetCity, kind: OrganisationKind, name: str, place: int, *, at: dt.datetime
) -> Organisation:
    serial = plan.number * 10_000 + list(OrganisationKind).index(kind) * 100 + place
    has_credit_code = kind != OrganisationKind.OWNERS_COMMITTEE
    return register_organisation(
        jurisdiction_id=city.jurisdiction.pk,
        kind=kind,
        name=name,
        code=credit_code(serial) if has_credit_code else f"YWH{plan.slug.upper()}",
        social_credit_code=credit_code(serial) if has_credit_code else "",
        legal_representative=f"{plan.family}法",
        address=f"{plan.districts[0]}人民路 {place * 8} 号",
        contact_name=f"{plan.family}{_GIVEN[kind]}{place if kind == OrganisationKind.BANK else ''}",
        contact_phone=f"137{serial:08d}",
        at=at,
    )


_GIVEN = {
    OrganisationKind.DEVELOPER: "立",
    OrganisationKind.PROPERTY_COMPANY: "管",
    OrganisationKind.OWNERS_COMMITTEE: "委",
    OrganisationKind.BANK: "行",
}


def _open(
    city: City,
    plan: PresetCity,
    suffix: str,
    name: str,
    role: Role,
    organisation: Organisation | None = None,
    *,
    at: dt.datetime,
    password_hash: str,
) -> None:
    city.users[f"demo-{suffix}"] = open_account(
        username=f"demo-{plan.preset}-{suffix}",
        name=name,
        roles=[role, Role.ORG_ADMIN] if organisation and role in ORGANISATION else [role],
        jurisdiction_id=city.jurisdiction.pk,
        organisation_id=organisation.pk if organisation else None,
        phone=organisation.contact_phone if organisation else "",
        password_hash=password_hash,
        at=at,
    )

"""Business forms in every state: registrations and area collections that wait, were returned, rejected, withdrawn."""

import datetime as dt
import random
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from upkeep.casework import engine, files
from upkeep.casework.models import Case
from upkeep.casework.parts import put_rows
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.areas import Plan, houses_of
from upkeep.demo.city import City
from upkeep.demo.fill import moment
from upkeep.demo.papers import picture_of
from upkeep.demo.people import credit_code
from upkeep.estate.actions import NewHouse
from upkeep.estate.kinds import BuildingKind
from upkeep.parties.actor import ANONYMOUS, Actor

_CLERK, _REVIEWER = "demo-clerk", "demo-reviewer"


@dataclass(frozen=True)
class Way:
    """What became of one area collection: who moved it how, with what words."""

    name: str
    days_ago: int
    moves: tuple[tuple[str, Move, str], ...]


_WAYS = (
    Way("云水谣", 0, ()),
    Way("梧桐里", 1, (("", Move.SUBMIT, ""),)),
    Way("星河湾", 6, (("", Move.SUBMIT, ""),)),
    Way("桂花苑", 3, (("", Move.SUBMIT, ""), (_CLERK, Move.ACCEPT, "材料齐全"))),
    Way(
        "清溪雅居",
        5,
        (
            ("", Move.SUBMIT, ""),
            (_CLERK, Move.ACCEPT, ""),
            (_REVIEWER, Move.RETURN, "规划许可证上的总建筑面积与填报不一致，请核对后补正"),
        ),
    ),
    Way("旧城西片", 20, (("", Move.SUBMIT, ""), (_CLERK, Move.REJECT, "该片区已列入征收范围，不予采集"))),
    Way("碧水华庭", 12, (("", Move.SUBMIT, ""), ("", Move.WITHDRAW, ""))),
    Way("观澜台", 30, (("", Move.SUBMIT, ""), (_CLERK, Move.ACCEPT, ""), (_REVIEWER, Move.PASS, "同意备案"))),
)


def file_cases(city: City, *, today: dt.date, chance: random.Random) -> int:
    """Cases of the first developer in every state, and two registrations that wait. Answers with their number."""
    developer = city.actor("demo-developer")
    for way in _WAYS:
        _collect(city, way, developer, today=today, chance=chance)
    _register(city, "望江置业有限公司", serial=501, at=moment(today - dt.timedelta(days=1), 9, 30))
    _register(city, "嘉陵物业服务有限公司", serial=502, at=moment(today, 8, 50), kind="PROPERTY_COMPANY")
    return len(_WAYS) + 2


def _collect(city: City, way: Way, developer: Actor, *, today: dt.date, chance: random.Random) -> None:
    at = moment(today - dt.timedelta(days=way.days_ago), 9, 10)
    plan = Plan(way.name, 0, 1, 11, 3, 2, BuildingKind.MID_RISE, f"{today.year}06", 0.0)
    houses = list(houses_of(plan, street=f"江阳区龙透关路{chance.randint(20, 90)}号{way.name}", chance=chance))
    floor_m2 = sum(house.area_dm2 for house in houses) // 100 + 200
    case = engine.start(
        register["area_collection"],
        by=developer,
        at=at,
        data={
            "district": str(city.districts[0].pk),
            "name": way.name,
            "address": f"江阳区龙透关路{way.name}",
            "floor_area": str(floor_m2),
            "property_company": str(city.companies[0].pk),
        },
    )
    put_rows(case, "houses", ((number, _row(house)) for number, house in enumerate(houses, start=2)))
    _attach_papers(case, by=developer, at=at)
    engine.save_draft(case.pk, {}, by=developer, at=at)
    for place, (login, move, note) in enumerate(way.moves):
        when = at + dt.timedelta(hours=2 * place + 1)
        engine.move(case.pk, move, by=city.actor(login) if login else developer, at=when, note=note)


def _attach_papers(case: Case, *, by: Actor, at: dt.datetime) -> None:
    for paper in register[case.procedure].papers:
        if paper.required:
            name = f"{paper.title}.png"
            files.attach(case.pk, paper=paper.code, name=name, content=picture_of(paper.title), by=by, at=at)


def _row(house: NewHouse) -> dict[str, object]:
    return {
        "building": house.building,
        "building_kind": house.building_kind.label,
        "elevator": "有" if house.has_lift else "无",
        "structure": house.structure.label if house.structure else None,
        "built_month": house.built_in,
        "unit": house.unit,
        "floor": house.floor,
        "room": house.room,
        "use": house.use.label,
        "nature": house.nature.label,
        "area_dm2": house.area_dm2,
        "inner_area_dm2": house.inner_area_dm2,
        "address": house.address,
        "note": None,
    }


def _register(city: City, name: str, *, serial: int, at: dt.datetime, kind: str = "DEVELOPER") -> None:
    case = engine.start(
        register["organisation_registration"],
        by=ANONYMOUS,
        at=at,
        jurisdiction_id=city.jurisdiction.pk,
        data={
            "kind": kind,
            "name": name,
            "social_credit_code": credit_code(serial),
            "legal_representative": "罗法",
            "address": "龙马潭区春雨路 66 号",
            "operator_name": "韩经办",
            "operator_phone": "13808305501",
            "password_hash": make_password(None),
            "agreed": True,
        },
    )
    guest = Actor(user_id=0, name="", roles=ANONYMOUS.roles, guest_cases=frozenset({case.pk}))
    _attach_papers(case, by=guest, at=at)
    engine.save_draft(case.pk, {}, by=guest, at=at)
    engine.move(case.pk, Move.SUBMIT, by=guest, at=at + dt.timedelta(minutes=20))

"""Changes of the register in believable states: what a developer, a company and a clerk would have under way on any day."""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from upkeep.casework import changing, engine, files, parts
from upkeep.casework.models import Case
from upkeep.casework.parts import put_rows
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.papers import picture_of
from upkeep.demo.people import invent
from upkeep.estate import building_choice, house_choice, owner_cases
from upkeep.estate.division import name_of
from upkeep.estate.division_sheet import DividedHouses
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House, Ownership
from upkeep.estate.owner_id_corrections import begun_for
from upkeep.parties.actor import Actor

_ACCEPT, _PASS = ("demo-clerk", Move.ACCEPT, "材料齐全"), ("demo-reviewer", Move.PASS, "同意")


@dataclass(frozen=True)
class Desk:
    """Whoever fills in a case: for which area, when, and with which chance."""

    city: City
    area: Filled
    by: Actor
    at: dt.datetime
    chance: random.Random

    def start(self, code: str, **data: Any) -> Case:
        case = engine.start(register[code], by=self.by, at=self.at, data=data)
        self.bring(case)
        return case

    def bring(self, case: Case) -> None:
        """The papers that it cannot be handed in without."""
        for paper in register[case.procedure].papers_of(case):
            if paper.required:
                content, name = picture_of(paper.title), f"{paper.title}.png"
                files.attach(case.pk, paper=paper.code, name=name, content=content, by=self.by, at=self.at)

    def houses(self, first: int, count: int) -> list[House]:
        """Some of the area's houses that are still on its building table and that nothing holds."""
        ids = [house.pk for house in self.area.houses]
        free = House.objects.filter(pk__in=ids, state="ACTIVE", claims__isnull=True).select_related("building")
        return list(free.order_by("building__order", "floor", "unit", "room")[first : first + count])

    @property
    def about(self) -> dict[str, str]:
        return {"area": str(self.area.area.pk)}

    def person(self) -> dict[str, str]:
        """A row of the form that asks for owners."""
        one = invent(self.chance)
        return {"name": one.name, "id_kind": "ID_CARD", "id_number": one.id_number, "phone": one.phone, "share": ""}


def change_houses(desk: Desk) -> Case:
    """Three addresses corrected after the survey."""
    case = desk.start("house_change", **desk.about, reason="门牌整编，公安部门重新核发门牌")
    house_choice.choose(case.pk, house_ids=[one.pk for one in desk.houses(2, 3)], by=desk.by, at=desk.at)
    changing.change_lines(case.pk, None, {"address": f"{desk.area.area.address}（新编）"}, by=desk.by, at=desk.at)
    return case


def change_building(desk: Desk) -> Case:
    """The year of completion after the acceptance record."""
    case = desk.start("building_change", **desk.about, reason="按竣工验收备案表更正建成年代")
    chosen = desk.houses(0, 1)[0].building_id
    building_choice.choose(case.pk, building_ids=[chosen], by=desk.by, at=desk.at)
    changing.change_lines(case.pk, None, {"built_in": "201712"}, by=desk.by, at=desk.at)
    return case


def change_owners(desk: Desk) -> Case:
    """Two houses that a court has given to one person."""
    since = (desk.at.date() - dt.timedelta(days=20)).isoformat()
    case = desk.start("ownership_change", **desk.about, since=since, reason="人民法院民事调解书")
    house_choice.choose(case.pk, house_ids=[one.pk for one in _sold(desk, 6, 2)], by=desk.by, at=desk.at)
    one = desk.person()
    typed = {"owner_name": one["name"], "id_kind": "居民身份证", "id_number": one["id_number"], "phone": one["phone"]}
    changing.change_lines(case.pk, None, typed, by=desk.by, at=desk.at)
    return case


def split(desk: Desk) -> Case:
    """One house into two."""
    case = desk.start("house_split_merge", **desk.about, reason="业主申请分户，已取得分户测绘报告", area_note="")
    (old,) = desk.houses(9, 1)
    house_choice.choose(case.pk, house_ids=[old.pk], by=desk.by, at=desk.at)
    half = old.area_dm2 // 2
    rows = [_part(old, "A", half), _part(old, "B", old.area_dm2 - half)]
    content = DividedHouses().export(rows)
    reading = parts.import_rows(case.pk, part="new_houses", content=content, by=desk.by, at=desk.at)
    assert not reading.faults, reading.faults
    return case


def cancel(desk: Desk) -> Case:
    """The last building, pulled down."""
    building = House.objects.filter(area=desk.area.area, state="ACTIVE").order_by("-building__order")[0].building_id
    reason = "房屋征收拆除，江府征〔2026〕3 号"
    return desk.start("house_cancellation", **desk.about, reason=reason, buildings=[str(building)])


def supplement(desk: Desk) -> Case:
    """A new building of six houses."""
    case = desk.start("house_supplement", **desk.about, remark="二期竣工，新增楼栋")
    put_rows(case, "houses", ((number, _new(desk, number - 2)) for number in range(2, 8)))
    engine.save_draft(case.pk, {}, by=desk.by, at=desk.at)
    return case


def transfer(desk: Desk) -> Case:
    """A house sold."""
    (house,) = _sold(desk, 12, 1)
    since = (desk.at.date() - dt.timedelta(days=9)).isoformat()
    given = {"cause": "买卖", "since": since, "certificate": "川（2026）江城市不动产权第 0012345 号"}
    return desk.start("owner_transfer", **owner_cases.begun_for(house), **given, owners=[desk.person()])


def correct_id(desk: Desk) -> Case:
    """A number that was mistyped when the house was bound."""
    (house,) = _sold(desk, 15, 1)
    owned = Ownership.objects.select_related("owner").get(house=house, until__isnull=True)
    given = begun_for(owned) | {
        "id_number": invent(desk.chance).id_number,
        "reason": "交存时录入有误，以身份证原件为准",
    }
    return desk.start("owner_id_correction", **given)


def _sold(desk: Desk, first: int, count: int) -> list[House]:
    """Houses with one owner, a person who owns nothing elsewhere and has no account."""
    found = []
    for house in desk.houses(0, 200):
        owned = list(Ownership.objects.filter(house=house, until__isnull=True).select_related("owner"))
        mine = {"owner": owned[0].owner, "until__isnull": True} if len(owned) == 1 else None
        alone = mine and Ownership.objects.filter(**mine).count() == 1
        if alone and owned[0].owner.id_kind == IdKind.ID_CARD and not hasattr(owned[0].owner, "account"):
            found.append(house)
    return found[first : first + count]


def _part(old: House, letter: str, area_dm2: int) -> dict[str, Any]:
    return {
        "old": name_of(old),
        "unit": old.unit or None,
        "floor": old.floor,
        "room": f"{old.room}{letter}",
        "use": old.get_use_display(),
        "area_dm2": area_dm2,
        "inner_area_dm2": None,
        "address": f"{old.address}{letter}",
        "note": None,
    }


def _new(desk: Desk, number: int) -> dict[str, Any]:
    room = f"{number // 2 + 1}0{number % 2 + 1}"
    return {
        "building": "二期1幢",
        "building_kind": "多层",
        "elevator": "有",
        "structure": None,
        "built_month": "202606",
        "unit": "1",
        "floor": number // 2 + 1,
        "room": room,
        "use": "住宅",
        "nature": "商品房",
        "area_dm2": 96_50 + 8_00 * (number % 2),
        "inner_area_dm2": None,
        "address": f"{desk.area.area.address}二期1幢1单元{room}",
        "note": None,
    }


#: What is filed: where (place of the area), by whom, how many days ago, and what became of it after it was handed in.
_FILED: tuple[tuple[Callable[[Desk], Case], int, str, int, tuple[tuple[str, Move, str], ...]], ...] = (
    (change_houses, 0, "demo-developer", 2, (_ACCEPT,)),
    (change_building, 3, "demo-developer", 4, (_ACCEPT, _PASS)),
    (change_owners, 3, "demo-developer", 1, ()),
    (split, 6, "demo-developer", 3, (_ACCEPT,)),
    (cancel, 9, "demo-developer", 8, (("demo-clerk", Move.RETURN, "请补充征收决定公告的文号和范围"),)),
    (supplement, 12, "demo-developer", 1, ()),
    (transfer, 0, "demo-company", 2, ()),
    (correct_id, 0, "demo-clerk", 1, ()),
)


def file_estate_cases(city: City, filled: Sequence[Filled], *, today: dt.date) -> int:
    """One case of each change of the register, each at another point of its way. Answers with their number."""
    chance = random.Random(417)
    for make, place, login, days, moves in _FILED:
        at = moment(today - dt.timedelta(days=days), 9, 40)
        desk = Desk(city, filled[place], city.actor(login), at, chance)
        case = hand_in(make(desk), by=desk.by, at=at)
        for step, (mover, move, note) in enumerate(moves, start=1):
            if Case.objects.get(pk=case.pk).state_now not in (State.SUBMITTED, State.IN_REVIEW):
                break
            engine.move(case.pk, move, by=city.actor(mover), at=at + dt.timedelta(hours=2 * step), note=note)
    return len(_FILED)


def hand_in(case: Case, *, by: Actor, at: dt.datetime) -> Case:
    """Submitted a quarter of an hour after it was begun."""
    return engine.move(case.pk, Move.SUBMIT, by=by, at=at + dt.timedelta(minutes=15))

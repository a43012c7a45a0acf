"""The binding table (业主绑定表) as a workbook: owners of many houses at once, a row per owner; co-owners follow each other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from upkeep.casework.procedure import Table
from upkeep.estate.claims import claimed_ids
from upkeep.estate.kinds import HouseState, IdKind, by_label
from upkeep.estate.models import Area, House, Ownership
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.owner_form import known_otherwise, tidy_number
from upkeep.estate.owner_shares import share_from_text, shares_from_texts
from upkeep.estate.owners import NewOwnership, OwnerDetails, current
from upkeep.kernel.money import half_width
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.queries import city_id_of
from upkeep.sheets.columns import Fault, Reading
from upkeep.sheets.kinds import PHONE, Choice, Text, Wrong, exact_digits
from upkeep.sheets.sheet import Column, Row, Sheet, Values

Key = tuple[str, str, str]
_OWNER = ("name", "id_kind", "id_number", "phone")


class IdNumber(Text):
    """证件号码 as it stands on the paper; a number cell that has lost its last digits is refused."""

    def read(self, raw: object, *, at: object) -> str:
        if not isinstance(raw, str | int | float):
            raise Wrong("被表格软件当成了日期，请把单元格格式设为“文本”后重新填写")
        return "".join(exact_digits(raw).split()).upper()[: self.most]

    def hint(self) -> str:
        return "证件上的号码，请用文本格式"


class Share(Text):
    """份额: a fraction or a percentage; a percentage cell holds a part of one."""

    def read(self, raw: object, *, at: object) -> str:
        if isinstance(raw, float | int) and 0 < raw <= 1:
            raw = f"{raw * 100:.4f}%"
        text = half_width(str(raw)).strip()
        try:
            share_from_text(text)
        except ValueError as wrong:
            raise Wrong(str(wrong).removeprefix("份额")) from None
        return text

    def hint(self) -> str:
        return "单独所有、共同共有不填；按份共有的每人都填，如 1/2 或 50%"


class OwnerBindingSheet(Sheet):
    """业主绑定表: a house without an owner in it is left as it is."""

    title = "业主绑定"
    guide = ("同一房屋有多位业主的，每人一行，楼栋、单元、房号相同。", "没有填写业主的行不办理。")
    columns = (
        Column(key="building", title="楼栋名称", kind=Text(30), required=True),
        Column(key="unit", title="单元", kind=Text(20), width=8),
        Column(key="room", title="房号", kind=Text(20), required=True, width=10),
        Column(key="name", title="业主姓名或名称", kind=Text(100), width=18, example="张三"),
        Column(key="id_kind", title="证件类型", kind=Choice(tuple(IdKind.labels)), width=16, example="居民身份证"),
        Column(key="id_number", title="证件号码", kind=IdNumber(40), width=22),
        Column(key="phone", title="联系电话", kind=PHONE, width=16),
        Column(key="share", title="份额", kind=Share(20), width=10),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        if not _has_owner(values):
            return
        titles = {column.key: column.title for column in self.columns}
        for key in _OWNER:
            if values[key] is None:
                yield key, f"{titles[key]}必填"
        if values["id_kind"] and values["id_number"]:
            try:
                tidy_number(by_label(IdKind, values["id_kind"]), values["id_number"])
            except ValueError as wrong:
                yield "id_number", str(wrong)

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        for owned in _by_house(rows).values():
            numbers: dict[tuple[str, str], int] = {}
            for row in owned:
                key = (row.values["id_kind"], row.values["id_number"])
                if None not in key and numbers.setdefault(key, row.number) != row.number:
                    yield row.number, "id_number", f"与第 {numbers[key]} 行是同一户、同一证件号码"
            try:
                shares_from_texts([row.values["share"] or "" for row in owned])
            except ValueError as wrong:
                yield owned[0].number, "share", str(wrong)


@dataclass(frozen=True)
class Bindings:
    """What the rows ask for: owners by house id, and the houses that are owned without shares."""

    new: dict[int, list[NewOwnership]]
    joint: frozenset[int]


def unbound_rows(area_id: int) -> Iterator[Mapping[str, Any]]:
    """The houses of an area that have no owner yet, for the template."""
    owned = Ownership.objects.filter(house=OuterRef("pk"), until__isnull=True)
    houses = House.objects.filter(~Exists(owned), area_id=area_id, state=HouseState.ACTIVE).select_related("building")
    for house in houses.order_by("building__order", "building__name", "-floor", "unit", "room"):
        yield {"building": house.building.name, "unit": house.unit or None, "room": house.room}


def faults(reading: Reading, area_id: int) -> Iterator[Fault]:
    """What the register has against a sheet: houses that are none, owned or busy; numbers known under another name."""
    ids = _house_ids(area_id)
    owned = set(current(ids.values()).values_list("house_id", flat=True))
    busy = claimed_ids(area_id, ClaimKind.REGISTER)
    named = [row for row in reading.rows if _has_owner(row.values)]
    wrong = known_otherwise([_details(row.values) for row in named], city_id=_city_id(area_id))
    for row in named:
        house_id = ids.get(_key(row.values))
        if house_id is None:
            yield reading.fault_at(row.number, "room", "该物业区域的楼盘表中没有这户房屋，请核对楼栋、单元、房号")
        elif house_id in owned:
            yield reading.fault_at(row.number, "room", "已登记业主，更换业主请办理过户")
        elif house_id in busy:
            yield reading.fault_at(row.number, "room", "有办理中的变更业务，请先办结")
        details = _details(row.values)
        if (details.id_kind.value, lookup_hash(details.id_number)) in wrong:
            yield reading.fault_at(row.number, "id_number", "在本市登记的姓名与所填的不同，请核对姓名和证件号码")


def bindings(rows: Iterable[Mapping[str, Any]], area_id: int) -> Bindings:
    """The rows as the register takes them; those whose house is no more in the area are left out."""
    ids = _house_ids(area_id)
    by_house: dict[int, list[Mapping[str, Any]]] = {}
    for values in rows:
        if _has_owner(values) and (house_id := ids.get(_key(values))):
            by_house.setdefault(house_id, []).append(values)
    new, joint = {}, set()
    for house_id, owned in by_house.items():
        shares = shares_from_texts([values["share"] or "" for values in owned])
        new[house_id] = [NewOwnership(_details(values), ppm) for values, ppm in zip(owned, shares.ppm, strict=True)]
        if shares.joint:
            joint.add(house_id)
    return Bindings(new, frozenset(joint))


def shown_table(asked: Bindings) -> Table:
    """How many houses and owners by building: names and numbers stay in the sheet."""
    places = House.objects.filter(pk__in=list(asked.new)).order_by("building__order", "building__name", "pk")
    houses, people = Counter[str](), Counter[str]()
    for house_id, building in places.values_list("pk", "building__name"):
        houses[building] += 1
        people[building] += len(asked.new[house_id])
    rows = [(name, f"{houses[name]:,}", f"{people[name]:,}") for name in houses]
    total = ("合计", f"{houses.total():,}", f"{people.total():,}")
    return Table("绑定汇总", ("楼栋", "户数", "业主人次"), [*rows, total] if rows else [], frozenset({1, 2}))


def _has_owner(values: Mapping[str, Any]) -> bool:
    return any(values[key] is not None for key in (*_OWNER, "share"))


def _details(values: Mapping[str, Any]) -> OwnerDetails:
    kind = by_label(IdKind, values["id_kind"])
    number = tidy_number(kind, values["id_number"])
    return OwnerDetails(name=values["name"], id_kind=kind, id_number=number, phone=values["phone"])


def _key(values: Mapping[str, Any]) -> Key:
    return values["building"], (values["unit"] or "").removesuffix("单元"), values["room"]


def _by_house(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        if _has_owner(row.values) and row.values["building"] and row.values["room"]:
            found.setdefault(_key(row.values), []).append(row)
    return found


def _house_ids(area_id: int) -> dict[Key, int]:
    rows = House.objects.filter(area_id=area_id, state=HouseState.ACTIVE)
    found = rows.values_list("building__name", "unit", "room", "pk")
    return {(building, unit.removesuffix("单元"), room): pk for building, unit, room, pk in found}


def _city_id(area_id: int) -> int:
    return city_id_of(Area.objects.values_list("jurisdiction_id", flat=True).get(pk=area_id))

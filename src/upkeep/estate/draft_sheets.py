"""What an area entered by hand holds beside its houses: its buildings (楼幢) and the owners bound while it is a draft.

Both are parts of the case that will become the area, so they lie encrypted with it. Source: manual 000, 开发商 §2.1
steps 4 and 6.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from upkeep.casework.pages import Source
from upkeep.estate.house_sheet import BUILDING_KINDS, STRUCTURES, house_key
from upkeep.estate.kinds import IdKind
from upkeep.estate.numbering import MOST_BASEMENTS, MOST_FLOOR, MOST_UNITS, unit_name, unit_names
from upkeep.estate.owner_shares import shares_from_texts
from upkeep.kernel.checks import id_number, social_credit_code
from upkeep.policy import collection_rule
from upkeep.sheets.kinds import PHONE, Cell, Choice, FloorArea, Text, Whole, Wrong, YearMonth, plain_text
from upkeep.sheets.sheet import Column, Row, Sheet, Values

#: The way to fill a house table that these parts belong to (manual 000, 开发商 §2.1).
BY_HAND = Source(
    collection_rule.BY_HAND,
    "手工录入、批量生成",
    "逐栋录入楼栋信息，按楼层、单元、每层户数和房号规则生成户室，也可逐户添加；还可以在这里绑定业主",
    page="cases:buildings",
    button="录入楼栋和户室",
    icon="buildings",
)
HOUSES, BUILDINGS, OWNERS = "houses", "buildings", "owners"
_BETWEEN = "、"


class UnitNames:
    """How many units a building has, or what they are called; the value is their names."""

    def read(self, raw: Cell, *, at: object) -> str:
        text = plain_text(raw)
        for sign in ("，", ",", ";", "；", " "):
            text = text.replace(sign, _BETWEEN)
        names = [name for name in text.split(_BETWEEN) if name]
        if len(names) == 1 and names[0].isascii() and names[0].isdecimal():
            if not 1 <= int(names[0][:6]) <= MOST_UNITS:
                raise Wrong(f"应在 1 到 {MOST_UNITS} 之间")
            names = list(unit_names(int(names[0])))
        if len(names) > MOST_UNITS:
            raise Wrong(f"最多 {MOST_UNITS} 个")
        if any(len(name) > 20 for name in names):
            raise Wrong("的名称最多 20 个字")
        if len({unit_name(name) for name in names}) < len(names):
            raise Wrong("的名称不能重复")
        return _BETWEEN.join(names)

    def hint(self) -> str:
        return "单元数；或用顿号分隔的单元名称；不分单元的不填"


def split_units(text: str | None) -> tuple[str, ...]:
    """The names that `UnitNames` keeps as one text."""
    return tuple(name for name in (text or "").split(_BETWEEN) if name)


def join_units(names: Iterable[str]) -> str:
    """The text that `split_units` takes apart."""
    return _BETWEEN.join(names)


class BuildingTable(Sheet):
    """楼幢表: one row per building."""

    title = "楼栋信息"
    max_rows = 500
    columns = (
        Column(key="building", title="楼栋名称", kind=Text(30), required=True, example="1幢"),
        Column(key="building_kind", title="楼栋类型", kind=Choice(BUILDING_KINDS), required=True, example="高层"),
        Column(key="elevator", title="有无电梯", kind=Choice(("有", "无")), required=True, example="有"),
        Column(key="structure", title="建筑结构", kind=Choice(STRUCTURES), example="剪力墙结构"),
        Column(key="built_month", title="建成年代", kind=YearMonth(years_ahead=5), note="如 202509", example="202509"),
        Column(key="floor_area_dm2", title="楼栋建筑面积", kind=FloorArea(), example="12800.00"),
        Column(key="storeys", title="地上层数", kind=Whole(0, MOST_FLOOR), required=True, example="18"),
        Column(key="basements", title="地下层数", kind=Whole(0, MOST_BASEMENTS), example="1"),
        Column(key="units", title="单元数", kind=UnitNames(), note="或各单元名称；不分单元的留空", example="2"),
    )

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        seen: set[str] = set()
        for row in rows:
            if (name := row.values["building"]) in seen:
                yield row.number, "building", f"已有名为“{name}”的楼栋"
            seen.add(name)


class PaperNumber(Text):
    """证件号码 as it stands on the paper, without spaces and in capitals."""

    def read(self, raw: Cell, *, at: dt.date) -> str:
        number = "".join(plain_text(raw).split()).upper()
        if not 4 <= len(number) <= self.most:
            raise Wrong(f"应为 4 到 {self.most} 位，请核对")
        return number


ID_KINDS = tuple(str(kind.label) for kind in IdKind)
_NUMBER_CHECKS = {str(IdKind.ID_CARD.label): id_number, str(IdKind.CREDIT_CODE.label): social_credit_code}


class DraftOwners(Sheet):
    """业主绑定: an owner of a house of the draft, found by building, unit and room; co-owners have a row each."""

    title = "业主信息"
    max_rows = 50_000
    columns = (
        Column(key="building", title="楼栋名称", kind=Text(30), required=True, read_only=True),
        Column(key="unit", title="单元", kind=Text(20), read_only=True),
        Column(key="room", title="房号", kind=Text(20), required=True, read_only=True),
        Column(key="owner_name", title="业主姓名", kind=Text(100), required=True),
        Column(key="id_kind", title="证件类型", kind=Choice(ID_KINDS), required=True),
        Column(key="id_number", title="证件号码", kind=PaperNumber(30), required=True, width=22),
        Column(key="phone", title="手机号", kind=PHONE, required=True),
        Column(key="share", title="份额", kind=Text(20)),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        check = _NUMBER_CHECKS.get(values["id_kind"] or "")
        if check and values["id_number"]:
            try:
                check(values["id_number"])
            except ValueError as wrong:
                yield "id_number", str(wrong)

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        by_house: dict[tuple[str, str, str], list[Row]] = {}
        for row in rows:
            if row.values["building"] and row.values["room"]:
                by_house.setdefault(house_key(row.values), []).append(row)
        for owned in by_house.values():
            if len({(row.values["id_kind"], row.values["id_number"]) for row in owned}) < len(owned):
                yield owned[-1].number, "id_number", "同一户有两位业主的证件号码相同，请核对"
            try:
                shares_from_texts([row.values["share"] or "" for row in owned])
            except ValueError as wrong:
                yield owned[0].number, "share", str(wrong)

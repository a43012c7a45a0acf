"""What the housing registry may answer, taken strictly: the first wrong type is named and nothing is guessed.

Whether a value makes sense (an unknown use, an area of zero) is not asked here but by the house table's own rules.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_MOST_TEXT, _MOST_COUNT = 200, 1_000_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_KINDS = {str: "文字", bool: "真假值", int: "数字", float: "数字", list: "列表", dict: "对象", type(None): "空值"}

T = TypeVar("T")


class Misshapen(Exception):
    """The answer is not of the agreed shape; the text says where, in Chinese."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """项目: what the registry keeps under one name; houses and buildings are counts."""

    id: str
    name: str
    address: str
    developer: str
    buildings: int
    houses: int


@dataclass(frozen=True, kw_only=True)
class Building:
    """项目栋: a building of a project, with what is said of the whole building."""

    id: str
    name: str
    kind: str
    elevator: bool
    structure: str
    built_month: str
    houses: int


@dataclass(frozen=True, kw_only=True)
class RegisteredHouse:
    """A house as the registry knows it; areas are the decimal text of m²."""

    unit: str
    floor: int
    room: str
    use: str
    nature: str
    area: str
    inner_area: str
    address: str
    note: str

    def cells(self, building: Building) -> dict[str, str]:
        """The cells of its row in the house table, as a person would type them."""
        return {
            "building": building.name,
            "building_kind": building.kind,
            "elevator": "有" if building.elevator else "无",
            "structure": building.structure,
            "built_month": building.built_month,
            "unit": self.unit,
            "floor": str(self.floor),
            "room": self.room,
            "use": self.use,
            "nature": self.nature,
            "area_dm2": self.area,
            "inner_area_dm2": self.inner_area,
            "address": self.address,
            "note": self.note,
        }


@dataclass(frozen=True)
class Page(Generic[T]):
    """A piece of a list, and how long the list is."""

    items: list[T]
    total: int


class _Reader:
    """Takes typed values out of one object of the answer."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise Misshapen(f"{where}应为对象，实为{_kind(value)}")
        self.value, self.where = value, where

    def text(self, key: str, title: str, *, may_be_empty: bool = False) -> str:
        found = self._of(key, title, str, may_be_empty=may_be_empty)
        if found is None:
            return ""
        if len(found) > _MOST_TEXT:
            raise Misshapen(f"{self.where}的“{title}”超过 {_MOST_TEXT} 个字")
        if "\x00" in found or any("\ud800" <= one <= "\udfff" for one in found):
            raise Misshapen(f"{self.where}的“{title}”含有无法识别的字符")
        if not may_be_empty and not found.strip():
            raise Misshapen(f"{self.where}缺少“{title}”")
        return str(found)

    def id(self) -> str:
        found = self.text("id", "标识")
        if not _ID.fullmatch(found):
            raise Misshapen(f"{self.where}的“标识”只能由字母、数字、横线组成，最多 40 位")
        return found

    def whole(self, key: str, title: str) -> int:
        found = self._of(key, title, int)
        if abs(found) > _MOST_COUNT:
            raise Misshapen(f"{self.where}的“{title}”超出合理范围")
        return int(found)

    def count(self, key: str, title: str) -> int:
        found = self.whole(key, title)
        if found < 0:
            raise Misshapen(f"{self.where}的“{title}”小于 0")
        return found

    def yes(self, key: str, title: str) -> bool:
        return bool(self._of(key, title, bool))

    def decimal(self, key: str, title: str, *, may_be_empty: bool = False) -> str:
        """A number as text: what a float would do to 89.12 is not wanted."""
        found = self.text(key, title, may_be_empty=may_be_empty)
        if found and not _DECIMAL.fullmatch(found):
            raise Misshapen(f"{self.where}的“{title}”应为数字的文字（如“118.36”），实为“{found[:20]}”")
        return found

    def items(self, key: str, title: str) -> list[Any]:
        return list(self._of(key, title, list))

    def _of(self, key: str, title: str, kind: type, *, may_be_empty: bool = False) -> Any:
        if key not in self.value:
            raise Misshapen(f"{self.where}缺少“{title}”")
        found = self.value[key]
        if found is None and may_be_empty:
            return None
        if type(found) is not kind:
            raise Misshapen(f"{self.where}的“{title}”应为{_KINDS[kind]}，实为{_kind(found)}")
        return found


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "其他内容")


def _document(body: bytes) -> _Reader:
    try:
        found = json.loads(body, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Misshapen("不是完整的 JSON") from None
    return _Reader(found, "整个答复")


def _refuse(name: str) -> None:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values under one key: whichever we took, the other side may have meant the other."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _list(reader: _Reader, key: str, title: str, one: Callable[[_Reader], T], where: Callable[[int], str]) -> list[T]:
    return [one(_Reader(value, where(place))) for place, value in enumerate(reader.items(key, title), start=1)]


def read_projects(body: bytes) -> Page[Project]:
    """The answer of GET /projects. Raises: Misshapen."""
    reader = _document(body)
    projects = _list(reader, "projects", "项目列表", _project, lambda place: f"第 {place} 个项目")
    return Page(projects, reader.count("total", "总数"))


def _project(reader: _Reader) -> Project:
    return Project(
        id=reader.id(),
        name=reader.text("name", "项目名称"),
        address=reader.text("address", "地址"),
        developer=reader.text("developer", "开发建设单位", may_be_empty=True),
        buildings=reader.count("buildings", "栋数"),
        houses=reader.count("houses", "户数"),
    )


def read_buildings(body: bytes) -> tuple[Project, list[Building]]:
    """The answer of GET /projects/<id>/buildings. Raises: Misshapen."""
    reader = _document(body)
    project = _project(_Reader(reader.value.get("project"), "项目"))
    return project, _list(reader, "buildings", "楼栋列表", _building, lambda place: f"第 {place} 栋")


def _building(reader: _Reader) -> Building:
    return Building(
        id=reader.id(),
        name=reader.text("name", "楼栋名称"),
        kind=reader.text("kind", "楼栋类型", may_be_empty=True),
        elevator=reader.yes("elevator", "有无电梯"),
        structure=reader.text("structure", "建筑结构", may_be_empty=True),
        built_month=reader.text("built_month", "建成年代", may_be_empty=True),
        houses=reader.count("houses", "户数"),
    )


def read_houses(body: bytes, *, building: str, start: int) -> Page[RegisteredHouse]:
    """The answer of GET /buildings/<id>/houses; `start` houses came before. Raises: Misshapen."""
    reader = _document(body)
    houses = _list(reader, "houses", "房屋列表", _house, lambda place: f"{building}第 {start + place} 户")
    return Page(houses, reader.count("total", "总数"))


def _house(reader: _Reader) -> RegisteredHouse:
    return RegisteredHouse(
        unit=reader.text("unit", "单元", may_be_empty=True),
        floor=reader.whole("floor", "所在楼层"),
        room=reader.text("room", "房号", may_be_empty=True),
        use=reader.text("use", "房屋用途", may_be_empty=True),
        nature=reader.text("nature", "房屋性质", may_be_empty=True),
        area=reader.decimal("area", "建筑面积", may_be_empty=True),
        inner_area=reader.decimal("inner_area", "套内面积", may_be_empty=True),
        address=reader.text("address", "房屋坐落", may_be_empty=True),
        note=reader.text("note", "备注", may_be_empty=True),
    )


def as_document(found: Mapping[str, Any]) -> bytes:
    """An answer as the registry sends it."""
    return json.dumps(found, ensure_ascii=False).encode()

"""设施设备: entering, correcting, moving and taking out of use what an area shares; who may, and who sees it.

Source: manual 004 §1.4.1 设施设备查询 (添加、查询、移动、维修记录).
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from upkeep.estate.kinds import FacilityAct, FacilityKind, FacilityState
from upkeep.estate.models import Area, Building, Facility, FacilityEvent, House
from upkeep.estate.queries import served_area_ids, visible_to
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.parties.roles import OFFICE, Role

#: Who keeps the list of an area: its committee, and its property company.
KEEPERS = (Role.OWNERS_COMMITTEE, Role.PROPERTY_COMPANY)
LONGEST_LIFE = 100


class FacilityExists(Refusal):
    """A facility of that name is in use at that place already."""


class NoSuchPlace(Refusal):
    """The place is none of the area."""


class FacilityChanged(Refusal):
    """Somebody else has changed or retired the facility meanwhile."""


@dataclass(frozen=True)
class Place:
    """安装位置: the whole area, a building of it, or a unit of that building."""

    building_id: int | None = None
    unit: str = ""

    @property
    def key(self) -> str:
        """As addresses and forms name it: "area", "b12", "b12-1"."""
        if self.building_id is None:
            return "area"
        return f"b{self.building_id}" + (f"-{self.unit}" if self.unit else "")

    @property
    def bare_unit(self) -> str:
        """1 for 1单元: tables of houses write both."""
        return self.unit.strip().removesuffix("单元")

    def is_here(self) -> Q:
        """Facilities of the place's building, or of no building."""
        if self.building_id is None:
            return Q(building__isnull=True)
        return Q(building_id=self.building_id)

    @property
    def spellings(self) -> tuple[str, str]:
        return self.bare_unit, f"{self.bare_unit}单元"

    def is_same_as(self, other: "Place") -> bool:
        return (self.building_id, self.bare_unit) == (other.building_id, other.bare_unit)


@dataclass(frozen=True, kw_only=True)
class PlaceInTree:
    """A place with its name, its depth in the tree (0 area, 1 building, 2 unit) and how many facilities are in use there."""

    place: Place
    name: str
    depth: int
    count: int


@dataclass(frozen=True, kw_only=True)
class Data:
    """What is said of a facility. Its life in whole years from the day it was installed."""

    kind: FacilityKind
    name: str
    maker: str = ""
    model_number: str = ""
    installed_on: dt.date | None = None
    life_years: int | None = None

    @property
    def life_ends_on(self) -> dt.date | None:
        """使用年限届满日; installed on 29 February, it ends on 1 March of a common year."""
        if self.installed_on is None or self.life_years is None:
            return None
        year = self.installed_on.year + self.life_years
        try:
            return self.installed_on.replace(year=year)
        except ValueError:
            return dt.date(year, 3, 1)

    @property
    def in_words(self) -> str:
        """As the history keeps it."""
        parts = [FacilityKind(self.kind).label, self.name, self.maker, self.model_number]
        parts.append(f"{self.installed_on:%Y-%m-%d} 安装" if self.installed_on else "")
        parts.append(f"使用年限 {self.life_years} 年" if self.life_years else "")
        return "，".join(part for part in parts if part)


def may_keep(actor: Actor, *, area_id: int) -> bool:
    """Whether the actor keeps the list of the area: its committee or company now."""
    return (
        actor.has(*KEEPERS)
        and actor.organisation_id is not None
        and served_area_ids(actor.organisation_id).filter(area_id=area_id).exists()
    )


def areas_with_facilities_for(actor: Actor) -> QuerySet[Area]:
    """The areas whose facilities the actor may read: the office's own, and those a committee or company serves."""
    if actor.has(*OFFICE):
        return visible_to(actor).order_by("name")
    if not actor.has(*KEEPERS) or actor.organisation_id is None:
        return Area.objects.none()
    return Area.objects.filter(pk__in=served_area_ids(actor.organisation_id)).order_by("name")


def facilities_for(actor: Actor) -> QuerySet[Facility]:
    """The facilities the actor may read. The only way pages obtain them."""
    readable = areas_with_facilities_for(actor).order_by()
    return Facility.objects.filter(area__in=readable).select_related("building", "area")


def facility_list(
    *, actor: Actor, area_id: int, place: Place | None = None, kind: str = "", state: str = ""
) -> QuerySet[Facility]:
    """The facilities of an area by place, type and state; a building's include those of its units."""
    found = facilities_for(actor).filter(area_id=area_id)
    if place is not None:
        found = found.filter(place.is_here())
        found = found.filter(unit__in=place.spellings) if place.unit else found
    same = {name: value for name, value in (("kind", kind), ("state", state)) if value}
    return found.filter(**same).order_by(F("building__order").asc(nulls_first=True), "unit", "kind", "name", "pk")


def in_use(area_id: int) -> QuerySet[Facility]:
    """What can be repaired in an area, with its place."""
    found = Facility.objects.filter(area_id=area_id, state=FacilityState.IN_USE).select_related("building")
    return found.order_by(F("building__order").asc(nulls_first=True), "unit", "name")


def past_their_life(*, actor: Actor, on: dt.date) -> QuerySet[Facility]:
    """Facilities in use longer than they were made for, the oldest first."""
    late = facilities_for(actor).filter(state=FacilityState.IN_USE, life_ends_on__lte=on)
    return late.order_by("life_ends_on", "area__name", "pk")


def place_tree(area_id: int) -> list[PlaceInTree]:
    """The places of an area: itself, its buildings and their units as the houses name them. Three queries."""
    in_use = Facility.objects.filter(area_id=area_id, state=FacilityState.IN_USE).order_by()
    standing = [Place(building_id, unit) for building_id, unit in in_use.values_list("building_id", "unit")]
    counts = Counter((place.building_id, place.bare_unit) for place in standing)
    named = House.objects.filter(area_id=area_id).exclude(unit="").order_by()
    inhabited = [Place(building_id, unit) for building_id, unit in named.values_list("building_id", "unit").distinct()]
    units: dict[int | None, dict[str, Place]] = {}
    for place in (*standing, *inhabited):  # the houses' spelling wins
        if place.unit:
            units.setdefault(place.building_id, {})[place.bare_unit] = place
    tree = [PlaceInTree(place=Place(), name="小区公共", depth=0, count=counts[None, ""])]
    for building in Building.objects.filter(area_id=area_id).order_by("order", "name"):
        inside = sorted(units.get(building.pk, {}).items(), key=lambda one: _unit_order(one[0]))
        total = counts[building.pk, ""] + sum(counts[building.pk, bare] for bare, _ in inside)
        tree.append(PlaceInTree(place=Place(building.pk), name=building.name, depth=1, count=total))
        for bare, place in inside:
            name = f"{bare}单元" if bare.isdecimal() else place.unit
            tree.append(PlaceInTree(place=place, name=name, depth=2, count=counts[building.pk, bare]))
    return tree


def _unit_order(unit: str) -> tuple[int, str]:
    return (int(unit) if unit.isdecimal() else 10**6, unit)


def read_place(text: str) -> Place | None:
    """The place that a form or an address names; None for none. Whether it is one of the area is asked by the action."""
    if text == "area":
        return Place()
    building, _, unit = text.removeprefix("b").partition("-")
    if text.startswith("b") and building.isascii() and building.isdecimal() and len(building) <= 18:
        return Place(int(building), unit[:20])
    return None


@transaction.atomic
def add(*, area_id: int, place: Place, data: Data, by_id: int | None, at: dt.datetime) -> Facility:
    """Enter a facility at a place of the area. Raises: FacilityExists, NoSuchPlace."""
    place = _place_in(area_id, place)
    facility = Facility(area_id=area_id, building_id=place.building_id, unit=place.unit, **_fields(data))
    _save(facility)
    _keep(facility, FacilityAct.ADDED, before="", after=f"{facility.place}：{data.in_words}", by_id=by_id, at=at)
    return facility


def find_or_add(*, area_id: int, place: Place, data: Data, by_id: int | None, at: dt.datetime) -> Facility:
    """The facility in use of that name at that place, entered if there is none. Raises: NoSuchPlace."""
    same = Facility.objects.filter(place.is_here(), area_id=area_id, name=data.name.strip())
    same = same.filter(unit__in=place.spellings) if place.unit else same.filter(unit="")
    found = same.filter(state=FacilityState.IN_USE).first()
    return found or add(area_id=area_id, place=place, data=data, by_id=by_id, at=at)


@transaction.atomic
def correct(*, facility_id: int, data: Data, seen_version: int, by_id: int | None, at: dt.datetime) -> Facility:
    """Change what is said of a facility; saying the same again changes nothing.

    Raises: FacilityExists; FacilityChanged when it is out of use or is no longer as the actor saw it.
    """
    [facility] = _locked([facility_id])
    before = data_of(facility)
    if before == data:
        return facility
    if facility.version != seen_version:
        raise FacilityChanged(f"“{facility.name}”刚刚被他人修改，请核对最新内容后再保存")
    for name, value in _fields(data).items():
        setattr(facility, name, value)
    _save(facility)
    _keep(facility, FacilityAct.CORRECTED, before=before.in_words, after=data.in_words, by_id=by_id, at=at)
    return facility


@transaction.atomic
def move(*, area_id: int, facility_ids: Sequence[int], to: Place, by_id: int | None, at: dt.datetime) -> int:
    """移动到: put several facilities of an area to another place of it, all or none. Those that stand there stay.

    Answers with how many moved. Raises: Refusal when none is named, FacilityExists, FacilityChanged, NoSuchPlace.
    """
    if not facility_ids:
        raise Refusal("请先勾选要移动的设施设备")
    to = _place_in(area_id, to)
    moved = 0
    for facility in _locked(facility_ids, area_id=area_id):
        if Place(facility.building_id, facility.unit) == to:
            continue
        before = facility.place
        facility.building = Building.objects.get(pk=to.building_id) if to.building_id else None
        facility.unit = to.unit
        _save(facility)
        _keep(facility, FacilityAct.MOVED, before=before, after=facility.place, by_id=by_id, at=at)
        moved += 1
    return moved


@transaction.atomic
def retire(*, facility_id: int, reason: str, by_id: int | None, at: dt.datetime) -> Facility:
    """停用: take a facility out of use for good; its repairs and history stay. Raises: FacilityChanged, Refusal."""
    if not reason.strip():
        raise Refusal("请填写停用原因")
    [facility] = _locked([facility_id])
    facility.state = FacilityState.RETIRED
    facility.retired_on, facility.retire_reason = day_of(at), reason.strip()[:200]
    facility.version += 1
    facility.save()
    _keep(facility, FacilityAct.RETIRED, before="", after=facility.retire_reason, by_id=by_id, at=at)
    return facility


def data_of(facility: Facility) -> Data:
    """What is said of the facility now."""
    return Data(
        kind=FacilityKind(facility.kind),
        name=facility.name,
        maker=facility.maker,
        model_number=facility.model_number,
        installed_on=facility.installed_on,
        life_years=facility.life_years,
    )


def _fields(data: Data) -> dict[str, object]:
    return {
        "kind": data.kind,
        "name": data.name.strip(),
        "maker": data.maker.strip(),
        "model_number": data.model_number.strip(),
        "installed_on": data.installed_on,
        "life_years": data.life_years,
        "life_ends_on": data.life_ends_on,
    }


def _place_in(area_id: int, asked: Place) -> Place:
    """The place as the area's tree has it, where 1 and 1单元 are the same unit. Raises: NoSuchPlace."""
    for one in place_tree(area_id):
        if one.place.is_same_as(asked):
            return one.place
    raise NoSuchPlace("安装位置不在该物业区域内，请从列表中重新选择楼栋和单元")


def _locked(facility_ids: Sequence[int], *, area_id: int | None = None) -> list[Facility]:
    mine = Q(area_id=area_id) if area_id is not None else Q()
    rows = Facility.objects.select_for_update(of=("self",)).select_related("building").filter(mine)
    found = list(rows.filter(pk__in=facility_ids).order_by("pk"))
    if len(found) != len(set(facility_ids)):
        raise FacilityChanged("部分设施设备不在该物业区域内，请刷新后重试")
    for facility in found:
        if not facility.is_in_use:
            raise FacilityChanged(f"“{facility.name}”已停用，不能再修改或移动")
    return found


def _save(facility: Facility) -> None:
    facility.version += 1
    try:
        with transaction.atomic():
            facility.save()
    except IntegrityError as refused:
        if "facility_name_is_unique_at_its_place" not in str(refused):
            raise
        raise FacilityExists(f"{facility.place}已有名为“{facility.name}”的设施设备，请换一个名称") from None


def _keep(
    facility: Facility, act: FacilityAct, *, before: str, after: str, by_id: int | None, at: dt.datetime
) -> None:
    [pk] = new_ids(1)
    FacilityEvent.objects.create(
        id=pk, facility=facility, act=act, before=before[:500], after=after[:500], by_id=by_id, at=at
    )

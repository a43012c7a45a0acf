"""A withdrawal order (维修支取任务单) while it is filled in: its area, its buildings and houses, what they come to.

Houses are saved building by building, and count only while their building is ticked. The totals are filled in and the
standard is computed by a press of a button; what the form holds then is compared with what is chosen, so that totals
which are no longer true are seen, and refused. Source: manual 003 §4.2.1 ①-⑨.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.pages import BUILDINGS
from upkeep.casework.procedure import register
from upkeep.casework.states import CLOSED, Move, State
from upkeep.estate import house_choice
from upkeep.estate.claims import names_of
from upkeep.estate.kinds import HouseNature, HouseState
from upkeep.estate.models import CaseHouse, House
from upkeep.kernel.areas import square_metres
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import MoneyField
from upkeep.parties.actor import Actor
from upkeep.repairs.queries import areas_to_start_in

CODE = "withdrawal_order"
#: Where the draft keeps what was filled in: houses and area, and total and area of which the standard was computed.
FILLED, STANDARD = "filled", "standard"
NOT_COMMODITY = "已售公有住房，不办理商品房维修支取"
_TABLE = ("building__order", "building__name", "-floor", "unit", "room")


class NotAnOrder(Refusal):
    """The case is no order of this organisation that may be copied."""


class NothingChosen(Refusal):
    """No house of a ticked building is saved."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """分摊总户数、分摊总面积、分摊标准: as chosen now, and as they were filled in and computed last.

    `filled` is houses and 0.01 m²; `standard` is fen and 0.01 m². None: not yet.
    """

    houses: int
    area_dm2: int
    total_fen: int | None
    filled: tuple[int, int] | None = None
    standard: tuple[int, int] | None = None

    @property
    def is_filled_stale(self) -> bool:
        return self.filled is not None and self.filled != (self.houses, self.area_dm2)

    @property
    def is_standard_stale(self) -> bool:
        return self.standard is not None and self.standard != (self.total_fen, self.area_dm2)

    @property
    def filled_houses(self) -> int | None:
        return self.filled[0] if self.filled else None

    @property
    def filled_dm2(self) -> int | None:
        return self.filled[1] if self.filled else None

    @property
    def standard_words(self) -> str:
        return standard_words(*self.standard) if self.standard else ""

    def problem(self) -> str:
        """Why the order cannot go on with these totals; empty when it can."""
        if not self.houses:
            return "请勾选自然幢，并在“选择分户”中保存参与分摊的房屋"
        if self.filled is None:
            return "请点“填入勾选房屋户数和面积”"
        if self.is_filled_stale:
            return (
                f"分摊房屋已有变动：现为 {self.houses:,} 户 {square_metres(self.area_dm2)} ㎡，"
                "请重新点“填入勾选房屋户数和面积”，再点“计算分摊标准”"
            )
        if self.standard is None:
            return "请点“计算分摊标准”"
        if self.is_standard_stale:
            return "支取总金额或分摊面积已有变动，请重新点“计算分摊标准”"
        return ""


def standard_words(total_fen: int, area_dm2: int) -> str:
    """分摊标准, yuan per m² to four places, rounded half up; houses are charged by the exact allocation, not by this."""
    tenths = (total_fen * 20_000 + area_dm2) // (2 * area_dm2)
    return f"{tenths // 10_000:,}.{tenths % 10_000:04d}"


def ticked(case: Case) -> list[int]:
    """The ids of the ticked buildings."""
    kept = case.data.get(BUILDINGS) or []
    return [int(pk) for pk in kept if str(pk).isdecimal()] if isinstance(kept, list) else []


def sharing_houses(case: Case) -> list[House]:
    """The saved houses of the ticked buildings that can share, in the order of the building table."""
    return list(
        House.objects.filter(
            pk__in=CaseHouse.objects.filter(case=case).values("house_id"),
            building__in=ticked(case),
            area_id=register[case.procedure].area_id(case) or 0,
            state=HouseState.ACTIVE,
            nature=HouseNature.COMMODITY,
        )
        .select_related("building")
        .order_by(*_TABLE)
    )


def unfit_houses(case: Case) -> list[House]:
    """Saved houses of ticked buildings that cannot share any more: cancelled, or no commodity housing."""
    saved = House.everything.filter(
        pk__in=CaseHouse.objects.filter(case=case).values("house_id"), building__in=ticked(case)
    )
    return list(
        saved.exclude(state=HouseState.ACTIVE, nature=HouseNature.COMMODITY)
        .select_related("building")
        .order_by(*_TABLE)
    )


def saved_in_buildings(case: Case) -> Counter[int]:
    """How many houses of each building are saved, by building id."""
    rows = House.objects.filter(pk__in=CaseHouse.objects.filter(case=case).values("house_id"))
    return Counter(rows.values_list("building_id", flat=True))


def total_of(case: Case) -> int | None:
    """支取总金额 as typed, in fen; None while it is missing or no amount."""
    try:
        fen: int | None = MoneyField(required=False).clean(str(case.data.get("total") or ""))
    except ValidationError:
        return None
    return fen


def totals_of(case: Case, houses: Sequence[House] | None = None) -> Totals:
    """What the order comes to now beside what was filled in."""
    houses = sharing_houses(case) if houses is None else houses
    return Totals(
        houses=len(houses),
        area_dm2=sum(house.area_dm2 for house in houses),
        total_fen=total_of(case),
        filled=_pair(case.data.get(FILLED)),
        standard=_pair(case.data.get(STANDARD)),
    )


def _pair(kept: Any) -> tuple[int, int] | None:
    if isinstance(kept, list) and len(kept) == 2 and all(isinstance(part, int) for part in kept):
        return kept[0], kept[1]
    return None


@transaction.atomic
def begin(*, area_id: int, by: Actor, at: dt.datetime, copied_from: Case | None = None) -> Case:
    """新建任务单: a draft for an area that the company serves; of a returned or withdrawn order with all it said.

    One live copy of an order at a time: asked again, the answer is the copy under way. Raises: NotAnOrder, and what
    `engine.start` raises.
    """
    _check_area(area_id, by=by)
    data: dict[str, Any] = {"area": area_id}
    if copied_from is not None:
        old = Case.objects.select_for_update().get(pk=copied_from.pk)
        if not may_be_copied(old, by=by):
            raise NotAnOrder("只有审批退回或已撤销的任务单可以修改，请刷新后再看")
        if (under_way := live_copies([old]).get(old.pk)) is not None:
            return under_way
        data = _data_of(old, area_id=area_id)
    case = engine.start(register[CODE], by=by, at=at, data=data, copied_from=copied_from)
    if copied_from is not None:
        case.contact_name, case.contact_phone = copied_from.contact_name, copied_from.contact_phone
        case.save(update_fields=["contact_name", "contact_phone"])
        if register[CODE].area_id(copied_from) == area_id:
            _copy_houses(copied_from, case)
        _close(copied_from, because=case, by=by, at=at)
    return case


def may_be_copied(case: Case, *, by: Actor) -> bool:
    """修改 is offered of the organisation's own orders that were handed in and came back, or were withdrawn."""
    came_back = case.state_now in (State.RETURNED, State.REJECTED, State.WITHDRAWN)
    mine = case.procedure == CODE and engine.is_applicant(case, by)
    return mine and came_back and case.submitted_at is not None and case.forgotten_at is None


def live_copies(cases: Iterable[Case]) -> dict[int, Case]:
    """The orders made of these that are not closed, or were approved, by the id of the old one. One query."""
    copies = Case.objects.filter(copied_from__in=cases)
    alive = copies.exclude(state__in=[State.WITHDRAWN, State.REJECTED, State.RETURNED]).order_by("created_at")
    return {copy.copied_from_id: copy for copy in alive if copy.copied_from_id}


def _data_of(old: Case, *, area_id: int) -> dict[str, Any]:
    """What the new draft begins with; in another area without what belonged to the old one."""
    if register[CODE].area_id(old) == area_id:
        return dict(old.data) | {"area": area_id}
    of_area = {BUILDINGS, FILLED, STANDARD, "facility", house_choice.CHOSEN_ON}
    return {key: value for key, value in old.data.items() if key not in of_area} | {"area": area_id}


def _copy_houses(old: Case, case: Case) -> None:
    alive = House.objects.filter(
        pk__in=house_choice.chosen_ids(old), state=HouseState.ACTIVE, nature=HouseNature.COMMODITY
    )
    house_choice.put_in(case, list(alive.values_list("pk", flat=True)))


def _close(old: Case, *, because: Case, by: Actor, at: dt.datetime) -> None:
    """A returned order is closed for good once it lives on in another."""
    if old.state_now not in CLOSED:
        engine.move(old.pk, Move.WITHDRAW, by=by, at=at, note=f"修改后重新生成任务单 {because.number}")


def _check_area(area_id: int, *, by: Actor) -> None:
    if not areas_to_start_in(by).filter(pk=area_id).exists():
        raise NotAnOrder("本单位没有为该小区提供物业服务，请先办理物业区域关联")


@transaction.atomic
def change_area(case_id: int, *, area_id: int, by: Actor, at: dt.datetime) -> Case:
    """Another area for a draft: what was chosen in the first one is dropped. Raises: NotAnOrder, NotYours, NotNow."""
    _check_area(area_id, by=by)
    case = engine.editable(case_id, by=by)
    if register[CODE].area_id(case) == area_id:
        return case
    house_choice.put_in(case, ())
    return engine.save_draft(
        case_id, {"area": area_id, BUILDINGS: [], FILLED: None, STANDARD: None, "facility": ""}, by=by, at=at
    )


@transaction.atomic
def save_houses(case_id: int, *, building_id: int, house_ids: Collection[int], by: Actor, at: dt.datetime) -> int:
    """批量保存房屋 in one building: its houses in the place of those saved there before, the other buildings stay.

    Answers with how many are saved there. Raises: NotOfThisArea, NotAnOrder, NotYours, NotNow.
    """
    case = engine.editable(case_id, by=by)
    here = dict(House.objects.filter(building_id=building_id).values_list("pk", "nature"))
    wanted = set(house_ids) & here.keys()
    if any(here[pk] != HouseNature.COMMODITY for pk in wanted):
        raise NotAnOrder(f"所选房屋中有{NOT_COMMODITY}，请取消选择后再保存")
    elsewhere = [pk for pk in house_choice.chosen_ids(case) if pk not in here]
    house_choice.choose(case_id, house_ids=[*elsewhere, *wanted], by=by, at=at)
    return len(wanted)


@transaction.atomic
def fill_in(case_id: int, *, by: Actor, at: dt.datetime) -> Totals:
    """填入勾选房屋户数和面积. Raises: NothingChosen, NotYours, NotNow."""
    case = engine.editable(case_id, by=by)
    now = totals_of(case)
    if not now.houses:
        raise NothingChosen(now.problem())
    return totals_of(engine.save_draft(case_id, {FILLED: [now.houses, now.area_dm2]}, by=by, at=at))


@transaction.atomic
def compute_standard(case_id: int, *, by: Actor, at: dt.datetime) -> Totals:
    """计算分摊标准 = 支取总金额 ÷ 分摊总面积. Raises: NothingChosen, NotYours, NotNow."""
    case = engine.editable(case_id, by=by)
    now = totals_of(case)
    if now.total_fen is None:
        raise NothingChosen("请先填写支取总金额")
    if now.filled is None or now.is_filled_stale or not now.houses:
        raise NothingChosen(now.problem())
    return totals_of(engine.save_draft(case_id, {STANDARD: [now.total_fen, now.area_dm2]}, by=by, at=at))


def unfit_sentence(houses: Sequence[House]) -> str:
    """Which saved houses cannot share, and what to do."""
    return f"{names_of(houses)}已不能参与分摊（已注销或不是商品住宅），请在“选择分户”中重新保存房屋"

"""保修期: whether the builder still answers for what a project repairs (建设工程质量管理条例 第四十条, 165号令 第十八条)."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from upkeep.estate.models import Facility
from upkeep.kernel.dates import in_letters
from upkeep.kernel.errors import Refusal
from upkeep.policy.warranty_rule import BLOCK, OFF, WarrantyRule, warranty_rule
from upkeep.repairs.models import RepairProject


class UnderWarranty(Refusal):
    """A facility whose warranty still runs may not be repaired from the fund in this city."""


@dataclass(frozen=True, kw_only=True)
class Warranty:
    """A facility that is still under warranty until a day; `blocks`: the city lets nothing of it be published."""

    facility: Facility
    years: int
    until: dt.date
    blocks: bool

    @property
    def sentence(self) -> str:
        name = f"“{self.facility.name}”（{self.facility.place}）"
        what = f"{name}建成后保修 {self.years} 年，至 {in_letters(self.until)} 期满"
        if self.blocks:
            return f"{what}，保修期内应由建设、施工单位维修，不得使用维修资金"
        return f"{what}，保修期内应先联系建设、施工单位保修；属人为损坏等情形的，请在维修原因中说明"


def warranties(facilities: Sequence[Facility], *, jurisdiction_id: int, on: dt.date) -> dict[int, Warranty]:
    """Which of the facilities are under warranty that day, by id. Their buildings are loaded.

    A facility of the whole area, and one of a building whose year is not known, is not judged.
    """
    rule = warranty_rule(jurisdiction_id=jurisdiction_id, on=on)
    if rule.within == OFF:
        return {}
    found = {}
    for facility in facilities:
        until = warranty_ends(facility, rule)
        if until is not None and on <= until:
            years = rule.years_of(facility.kind)
            found[facility.pk] = Warranty(facility=facility, years=years, until=until, blocks=rule.within == BLOCK)
    return found


def warranty_ends(facility: Facility, rule: WarrantyRule) -> dt.date | None:
    """The last day of a facility's warranty: the building's month of completion and the years, to the month's end."""
    years = rule.years_of(facility.kind)
    if not years or facility.building is None or not facility.building.built_in:
        return None
    built = facility.building.built_in
    year, month = int(built[:4]) + years, int(built[4:])
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def warranties_of(project: RepairProject, *, on: dt.date) -> dict[int, Warranty]:
    """The project's facilities that are under warranty that day, by facility id."""
    works = project.facilities.select_related("facility__building").order_by("pk")
    facilities = [work.facility for work in works]
    return warranties(facilities, jurisdiction_id=project.jurisdiction_id, on=on)


def check_warranty(project: RepairProject, *, on: dt.date) -> None:
    """Raises: UnderWarranty where the city lets no such project be published."""
    if blocked := [one for one in warranties_of(project, on=on).values() if one.blocks]:
        raise UnderWarranty("；".join(one.sentence for one in blocked))

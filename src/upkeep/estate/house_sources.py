"""The ways in which a case fills its house table, and fetching one of them: from the housing registry (接口获取).

What is fetched is kept also where it is faulty: it is looked at and mended in place, or exported, corrected and imported.
Source: manual 001 §2.2 and §2.9.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from upkeep.casework import engine, parts
from upkeep.casework.models import Case
from upkeep.casework.pages import SheetPage, Source
from upkeep.casework.procedure import Fact
from upkeep.estate import registry
from upkeep.estate.house_sheet import HouseTable
from upkeep.estate.registry import Building, Project
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.policy.collection_rule import REGISTRY, collection_rule
from upkeep.sheets.checking import read_typed
from upkeep.sheets.kinds import Choice

#: Where the data of a case keep what was fetched last.
FETCHED = "registry"
_MOST_UNREAD = 50
_CHOICES = [column.key for column in HouseTable.columns if isinstance(column.kind, Choice)]

FROM_REGISTRY = Source(
    REGISTRY,
    "接口获取",
    "按项目名称或地址从房屋登记系统查询，勾选楼栋后获取；获取后在线核对、修改，或导出改好后再导入",
    page="cases:registry",
    button="查询项目",
    icon="search",
)


class NoBuildings(Refusal):
    """No building was ticked, or one that the project does not have."""


class TooMany(Refusal):
    """More houses than a house table may have."""


class _Progress(Protocol):
    def begin(self, total: int, note: str = "") -> None: ...

    def advance(self, count: int = 1) -> None: ...


def open_sources(case: Case, page: SheetPage) -> Sequence[Source]:
    """The page's sources that the case's city allows; the registry where this installation is connected to one."""
    allowed = collection_rule(jurisdiction_id=case.jurisdiction_id, on=day_of(case.created_at)).sources
    return [
        source
        for source in page.sources
        if source.code in allowed and (source.code != REGISTRY or registry.is_connected())
    ]


@dataclass
class Fetched:
    """What came of a fetch: the project, how many houses, and what could not be read or breaks a rule of the table."""

    project: Project
    houses: int
    fault_count: int
    unread: list[str] = field(default_factory=list)


def fetch(
    case: Case,
    part: str,
    *,
    project_id: str,
    building_ids: Sequence[str],
    keep: bool,
    progress: _Progress,
    by: Actor,
    at: dt.datetime,
) -> Fetched:
    """Put the houses of the chosen buildings into the case's table, in the place of its rows or (`keep`) behind them.

    Raises: HousingRegistryFails, NoBuildings, TooMany, NotYours, NotNow; then the case is as it was.
    """
    project, known = registry.buildings_of(project_id, patient=True)
    chosen = [building for building in known if building.id in set(building_ids)]
    if not chosen or len(chosen) != len(set(building_ids)):
        raise NoBuildings("请勾选要获取的楼栋；勾选之后登记系统又有变动的，请重新查询")
    rows = [row for _, row in parts.rows_of(case, part)] if keep else []
    most, announced = HouseTable.max_rows, len(rows) + sum(building.houses for building in chosen)
    if announced > most:
        raise TooMany(f"共 {announced:,} 户，超过一张业务单最多 {most:,} 户，请少选几栋，分次办理")
    progress.begin(sum(building.houses for building in chosen), "正在从房屋登记系统获取")
    unread: list[str] = []
    for building in chosen:
        for houses in registry.houses_of(building):
            for house in houses:
                values, wrong = _values(house.cells(building), at=day_of(at))
                rows.append(values)
                unread += [f"第 {len(rows) + 1} 行{text}" for text in wrong]
            if len(rows) > most:
                raise TooMany(f"登记系统给出的房屋超过一张业务单最多 {most:,} 户，请少选几栋，分次办理")
            progress.advance(len(houses))
    faults = parts.replace_rows(case.pk, part, rows, by=by, at=at, keep_faulty=True)
    engine.save_draft(case.pk, {FETCHED: _memory(project, chosen, unread, at=at)}, by=by, at=at)
    return Fetched(project, len(rows), len(faults), unread[:_MOST_UNREAD])


def _values(cells: dict[str, str], *, at: dt.date) -> tuple[dict[str, Any], list[str]]:
    """The typed values of a row. A word that is none of a list stays, to be seen where it is changed; what else cannot
    be read is left empty and told."""
    values, wrong = read_typed(HouseTable, cells, at=at)
    for key in wrong.keys() & _CHOICES:
        values[key] = cells[key].strip()
    return values, [
        f"：{text}（登记系统给出“{cells[key][:30]}”）" for key, text in wrong.items() if key not in _CHOICES
    ]


def _memory(project: Project, chosen: Iterable[Building], unread: list[str], *, at: dt.datetime) -> dict[str, Any]:
    return {
        "project": project.name,
        "developer": project.developer,
        "buildings": [building.name for building in chosen],
        "houses": sum(building.houses for building in chosen),
        "on": day_of(at).isoformat(),
        "unread": unread[:_MOST_UNREAD],
    }


def fetched_facts(case: Case) -> list[Fact]:
    """What was fetched, for the case page and the printed application."""
    memory = case.data.get(FETCHED)
    if not memory:
        return []
    buildings = "、".join(memory["buildings"][:10]) + ("等" if len(memory["buildings"]) > 10 else "")
    count = f"{len(memory['buildings'])} 栋 {memory['houses']:,} 户"
    return [Fact("接口获取", f"{memory['on']} 从房屋登记系统获取“{memory['project']}”{buildings}，{count}")]


def fetched_warnings(case: Case) -> list[str]:
    """What whoever decides should look at: the registry names another developer than the applicant."""
    developer = (case.data.get(FETCHED) or {}).get("developer", "")
    applicant = case.applicant_organisation.name if case.applicant_organisation else ""
    if not developer or developer == applicant:
        return []
    return [f"房屋登记系统所载开发建设单位为“{developer}”，与申请单位“{applicant}”不一致，请核对"]

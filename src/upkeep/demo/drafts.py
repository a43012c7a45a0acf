"""Repair projects as their committee has left them: drafts with two facilities and a plan, one just published, an emergency."""

import datetime as dt
from dataclasses import dataclass

from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.papers import picture_of
from upkeep.estate.models import Facility
from upkeep.parties.actor import Actor
from upkeep.repairs import announcing, drafting, papers, plan, works
from upkeep.repairs.drafting import Basics
from upkeep.repairs.models import DraftPage, EmergencyCause, RepairProject
from upkeep.repairs.stages import ProjectKind
from upkeep.repairs.works import WorkData

LOGIN = "demo-committee"


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A facility with what is done to it; the houses of these buildings share it, of none: all."""

    facility: str
    content: str
    contractor: str
    budget_fen: int
    buildings: tuple[str, ...] = ()


_LIFT_AND_PUMP = (
    _Part(
        facility="4幢1单元电梯",
        content="更换曳引机、钢丝绳和控制柜，质保两年",
        contractor="江城市安达电梯工程有限公司",
        budget_fen=86_400_00,
        buildings=("4幢",),
    ),
    _Part(
        facility="小区供水水泵",
        content="更换变频水泵 3 台及控制柜",
        contractor="江城市清源机电安装有限公司",
        budget_fen=26_900_55,
    ),
)
_ROOF = (
    _Part(
        facility="1幢屋面",
        content="铲除旧防水层，重做 4mm SBS 改性沥青防水卷材两道",
        contractor="江城市宏远建筑维修有限公司",
        budget_fen=58_320_00,
        buildings=("1幢",),
    ),
    _Part(
        facility="1幢2单元电梯",
        content="更换轿厢操纵箱和层站召唤盒",
        contractor="江城市安达电梯工程有限公司",
        budget_fen=18_600_00,
        buildings=("1幢",),  # what is published keeps its houses from changes of the register: one building only
    ),
)
_URGENT = (
    _Part(
        facility="2幢2单元电梯",
        content="更换制动器和限速器，恢复运行",
        contractor="江城市安达电梯工程有限公司",
        budget_fen=23_800_00,
        buildings=("2幢",),
    ),
)


def leave_drafts(city: City, filled: Filled, *, today: dt.date) -> int:
    """One general draft ready to be published, one published, an emergency draft, and one begun with a mistake in it.

    Answers with their number.
    """
    desk = _Desk(city.actor(LOGIN), filled, today)
    ready = desk.begin("4幢电梯与小区供水水泵更新", "设备运行十年以上，检测结论为建议更换主要部件。", days_ago=3)
    desk.fill_in(ready, _LIFT_AND_PUMP, shares=(30, 40, 30))
    published = desk.begin("1幢屋面与2单元电梯翻修", "屋面多处渗漏，电梯操纵箱停产无配件。", days_ago=12)
    desk.fill_in(published, _ROOF, shares=(30, 50, 20))
    announcing.publish_project(
        published.pk,
        open_until=today + dt.timedelta(days=6),
        by=desk.by,
        at=moment(today - dt.timedelta(days=4), 10, 5),
    )
    urgent = desk.begin(
        "2幢2单元电梯制动器抢修",
        "电梯冲顶，经检验机构判定存在重大事故隐患，已停止使用。",
        days_ago=1,
        cause=EmergencyCause.LIFT,
    )
    desk.fill_in(urgent, _URGENT, shares=(50, 50))
    for name in ("特种设备检验意见通知书", "电梯停用现场照片"):
        papers.attach_paper(urgent.pk, name=f"{name}.png", content=picture_of(name), by=desk.by, at=desk.at(1))
    late = desk.begin("小区照明改造", "", days_ago=150)
    typed = {"title": "小区照明改造", "reason": "", "starts_on": "", "ends_on": "", "contact_phone": "1390830"}
    drafting.keep_typed(late.pk, page=DraftPage.BASICS, typed=typed, faults=4, by=desk.by, at=desk.at(150))
    return 4


class _Desk:
    """The committee at its desk."""

    def __init__(self, by: Actor, filled: Filled, today: dt.date) -> None:
        self.by, self.filled, self.today = by, filled, today

    def at(self, days_ago: int) -> dt.datetime:
        return moment(self.today - dt.timedelta(days=days_ago), 9, 40)

    def begin(self, title: str, reason: str, *, days_ago: int, cause: str = "") -> RepairProject:
        day = self.today - dt.timedelta(days=days_ago)
        basics = Basics(
            title=title,
            reason=reason,
            contact_name=self.by.name,
            contact_phone=self.by.phone,
            starts_on=day + dt.timedelta(days=20),
            ends_on=day + dt.timedelta(days=50),
            emergency_cause=cause,
        )
        kind = ProjectKind.EMERGENCY if cause else ProjectKind.GENERAL
        return drafting.create_project(
            area_id=self.filled.area.pk, basics=basics, by=self.by, at=self.at(days_ago), kind=kind
        )

    def fill_in(self, project: RepairProject, parts: tuple[_Part, ...], *, shares: tuple[int, ...]) -> None:
        """Facilities with their houses, and a plan of phases in these percentages."""
        at = project.created_at
        places = Facility.objects.filter(area=self.filled.area, name__in=[one.facility for one in parts])
        ids = dict(places.values_list("name", "pk"))
        added = works.add_works(project.pk, facility_ids=[ids[one.facility] for one in parts], by=self.by, at=at)
        data = {
            work.pk: WorkData(content=one.content, contractor=one.contractor, budget_fen=one.budget_fen)
            for work, one in zip(added, parts, strict=True)
        }
        works.describe_works(project.pk, works=data, by=self.by, at=at)
        for work, one in zip(added, parts, strict=True):
            houses = [
                house.pk for house in self.filled.houses if not one.buildings or house.building.name in one.buildings
            ]
            project = works.choose_houses(project.pk, house_ids=houses, work_id=work.pk, by=self.by, at=at)
        amounts = [project.payable_fen * percent // 100 for percent in shares]
        amounts[-1] = project.payable_fen - sum(amounts[:-1])
        titles = ("首期：材料进场后", "进度款：完成过半后", "末期：验收合格并公示后")
        named = titles if len(amounts) > 2 else (titles[0], titles[-1])
        days = [project.starts_on + dt.timedelta(days=20 * place) for place in range(len(amounts))]
        phases = [
            plan.Phase(title=title, amount_fen=fen, planned_on=day)
            for title, fen, day in zip(named, amounts, days, strict=True)
        ]
        plan.set_plan(project.pk, phases=phases, by=self.by, at=at)

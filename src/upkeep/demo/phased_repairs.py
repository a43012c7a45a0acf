"""Repair projects paid by phases: one whose second payment is under review, one finished, an emergency that is applied for."""

import datetime as dt
from dataclasses import dataclass

from upkeep.casework import engine, files
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.city import City
from upkeep.demo.fill import Filled
from upkeep.demo.papers import picture_of
from upkeep.demo.repairs import Walk
from upkeep.estate.models import Facility
from upkeep.repairs import acceptance, announcing, application, papers, plan, requesting
from upkeep.repairs.models import EmergencyCause, RepairProject
from upkeep.repairs.stages import ProjectKind, Stage

_CONTRACTORS = (("江城市宏远建筑维修有限公司", "6222000099990001"), ("江城恒通机电安装有限公司", "6222000099990002"))


@dataclass(frozen=True, kw_only=True)
class Script:
    """A project: in the area of that place, begun that many days ago, of these phases (fen), paid that far."""

    place: int
    login: str
    title: str
    facility: str
    phases: tuple[int, ...]
    days_ago: int
    paid: int
    last: Stage
    kind: ProjectKind = ProjectKind.GENERAL
    settled_less_fen: int = 0


SCRIPTS = (
    Script(
        place=0,
        login="demo-committee",
        title="3幢屋面和外墙渗漏大修",
        facility="3幢屋面",
        phases=(48_000_00, 32_000_00, 36_820_50),
        days_ago=64,
        paid=1,
        last=Stage.DISBURSING,
    ),
    Script(
        place=2,
        login="more-committee2",
        title="小区大门及门禁系统更新",
        facility="小区大门门禁",
        phases=(21_000_00, 21_000_00, 18_600_00),
        days_ago=150,
        paid=3,
        last=Stage.FINISHED,
        settled_less_fen=1_240_00,
    ),
    Script(
        place=10,
        login="more-committee3",
        title="供水水泵故障紧急抢修",
        facility="小区供水水泵",
        phases=(15_000_00, 12_500_00),
        days_ago=8,
        paid=0,
        last=Stage.APPLICATION,
        kind=ProjectKind.EMERGENCY,
    ),
)


def run_phased(city: City, filled: list[Filled], *, today: dt.date) -> int:
    """Carry each project as far as its script says. Answers with their number."""
    for script in SCRIPTS:
        begin = today - dt.timedelta(days=script.days_ago)
        PhasedWalk(city, filled[script.place], script.login, begin, today).carry(script)
    return len(SCRIPTS)


class PhasedWalk(Walk):
    """A project with a plan of payments on its way."""

    def carry(self, script: Script) -> None:
        facility = Facility.objects.get(area=self.filled.area, name=script.facility)
        cause = EmergencyCause.PUMP if script.kind is ProjectKind.EMERGENCY else ""
        project = self.create(script.title, facility, sum(script.phases), kind=script.kind, cause=cause)
        self._plan(project, script)
        self.publish(project)
        if script.kind is ProjectKind.GENERAL:
            self.open_vote(project)
            self.vote(project)
        case = self._apply_for(project)
        if script.last is Stage.APPLICATION:
            return
        self.decide(case)
        for number in range(1, len(script.phases) + 1):
            if number == len(script.phases):
                self._accept_and_announce(project, script)
            request = self._request(project, number)
            if number > script.paid:
                engine.move(request.pk, Move.ACCEPT, by=self.city.actor("demo-clerk"), at=self.at(1))
                return
            self.decide(request)
            self.pay(project)

    def _plan(self, project: RepairProject, script: Script) -> None:
        titles = (
            ("合同签订后", "工程完成过半", "验收合格并公示后") if len(script.phases) == 3 else ("开工", "验收公示后")
        )
        days = [self.day + dt.timedelta(days=25 * number) for number in range(1, len(script.phases) + 1)]
        phases = [
            plan.Phase(title=title, amount_fen=fen, planned_on=day)
            for title, fen, day in zip(titles, script.phases, days, strict=True)
        ]
        plan.set_plan(project.pk, phases=phases, by=self.by, at=self.at())
        if script.kind is ProjectKind.EMERGENCY:
            for name in ("水泵检测报告", "停水现场照片"):
                papers.attach_paper(project.pk, name=f"{name}.png", content=picture_of(name), by=self.by, at=self.at())

    def _apply_for(self, project: RepairProject) -> Case:
        procedure = register["project_application"]
        case = application.open_application(project.pk, procedure=procedure, by=self.by, at=self.at(2))
        return self._hand_in(case)

    def _request(self, project: RepairProject, number: int) -> Case:
        """The first phase goes to two contractors."""
        procedure = register["fund_disbursement"]
        case = requesting.open_request(project.pk, phase_number=number, procedure=procedure, by=self.by, at=self.at(3))
        whole = str(case.data["payee_1_amount"]).replace(",", "")
        amounts = [f"{float(whole) - 9_000:.2f}", "9000.00"] if number == 1 else [whole]
        data: dict[str, str] = {}
        for place, (amount, (name, account)) in enumerate(zip(amounts, _CONTRACTORS, strict=False), start=1):
            data |= {
                f"payee_{place}_name": name,
                f"payee_{place}_bank": "江城银行滨江支行",
                f"payee_{place}_account": account,
                f"payee_{place}_amount": amount,
            }
        engine.save_draft(case.pk, data, by=self.by, at=self.at())
        return self._hand_in(case)

    def _hand_in(self, case: Case) -> Case:
        present = set(case.files.values_list("paper", flat=True))
        for paper in register[case.procedure].papers_of(case):
            if paper.required and paper.code not in present:
                name, content = f"{paper.title}.png", picture_of(paper.title)
                files.attach(case.pk, paper=paper.code, name=name, content=content, by=self.by, at=self.at())
        return engine.move(case.pk, Move.SUBMIT, by=self.by, at=self.at(1))

    def _accept_and_announce(self, project: RepairProject, script: Script) -> None:
        at = self.at(8)
        acceptance.accept_work(
            project.pk,
            accepted_on=self.day,
            settlement_fen=sum(script.phases) - script.settled_less_fen,
            acceptance="经业主委员会、监理单位现场验收，质量合格，同意结算",
            content="设备安装、调试、试运行及移交资料",
            works_from=self.day - dt.timedelta(days=30),
            works_to=self.day - dt.timedelta(days=2),
            by=self.by,
            at=at,
        )
        until = self.day + dt.timedelta(days=10)
        announcing.publish_acceptance(project.pk, open_until=until, by=self.by, at=self.at(1))

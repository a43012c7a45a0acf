"""Repair projects at every stage that exists, a vote open now among them."""

import datetime as dt

from upkeep.banking.actions import confirm_order
from upkeep.banking.models import PaymentOrder
from upkeep.casework import engine, files
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.papers import picture_of
from upkeep.estate.models import Facility
from upkeep.repairs import acceptance, announcing, application, deciding, drafting
from upkeep.repairs.models import RepairProject
from upkeep.repairs.purposes import reference_prefix
from upkeep.repairs.stages import Stage
from upkeep.voting.models import BallotChoice

#: How far each project goes: (area's place, committee's login, title, yuan, days ago it was begun, last stage).
Script = tuple[int, str, str, str, int, int, Stage]

SCRIPTS: tuple[Script, ...] = (
    (0, "demo-committee", "1幢1单元电梯曳引机大修", "1幢1单元电梯", 186_400_00, 160, Stage.FINISHED),
    (0, "demo-committee", "2幢屋面防水翻修", "2幢屋面", 96_320_50, 95, Stage.TRANSFER),
    (0, "demo-committee", "3幢屋面防水翻修", "3幢屋面", 88_765_43, 9, Stage.VOTING),
    (2, "more-committee2", "1幢屋面防水翻修", "1幢屋面", 42_180_00, 70, Stage.REVIEW),
    (2, "more-committee2", "2幢屋面防水翻修", "2幢屋面", 38_765_43, 50, Stage.ACCEPTANCE_NOTICE),
    (2, "more-committee2", "小区供水水泵更换", "小区供水水泵", 26_900_00, 36, Stage.ACCEPTED),
    (10, "more-committee3", "1幢屋面渗漏维修", "1幢屋面", 31_250_00, 28, Stage.PASSED),
    (10, "more-committee3", "3幢屋面渗漏维修", "3幢屋面", 29_800_00, 4, Stage.NOTICE),
    (10, "more-committee3", "小区大门门禁更新", "小区大门门禁", 18_600_00, 1, Stage.NEW),
)


def run_projects(city: City, filled: list[Filled], *, today: dt.date, scripts: tuple[Script, ...] = SCRIPTS) -> int:
    """Carry each project as far as its script says. Answers with their number."""
    for place, login, title, facility, budget_fen, days_ago, last in scripts:
        _Walk(city, filled[place], login, today - dt.timedelta(days=days_ago), today).go(
            title, facility, budget_fen, last
        )
    return len(scripts)


class _Walk:
    """One project on its way; each step some days after the one before, never after today."""

    def __init__(self, city: City, filled: Filled, login: str, begin: dt.date, today: dt.date) -> None:
        self.city, self.filled, self.day, self.today = city, filled, begin, today
        self.by = city.actor(login)

    def at(self, days: int = 0) -> dt.datetime:
        self.day = min(self.day + dt.timedelta(days=days), self.today)
        return moment(self.day, 11, 15)

    def go(self, title: str, facility_name: str, budget_fen: int, last: Stage) -> None:
        facility = Facility.objects.get(area=self.filled.area, name=facility_name)
        project = self._create(title, facility, budget_fen)
        steps = (
            (Stage.NOTICE, self._publish),
            (Stage.VOTING, self._open_vote),
            (Stage.PASSED, self._vote),
            (Stage.ACCEPTED, self._accept),
            (Stage.ACCEPTANCE_NOTICE, self._publish_acceptance),
            (Stage.REVIEW, self._apply),
            (Stage.TRANSFER, self._approve),
            (Stage.FINISHED, self._pay),
        )
        order = [Stage.NEW, *(stage for stage, _ in steps)]
        for stage, step in steps:
            if order.index(stage) <= order.index(last):
                step(project)

    def _create(self, title: str, facility: Facility, budget_fen: int) -> RepairProject:
        basics = drafting.Basics(
            title=title,
            reason="设备老化，日常维修已不能保证安全使用",
            contact_name=self.by.name,
            contact_phone=self.by.phone,
            starts_on=self.day + dt.timedelta(days=20),
            ends_on=self.day + dt.timedelta(days=45),
            works=(
                drafting.Work(
                    facility_id=facility.pk,
                    content="拆除更换并恢复使用，质保两年",
                    contractor="江城市宏远建筑维修有限公司",
                    budget_fen=budget_fen,
                ),
            ),
        )
        project = drafting.create_project(area_id=self.filled.area.pk, basics=basics, by=self.by, at=self.at())
        houses = [
            house.pk
            for house in self.filled.houses
            if facility.building_id in (None, house.building_id) and facility.unit in ("", house.unit)
        ]
        return drafting.choose_houses(project.pk, house_ids=houses, by=self.by, at=self.at())

    def _publish(self, project: RepairProject) -> None:
        until = self.day + dt.timedelta(days=10)
        announcing.publish_project(project.pk, open_until=until, by=self.by, at=self.at(1))

    def _open_vote(self, project: RepairProject) -> None:
        closes = self.day + dt.timedelta(days=14)
        deciding.open_vote(project.pk, closes_on=closes, by=self.by, at=self.at(3))

    def _vote(self, project: RepairProject) -> None:
        houses = list(project.houses.order_by("house_id").values_list("house_id", flat=True))
        choices = {
            house_id: (BallotChoice.AGAINST if place % 11 == 5 else BallotChoice.AGREE)
            for place, house_id in enumerate(houses)
            if place % 7 != 6
        }
        deciding.enter_results(project.pk, choices, by=self.by, at=self.at(5))
        deciding.close_vote(project.pk, by=self.by, at=self.at(1))

    def _accept(self, project: RepairProject) -> None:
        at = self.at(6)
        acceptance.accept_work(
            project.pk,
            accepted_on=self.day,
            settlement_fen=project.budget_fen,
            acceptance="经现场验收，质量合格，同意按预算结算",
            by=self.by,
            at=at,
        )

    def _publish_acceptance(self, project: RepairProject) -> None:
        until = self.day + dt.timedelta(days=10)
        announcing.publish_acceptance(project.pk, open_until=until, by=self.by, at=self.at(1))

    def _apply(self, project: RepairProject) -> None:
        procedure = register["simple_disbursement"]
        case = application.open_application(project.pk, procedure=procedure, by=self.by, at=self.at(2))
        payee = {
            "payee_1_name": "江城市宏远建筑维修有限公司",
            "payee_1_bank": "江城银行滨江支行",
            "payee_1_account": "6222000099990001",
            "payee_1_amount": f"{project.budget_fen / 100:.2f}",
        }
        engine.save_draft(case.pk, payee, by=self.by, at=self.at())
        for paper in procedure.papers:
            if paper.required:
                files.attach(
                    case.pk,
                    paper=paper.code,
                    name=f"{paper.title}.png",
                    content=picture_of(paper.title),
                    by=self.by,
                    at=self.at(),
                )
        engine.move(case.pk, Move.SUBMIT, by=self.by, at=self.at(1))

    def _approve(self, project: RepairProject) -> None:
        case = project.cases.order_by("-pk")[0].case
        while (step := engine.current_step(Case.objects.get(pk=case.pk))) is not None:
            user = next(one for one in self.city.users.values() if step.role in self.city.actor(one.username).roles)
            by = self.city.actor(user.username)
            current = Case.objects.get(pk=case.pk)
            engine.move(case.pk, engine.deciding_move(current), by=by, at=self.at(1))

    def _pay(self, project: RepairProject) -> None:
        for place, order in enumerate(
            PaymentOrder.objects.filter(reference__startswith=reference_prefix(project.pk)).order_by("pk")
        ):
            teller = f"demo-teller{self.city.banks.index(order.custody.bank) + 1}"
            confirm_order(
                number=order.number,
                amount_fen=order.amount_fen,
                serial=f"FK{order.number[-8:]}{place}",
                by=self.city.actor(teller),
                at=self.at(2),
            )

"""Projects paid by phases (一般维修, 紧急维修), carried as far as a test needs them."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence

from PIL import Image

from tests.banking.town import AT
from tests.repairs.scene import BUDGET_FEN, TODAY, Scene, again, new_project
from upkeep.banking.actions import confirm_order
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.casework import engine
from upkeep.casework.files import attach
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.repairs import acceptance, announcing, application, deciding, requesting
from upkeep.repairs.models import EmergencyCause, ProjectPhase, RepairProject
from upkeep.repairs.papers import attach_paper
from upkeep.repairs.queries import orders_of
from upkeep.repairs.stages import ProjectKind
from upkeep.voting.models import BallotChoice

APPLICATION, REQUEST = register["project_application"], register["fund_disbursement"]
#: Three phases of 30, 40 and 30 percent.
PERCENT = (30, 40, 30)
UNTIL = TODAY + dt.timedelta(days=10)


def plan(budget_fen: int, percent: Sequence[int] = PERCENT) -> list[int]:
    """The phases' amounts; the last takes what is left over."""
    first = [budget_fen * one // 100 for one in percent[:-1]]
    return [*first, budget_fen - sum(first)]


def drafted(
    scene: Scene,
    *,
    kind: ProjectKind = ProjectKind.GENERAL,
    budget_fen: int = BUDGET_FEN,
    amounts: Sequence[int] = (),
) -> RepairProject:
    """A project with houses and plan, not yet published."""
    project = new_project(scene, budget_fen=budget_fen)
    RepairProject.objects.filter(pk=project.pk).update(kind=kind)
    if kind is ProjectKind.EMERGENCY:
        RepairProject.objects.filter(pk=project.pk).update(emergency_cause=EmergencyCause.LIFT)
        attach_paper(project.pk, name="检测报告.png", content=picture(), by=scene.chair, at=AT)
    wanted = list(amounts) or plan(budget_fen)
    ProjectPhase.objects.bulk_create(
        [
            ProjectPhase(
                id=pk,
                project=project,
                number=number,
                title=f"第{number}次付款",
                amount_fen=fen,
                limit_fen=fen,
            )
            for number, (pk, fen) in enumerate(zip(new_ids(len(wanted)), wanted, strict=True), start=1)
        ]
    )
    return again(project)


def ready(scene: Scene, project: RepairProject) -> RepairProject:
    """Published, and voted on where the kind asks for it: it may be applied for."""
    announcing.publish_project(project.pk, open_until=UNTIL, by=scene.chair, at=AT)
    if project.kind_now is ProjectKind.GENERAL:
        deciding.open_vote(project.pk, closes_at=AT + dt.timedelta(days=10), by=scene.chair, at=AT)
        choices = dict.fromkeys(scene.house_ids, BallotChoice.AGREE)
        deciding.enter_results(project.pk, choices, by=scene.chair, at=AT)
        deciding.close_vote(project.pk, by=scene.chair, at=AT)
    return again(project)


def picture() -> bytes:
    """A scanned paper."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "PNG")
    return out.getvalue()


def picture_file(name: str) -> io.BytesIO:
    """A scanned paper as a browser sends it."""
    out = io.BytesIO(picture())
    out.name = name
    return out


def attach_papers(case: Case, scene: Scene) -> None:
    """Every paper that the case must have."""
    for paper in register[case.procedure].papers_of(case):
        if paper.required:
            attach(case.pk, paper=paper.code, name=f"{paper.code}.png", content=picture(), by=scene.chair, at=AT)


def apply_for(scene: Scene, project: RepairProject) -> Case:
    """The application, handed in."""
    case = application.open_application(project.pk, procedure=APPLICATION, by=scene.chair, at=AT)
    attach_papers(case, scene)
    return engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)


def approve(case: Case, scene: Scene) -> None:
    """The whole chain."""
    engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
    engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
    engine.move(case.pk, Move.PASS, by=scene.approver, at=AT)


def disbursing(scene: Scene, project: RepairProject | None = None, **how: object) -> RepairProject:
    """An approved project: money may be requested."""
    begun = project or drafted(scene, **how)  # type: ignore[arg-type]
    approve(apply_for(scene, ready(scene, begun)), scene)
    return again(begun)


def draft(scene: Scene, project: RepairProject, number: int | None, *amounts: int, place: int = 0) -> Case:
    """A request filled in for these amounts; without any, for what is proposed."""
    case = requesting.open_request(project.pk, phase_number=number, procedure=REQUEST, by=scene.chair, at=AT)
    data: dict[str, str] = {}
    for payee, fen in enumerate(amounts or (None,), start=1):
        data |= {
            f"payee_{payee}_name": f"江城施工{payee + place}公司",
            f"payee_{payee}_bank": "农业银行江城支行",
            f"payee_{payee}_account": f"62220202000111122{payee + place:02d}",
        }
        data |= {f"payee_{payee}_amount": yuan(fen)} if fen is not None else {}
    engine.save_draft(case.pk, data, by=scene.chair, at=AT)
    attach_papers(case, scene)
    return Case.objects.get(pk=case.pk)


def request(scene: Scene, project: RepairProject, number: int | None, *amounts: int) -> Case:
    """A request, handed in."""
    case = draft(scene, project, number, *amounts)
    return engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)


def ordered(scene: Scene, project: RepairProject, number: int | None, *amounts: int) -> Case:
    """A request that is approved."""
    case = request(scene, project, number, *amounts)
    approve(case, scene)
    return case


def pay(scene: Scene, order: PaymentOrder) -> None:
    """The bank of the order has paid it."""
    teller = scene.town.people["teller" if order.custody.bank == scene.town.banks[0] else "other_teller"]
    serial = f"P{order.number}{order.payment_no}"
    confirm_order(number=order.number, amount_fen=order.amount_fen, serial=serial, by=teller, at=AT)


def pay_all(scene: Scene, project: RepairProject) -> None:
    """Whatever waits for the bank."""
    for order in orders_of(project):
        if order.state_now is OrderState.WAITING:
            pay(scene, order)


def paid(scene: Scene, project: RepairProject, number: int | None, *amounts: int) -> Case:
    """A request that is paid."""
    case = ordered(scene, project, number, *amounts)
    pay_all(scene, project)
    return case


def accept(
    scene: Scene, project: RepairProject, settlement_fen: int, *, settled: Mapping[int, int] | None = None
) -> RepairProject:
    """项目验收 with this settlement."""
    acceptance.accept_work(
        project.pk,
        accepted_on=TODAY,
        settlement_fen=settlement_fen,
        settled=settled,
        acceptance="工程质量合格，同意验收。",
        content="钢丝绳 6 根全部更换，试运行 48 小时正常",
        works_from=TODAY - dt.timedelta(days=9),
        works_to=TODAY - dt.timedelta(days=1),
        by=scene.chair,
        at=AT,
    )
    return again(project)


def publish(scene: Scene, project: RepairProject) -> RepairProject:
    """验收公示."""
    announcing.publish_acceptance(project.pk, open_until=UNTIL, by=scene.chair, at=AT)
    return again(project)

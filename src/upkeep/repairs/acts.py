"""What may be done with a project now (操作): the open acts, and of the next one why it is still blocked."""

from dataclasses import dataclass
from enum import StrEnum

from upkeep.banking.models import OrderState
from upkeep.parties.actor import Actor
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import application_of, orders_of
from upkeep.repairs.shares import shortfall_sentence, shortfalls
from upkeep.repairs.stages import STEPS, Stage


class ActCode(StrEnum):
    """The acts a starter can be offered; the pages map them to addresses."""

    EDIT = "edit"
    HOUSES = "houses"
    PUBLISH = "publish"
    OPEN_VOTE = "open_vote"
    ENTER = "enter"
    ACCEPT = "accept"
    PUBLISH_ACCEPTANCE = "publish_acceptance"
    APPLY = "apply"


@dataclass(frozen=True)
class Act:
    """An act, open unless `blocked` says why not; `is_next` is the one that leads on."""

    code: ActCode
    title: str
    blocked: str = ""
    is_next: bool = False


_ONE_ACT = {
    Stage.NOTICE: Act(ActCode.OPEN_VOTE, "发起业主表决", is_next=True),
    Stage.VOTING: Act(ActCode.ENTER, "录入表决结果", is_next=True),
    Stage.PASSED: Act(ActCode.ACCEPT, "项目验收", is_next=True),
    Stage.ACCEPTED: Act(ActCode.PUBLISH_ACCEPTANCE, "发布验收公示", is_next=True),
    Stage.ACCEPTANCE_NOTICE: Act(ActCode.APPLY, "立项与拨付申请", is_next=True),
}


def acts_for(project: RepairProject, *, actor: Actor, thoroughly: bool = True) -> list[Act]:
    """The acts the actor may see now; none for whoever is not the starter.

    `thoroughly` looks at the sub-accounts too; a list of many projects leaves that to the project's page.
    """
    if actor.organisation_id != project.organisation_id:
        return []
    if project.stage_now is Stage.NEW:
        blocked = ""
        if not project.house_count:
            blocked = "请先选择分摊房屋"
        elif thoroughly and (short := shortfalls(project)):
            blocked = shortfall_sentence(short)
        return [
            Act(ActCode.EDIT, "修改基本信息"),
            Act(ActCode.HOUSES, "分摊房屋", is_next=not project.house_count),
            Act(ActCode.PUBLISH, "发布立项公示", blocked=blocked, is_next=not blocked),
        ]
    one = _ONE_ACT.get(project.stage_now)
    return [one] if one else []


def waiting_for(project: RepairProject) -> str:
    """Whom the project waits for when its starter has nothing to do; empty otherwise."""
    if project.stage_now is Stage.REVIEW:
        application = application_of(project)
        number = application.number if application else ""
        return f"申请 {number} 正在维修资金管理部门审核"
    if project.stage_now is Stage.TRANSFER:
        orders = orders_of(project)
        replaced = {order.replaces_id for order in orders}
        failed = [one for one in orders if one.state_now is OrderState.FAILED and one.pk not in replaced]
        if failed:
            return f"{len(failed)} 笔付款失败，等待维修资金管理部门核对收款信息后重新开具付款通知"
        return "审核已通过，等待专户银行付款"
    return ""


def step_number(project: RepairProject) -> int:
    """The present step, counted from 1; one past the end when all is done."""
    for number, (_, stages) in enumerate(STEPS, start=1):
        if project.stage_now in stages:
            return number
    return len(STEPS) + 1

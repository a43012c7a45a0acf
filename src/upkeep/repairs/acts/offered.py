"""What may be done with a project now (操作): the open acts, and of the next one why it is still blocked."""

from upkeep.banking.models import OrderState
from upkeep.parties.actor import Actor
from upkeep.repairs.acts import announcing, deciding, drafting, going_back, paying
from upkeep.repairs.acts.act import Act
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import application_of, orders_of
from upkeep.repairs.stages import STEPS, Stage

#: In the order in which they are shown.
TOPICS = (drafting, announcing, deciding, paying, going_back)


def acts_for(project: RepairProject, *, actor: Actor, thoroughly: bool = True) -> list[Act]:
    """The acts the actor may see now; none for whoever is not the starter.

    `thoroughly` looks at the sub-accounts too; a list of many projects leaves that to the project's page.
    """
    if actor.organisation_id != project.organisation_id:
        return []
    return [act for topic in TOPICS for act in topic.acts(project, thoroughly=thoroughly)]


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
    for number, (_, stages) in enumerate(STEPS[project.kind_now], start=1):
        if project.stage_now in stages:
            return number
    return len(STEPS[project.kind_now]) + 1

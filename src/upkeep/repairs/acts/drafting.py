"""Acts on a draft."""

from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.models import RepairProject
from upkeep.repairs.plan import plan_problem
from upkeep.repairs.stages import ProjectKind, Stage


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """What changes a project that is not published yet; the one that leads on is the first part not filled in."""
    if project.stage_now is not Stage.NEW or project.kind_now is ProjectKind.ORDER:
        return []
    has_works = project.facilities.exists()
    needs_plan = bool(project.house_count and project.budget_fen) and bool(plan_problem(project))
    return [
        Act(ActCode.EDIT, "修改"),
        Act(ActCode.WORKS, "设施设备", is_next=not has_works),
        Act(ActCode.HOUSES, "房屋分摊", is_next=has_works and not (project.house_count and project.budget_fen)),
        Act(ActCode.PLAN, "拨付计划", is_next=needs_plan),
        Act(ActCode.DROP, "删除草稿"),
    ]

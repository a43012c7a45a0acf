"""项目立项, 资金拨付, 项目验收: acts on the way to the money."""

import datetime as dt

from django.utils import timezone

from upkeep.kernel.dates import SHANGHAI
from upkeep.publishing.models import NoticeKind
from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.announcing import check_notice_is_over
from upkeep.repairs.finishing import asks_acceptance
from upkeep.repairs.history import NotNow, moves_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.requests import next_line, plan_lines
from upkeep.repairs.stages import PAYING, ProjectKind, ProjectMove, Stage

_TITLES = {ProjectKind.SIMPLE: "立项与拨付申请"}


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """The application, then money phase by phase, and the acceptance that the last of it needs."""
    if project.kind_now is ProjectKind.ORDER:
        return []
    moves, stage = moves_of(project), project.stage_now
    if (stage, ProjectMove.APPLY) in moves:
        return [_application(project, thoroughly=thoroughly)]
    money = [_request(project)] if thoroughly and stage in (*PAYING, Stage.TRANSFER) else []
    found = [act for act in money if act is not None]
    if (stage, ProjectMove.ACCEPT) in moves:
        found.append(_acceptance(project, found))
    return found


def _application(project: RepairProject, *, thoroughly: bool) -> Act:
    title, blocked = _TITLES.get(project.kind_now, "项目立项"), ""
    if thoroughly and project.kind_now is not ProjectKind.GENERAL:
        emergency = project.kind_now is ProjectKind.EMERGENCY
        kind = NoticeKind.PROJECT if emergency else NoticeKind.ACCEPTANCE
        try:
            noon = dt.datetime.combine(timezone.localdate(), dt.time(12), tzinfo=SHANGHAI)
            check_notice_is_over(project, kind, at=noon)
        except NotNow as why:
            blocked = str(why)
    return Act(ActCode.APPLY, title, blocked=blocked, is_next=not blocked, posts=True)


def _request(project: RepairProject) -> Act | None:
    """The phase to ask for next, or why none can be asked for; None when all is asked for."""
    line = next_line(plan_lines(project, on=timezone.localdate()))
    if line is None:
        return None
    blocked = "" if line.room.most_fen else line.room.why
    return Act(ActCode.REQUEST, f"资金拨付（{line.title}）", blocked=blocked, is_next=not blocked, posts=True)


def _acceptance(project: RepairProject, found: list[Act]) -> Act:
    if project.stage_now is Stage.ACCEPTED:
        return Act(ActCode.ACCEPT, "修改验收", is_next=False)
    asked = project.stage_now is Stage.PASSED or asks_acceptance(project, on=timezone.localdate())
    return Act(ActCode.ACCEPT, "项目验收", is_next=asked and not any(act.is_next for act in found))

"""撤销项目: after its notice, and only when nothing is under way and what was paid has come back (004 §1.3.5).

Every reason that keeps it back says what to do. Projects past their day (超期) are what is usually cancelled.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from upkeep.casework.models import Case
from upkeep.casework.states import CLOSED
from upkeep.estate import claims
from upkeep.estate.models import OwnerAccount, Ownership
from upkeep.jobs.actions import defer
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.money import yuan
from upkeep.messaging.actions import Note, notify, notify_many
from upkeep.messaging.events import IN_SITE, event
from upkeep.parties.actor import Actor
from upkeep.parties.queries import users_of
from upkeep.policy.notice_rule import notice_rule
from upkeep.publishing.models import NoticeKind
from upkeep.publishing.queries import notices_on
from upkeep.repairs.giving_up import unpaid_orders
from upkeep.repairs.history import NotNow, advance, locked
from upkeep.repairs.models import ProjectHouse, RepairProject
from upkeep.repairs.objecting import blocked_by_objections
from upkeep.repairs.queries import overdue
from upkeep.repairs.stages import ProjectMove
from upkeep.voting import abandoning

#: The kind of job that tells the owners; `upkeep.tasks` declares it.
TELLING = "project_cancelled"
_PER_BATCH = 1_000

CANCELLED = event(
    "project_cancelled",
    "维修项目已撤销",
    [IN_SITE],
    "维修项目“{title}”已于{day}撤销：{reason}。您家不再分摊该项目费用。",
    "维修项目已撤销：{title}",
)
OVERDUE = event(
    "project_overdue",
    "维修项目超期",
    [IN_SITE],
    "维修项目“{title}”的办结期限{day}已过，请尽快办理；不再实施的，请发布撤销公示后撤销项目。",
    "维修项目超期：{title}",
)


def open_cases(project: RepairProject) -> list[Case]:
    """The project's business forms that are not closed."""
    found = Case.objects.filter(repair_project__project=project).exclude(state__in=sorted(CLOSED))
    return list(found.order_by("created_at", "pk"))


def blockers(project: RepairProject, *, on: dt.date) -> list[str]:
    """Why a project whose cancellation is published cannot be cancelled yet, each with what to do."""
    found = [*_of_notice(project, on=on)]
    found += [
        f"业务单 {one.number} {one.get_state_display()}，请先撤回或删除（已受理的，请管理部门退回）"
        for one in open_cases(project)
    ]
    if unpaid := project.ordered_fen - project.paid_fen:
        count = len(unpaid_orders(project))
        found.append(f"有 {count} 份付款通知共 {yuan(unpaid)} 元尚未支付，请维修资金管理部门先作废（须两人办理）")
    elif project.requested_fen > project.ordered_fen and not open_cases(project):
        found.append(f"有 {yuan(project.requested_fen - project.ordered_fen)} 元拨付申请尚未审结，请先撤回")
    if project.paid_fen:
        found.append(f"已拨付 {yuan(project.paid_fen)} 元尚未退回，请先办理清退，到账后再撤销")
    return found


def _of_notice(project: RepairProject, *, on: dt.date) -> Iterable[str]:
    notice = notices_on(project.source).get(NoticeKind.CANCELLATION)
    rule = notice_rule(jurisdiction_id=project.jurisdiction_id, on=on)
    if notice is not None and rule.cancel_after_end and notice.open_until >= on:
        yield f"撤销公示至 {in_letters(notice.open_until)} 期满，期满后才能撤销"
    if words := blocked_by_objections(project, NoticeKind.CANCELLATION, on=on):
        yield words


@transaction.atomic
def cancel(project_id: int, *, by: Actor, at: dt.datetime, seen_version: int | None = None) -> RepairProject:
    """撤销: an open vote ends without a result, the houses are free again, their owners are told.

    Raises: NotYours; NotNow with everything that keeps it back.
    """
    project = locked(project_id, moves=(ProjectMove.CANCEL,), by=by, seen_version=seen_version)
    if found := blockers(project, on=day_of(at)):
        raise NotNow("项目还不能撤销：" + "；".join(found))
    for source in (project.source, project.supplement_source):
        abandoning.abandon_votes(source, at=at)
    project.cancelled_at = at
    advance(project, ProjectMove.CANCEL, by=by, at=at, note=project.cancel_reason[:300])
    claims.release(source=project.source)
    defer(
        kind=TELLING,
        title="维修项目撤销通知",
        arguments={"project_id": project.pk, "happened_at": at.isoformat()},
        by_id=None,
        at=at,
    )
    return project


def tell_cancelled(project_id: int, *, happened_at: dt.datetime) -> int:
    """Tell the present owners of the sharing houses; answers with their number. Done again, it tells nobody twice."""
    project = RepairProject.objects.get(pk=project_id)
    house_ids = list(
        ProjectHouse.objects.filter(project=project).order_by("house_id").values_list("house_id", flat=True)
    )
    told = 0
    for some in (house_ids[start : start + _PER_BATCH] for start in range(0, len(house_ids), _PER_BATCH)):
        owners = Ownership.objects.filter(house__in=some, until__isnull=True).values("owner_id")
        users = sorted(set(OwnerAccount.objects.filter(owner__in=owners).values_list("user_id", flat=True)))
        values = {
            "title": project.title,
            "day": in_letters(day_of(happened_at)),
            "reason": project.cancel_reason,
        }
        notify_many(
            event=CANCELLED.code,
            jurisdiction_id=project.jurisdiction_id,
            notes=[
                Note(
                    key=f"project:{project.pk}:cancelled",
                    values=values,
                    user_ids=tuple(users),
                    url=f"/owner/areas/{project.area_id}/notices/",
                )
            ],
            at=happened_at,
        )
        told += len(users)
    return told


def tell_overdue(*, on: dt.date, at: dt.datetime) -> int:
    """Every night: each starter is told once of each project that has passed its day. Answers with their number."""
    found = overdue(RepairProject.objects.all(), on=on).filter(due_on__gte=on - dt.timedelta(days=7))
    for project in found:
        assert project.due_on is not None
        notify(
            event=OVERDUE.code,
            jurisdiction_id=project.jurisdiction_id,
            values={"title": project.title, "day": in_letters(project.due_on)},
            at=at,
            key=f"project:{project.pk}:overdue:{project.due_on}",
            user_ids=users_of(organisation_id=project.organisation_id),
            url=f"/projects/{project.number}/",
        )
    return len(found)

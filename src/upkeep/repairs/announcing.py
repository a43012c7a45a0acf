"""公示管理: publishing what a project plans, what it came to, and that it is given up."""

import datetime as dt

from django.db import transaction

from upkeep.estate import claims
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.parties.actor import Actor
from upkeep.policy.notice_rule import notice_rule
from upkeep.publishing.actions import publish
from upkeep.publishing.models import NoticeKind, PublicNotice
from upkeep.publishing.queries import notices_on
from upkeep.repairs import notices
from upkeep.repairs.finishing import finish_if_paid
from upkeep.repairs.history import NotNow, advance, locked
from upkeep.repairs.models import RepairProject
from upkeep.repairs.objecting import check_answered
from upkeep.repairs.readiness import check_ready
from upkeep.repairs.settling import check_agreed
from upkeep.repairs.shares import check_shares_are_current, check_sub_accounts
from upkeep.repairs.stages import ProjectKind, ProjectMove


@transaction.atomic
def publish_project(
    project_id: int, *, open_until: dt.date, by: Actor, at: dt.datetime, seen_version: int | None = None
) -> PublicNotice:
    """立项公示: freeze project and shares, mark the houses, put the notice on the public pages.

    Raises: NotYours, NotNow, HasProblems, NotReady, NotOfThisArea, SharesAreStale, NotEnoughOnSubAccounts.
    """
    project = locked(project_id, moves=(ProjectMove.PUBLISH,), by=by, seen_version=seen_version)
    check_open_until(project, open_until, at=at, kind=NoticeKind.PROJECT)
    check_ready(project, on=day_of(at))
    check_sub_accounts(project)
    check_shares_are_current(project)
    house_ids = list(project.houses.values_list("house_id", flat=True))
    claims.claim(house_ids=house_ids, kind=ClaimKind.REPAIR, source=project.source, at=at)
    note = f"公示至 {in_letters(open_until)}"
    advance(project, ProjectMove.PUBLISH, by=by, at=at, note=note)
    return _publish(project, NoticeKind.PROJECT, open_until=open_until, by=by, at=at)


def least_days_of(project: RepairProject, kind: NoticeKind, *, on: dt.date) -> int:
    """How many days a notice of the project stands at least."""
    rule = notice_rule(jurisdiction_id=project.jurisdiction_id, on=on)
    is_urgent = project.kind_now is ProjectKind.EMERGENCY and kind is NoticeKind.PROJECT
    return rule.emergency_days if is_urgent else rule.least_days


def check_open_until(
    project: RepairProject, open_until: dt.date, *, at: dt.datetime, kind: NoticeKind = NoticeKind.PROJECT
) -> None:
    """Whether a notice may close on that day. Raises: HasProblems."""
    days = least_days_of(project, kind, on=day_of(at))
    least = day_of(at) + dt.timedelta(days=days)
    text = ""
    if open_until < least:
        text = f"公示期不少于 {days} 天，截止日最早为 {in_letters(least)}"
    elif open_until > day_of(at) + dt.timedelta(days=366):
        text = "公示期不超过一年，请重新选择截止日"
    if text:
        raise HasProblems([Problem("open_until", text)])


def _publish(
    project: RepairProject,
    kind: NoticeKind,
    *,
    open_until: dt.date,
    by: Actor,
    at: dt.datetime,
    content: str = "",
) -> PublicNotice:
    return publish(
        area=project.area,
        kind=kind,
        source=project.source,
        title=notices.title_of(project, kind),
        publisher=project.organisation.name,
        organisation_id=project.organisation_id,
        body=notices.body_of(project, kind, content=content),
        open_until=open_until,
        by=by,
        at=at,
    )


def check_notice_is_over(project: RepairProject, kind: NoticeKind, *, at: dt.datetime) -> None:
    """What the city asks of a notice before what follows it: its end, answers to objections. Raises: NotNow."""
    check_answered(project, kind, at=at)
    if not notice_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(at)).wait_for_end:
        return
    notice = notices_on(project.source)[kind]
    if notice.open_until >= day_of(at):
        raise NotNow(f"{kind.label}至 {in_letters(notice.open_until)} 期满，期满后才能办理下一步")


@transaction.atomic
def publish_acceptance(
    project_id: int,
    *,
    open_until: dt.date,
    works_from: dt.date | None = None,
    works_to: dt.date | None = None,
    content: str = "",
    by: Actor,
    at: dt.datetime,
    seen_version: int | None = None,
) -> PublicNotice:
    """验收公示 with the final list (决算清册). A general repair says when it was carried out (施工日期), the others what was
    accepted (验收内容; empty: the acceptance's own words). Raises: NotYours, NotNow, HasProblems.
    """
    project = locked(project_id, moves=(ProjectMove.PUBLISH_ACCEPTANCE,), by=by, seen_version=seen_version)
    check_open_until(project, open_until, at=at, kind=NoticeKind.ACCEPTANCE)
    set_works(project, works_from=works_from, works_to=works_to, at=at)
    check_agreed(project)
    advance(project, ProjectMove.PUBLISH_ACCEPTANCE, by=by, at=at, note=f"公示至 {in_letters(open_until)}")
    words = content.strip() or project.accepted_content
    notice = _publish(project, NoticeKind.ACCEPTANCE, open_until=open_until, by=by, at=at, content=words)
    finish_if_paid(project, by=by, at=at)
    return notice


def set_works(
    project: RepairProject, *, works_from: dt.date | None, works_to: dt.date | None, at: dt.datetime
) -> None:
    """The days on which the work was done, put on the project (not saved). Raises: HasProblems."""
    if works_from is not None or works_to is not None:
        project.works_from, project.works_to = works_from, works_to
    problems = []
    begin, end = project.works_from, project.works_to
    if begin is None or end is None:
        if project.kind_now is ProjectKind.GENERAL or begin is not None or end is not None:
            problems.append(Problem("works_to" if begin else "works_from", "请填写施工开始和结束日期"))
    elif end < begin:
        problems.append(Problem("works_to", "施工结束日期不能早于开始日期"))
    elif end > day_of(at):
        problems.append(Problem("works_to", "施工结束日期不能晚于今天"))
    if problems:
        raise HasProblems(problems)


@transaction.atomic
def publish_cancellation(
    project_id: int,
    *,
    open_until: dt.date,
    reason: str,
    by: Actor,
    at: dt.datetime,
    seen_version: int | None = None,
) -> PublicNotice:
    """撤销公示 with its period and reason, possible at every stage after the draft (004 §1.3.5). From now on nothing more
    is applied for or ordered; what is under way ends or comes back. Raises: NotYours, NotNow, HasProblems.
    """
    project = locked(project_id, moves=(ProjectMove.PUBLISH_CANCELLATION,), by=by, seen_version=seen_version)
    check_open_until(project, open_until, at=at, kind=NoticeKind.CANCELLATION)
    reason = reason.strip()
    if not 0 < len(reason) <= 300:
        raise HasProblems([Problem("reason", "请填写撤销原因，不超过 300 字")])
    project.cancel_reason = reason
    note = f"公示至 {in_letters(open_until)}：{reason}"
    advance(project, ProjectMove.PUBLISH_CANCELLATION, by=by, at=at, note=note[:300])
    return _publish(project, NoticeKind.CANCELLATION, open_until=open_until, by=by, at=at)

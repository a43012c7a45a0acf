"""公示管理: publishing what a project plans and what it came to."""

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
from upkeep.repairs.history import NotNow, advance, locked
from upkeep.repairs.models import RepairProject
from upkeep.repairs.shares import check_shares_are_current, check_sub_accounts
from upkeep.repairs.stages import ProjectMove


@transaction.atomic
def publish_project(
    project_id: int, *, open_until: dt.date, by: Actor, at: dt.datetime, seen_version: int | None = None
) -> PublicNotice:
    """立项公示: freeze project and shares, mark the houses, put the notice on the public pages.

    Raises: NotYours, NotNow, HasProblems, NotOfThisArea, NotEnoughOnSubAccounts.
    """
    project = locked(project_id, moves=(ProjectMove.PUBLISH,), by=by, seen_version=seen_version)
    check_open_until(project, open_until, at=at)
    check_sub_accounts(project)
    check_shares_are_current(project)
    house_ids = list(project.houses.values_list("house_id", flat=True))
    claims.claim(house_ids=house_ids, kind=ClaimKind.REPAIR, source=project.source, at=at)
    note = f"公示至 {in_letters(open_until)}"
    advance(project, ProjectMove.PUBLISH, by=by, at=at, note=note)
    return _publish(project, NoticeKind.PROJECT, open_until=open_until, by=by, at=at)


def check_open_until(project: RepairProject, open_until: dt.date, *, at: dt.datetime) -> None:
    """Whether a notice may close on that day. Raises: HasProblems."""
    rule = notice_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(at))
    least = day_of(at) + dt.timedelta(days=rule.least_days)
    if open_until < least:
        text = f"公示期不少于 {rule.least_days} 天，截止日最早为 {in_letters(least)}"
        raise HasProblems([Problem("open_until", text)])


def _publish(
    project: RepairProject, kind: NoticeKind, *, open_until: dt.date, by: Actor, at: dt.datetime
) -> PublicNotice:
    return publish(
        area=project.area,
        kind=kind,
        source=project.source,
        title=notices.title_of(project, kind),
        publisher=project.organisation.name,
        body=notices.body_of(project, kind),
        open_until=open_until,
        by=by,
        at=at,
    )


def check_notice_is_over(project: RepairProject, kind: NoticeKind, *, at: dt.datetime) -> None:
    """Where the city waits for the end of a notice, whether it has come. Raises: NotNow."""
    if not notice_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(at)).wait_for_end:
        return
    notice = notices_on(project.source)[kind]
    if notice.open_until >= day_of(at):
        raise NotNow(f"{kind.label}至 {in_letters(notice.open_until)} 期满，期满后才能办理下一步")


@transaction.atomic
def publish_acceptance(
    project_id: int, *, open_until: dt.date, by: Actor, at: dt.datetime, seen_version: int | None = None
) -> PublicNotice:
    """验收公示 with the final list (决算清册). Raises: NotYours, NotNow, HasProblems."""
    project = locked(project_id, moves=(ProjectMove.PUBLISH_ACCEPTANCE,), by=by, seen_version=seen_version)
    check_open_until(project, open_until, at=at)
    advance(project, ProjectMove.PUBLISH_ACCEPTANCE, by=by, at=at, note=f"公示至 {in_letters(open_until)}")
    return _publish(project, NoticeKind.ACCEPTANCE, open_until=open_until, by=by, at=at)

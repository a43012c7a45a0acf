"""异议 to the notices of repair projects: which owners may object, who answers, who is told, and what waits for answers."""

import datetime as dt

from upkeep.estate.models import House
from upkeep.estate.tenures import tenures_of
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import Refusal
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.actor import Actor
from upkeep.parties.queries import staff_holding, users_of, within
from upkeep.parties.roles import REVIEWERS
from upkeep.policy.notice_rule import AREA, BLOCK, notice_rule
from upkeep.publishing import objections
from upkeep.publishing.models import NoticeKind, Objection, ObjectionAnswer, PublicNotice
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.models import ProjectHouse, RepairProject


class MayNotObject(Refusal):
    """The account owns no house that the notice concerns."""


RAISED = event(
    "objection_raised",
    "公示异议",
    [IN_SITE],
    "{who}对《{title}》提出异议，请在{day}公示结束前答复。",
    "公示异议：{title}",
)
ANSWERED = event(
    "objection_answered",
    "异议已答复",
    [IN_SITE, SMS],
    "您对《{title}》提出的异议，{answerer}已经答复，请登录查看。",
)


def house_to_object_with(notice: PublicNotice, *, user_id: int) -> House | None:
    """The account's house by which it may object to a project's notice under the city's rule; None: it may not."""
    project_id = _project_id(notice)
    if project_id is None:
        return None
    mine = [one.house for one in tenures_of(user_id) if one.is_present and one.house.area_id == notice.area_id]
    sharing = set(
        ProjectHouse.objects.filter(project_id=project_id, house__in=mine).values_list("house_id", flat=True)
    )
    first = next((house for house in mine if house.pk in sharing), None)
    if first is not None or not mine:
        return first
    rule = notice_rule(jurisdiction_id=notice.jurisdiction_id, on=day_of(notice.published_at))
    return mine[0] if rule.objectors == AREA else None


def _project_id(notice: PublicNotice) -> int | None:
    kind, _, number = notice.source.partition(":")
    return int(number) if kind == "project" and number.isdecimal() else None


def object_to(notice: PublicNotice, *, text: str, by: Actor, at: dt.datetime) -> Objection:
    """提出异议 or change one's words; the publisher and the office's reviewers are told.

    Raises: MayNotObject, HasProblems, NoticeIsOver, AlreadyAnswered.
    """
    house = house_to_object_with(notice, user_id=by.user_id)
    if house is None:
        raise MayNotObject("只有该公示所涉房屋的业主可以提出异议；您是业主的，请先在“我的房屋”核对身份")
    objection = objections.object_to(notice, house=house, text=text, by=by, at=at)
    told = staff_holding(*REVIEWERS, jurisdiction_id=notice.jurisdiction_id)
    if notice.organisation_id is not None:
        told |= users_of(organisation_id=notice.organisation_id)
    project = RepairProject.objects.get(pk=_project_id(notice) or 0)
    notify(
        event=RAISED.code,
        jurisdiction_id=notice.jurisdiction_id,
        values={"who": objection.shown_as, "title": notice.title, "day": in_letters(notice.open_until)},
        at=at,
        key=f"objection:{objection.pk}:{objection.texts}",
        user_ids=told,
        url=f"/projects/{project.number}/objections/",
    )
    return objection


def may_answer(notice: PublicNotice, *, actor: Actor) -> bool:
    """Whether the actor is of the unit that published the notice, or a reviewer of its place."""
    if notice.organisation_id is not None and actor.organisation_id == notice.organisation_id:
        return True
    return actor.has(*REVIEWERS) and _is_of_place(notice, actor)


def _is_of_place(notice: PublicNotice, actor: Actor) -> bool:
    return within(actor.jurisdiction_id).filter(pk=notice.jurisdiction_id).exists()


def answer(objection_id: int, *, text: str, hides_text: bool = False, by: Actor, at: dt.datetime) -> ObjectionAnswer:
    """答复 an objection; its owner is told. Only the office may keep its words from the public.

    Raises: NotYours, HasProblems.
    """
    objection = Objection.objects.select_related("notice__jurisdiction", "user").get(pk=objection_id)
    notice = objection.notice
    if not may_answer(notice, actor=by):
        raise NotYours("只有发布单位和维修资金管理部门可以答复异议")
    is_office = by.has(*REVIEWERS)
    if hides_text and not is_office:
        raise NotYours("只有维修资金管理部门可以决定异议内容不公开")
    named = _office_name(notice) if is_office else notice.publisher
    answered = objections.answer(objection_id, text=text, answered_as=named, hides_text=hides_text, by=by, at=at)
    notify(
        event=ANSWERED.code,
        jurisdiction_id=notice.jurisdiction_id,
        values={"title": notice.title, "answerer": named},
        at=at,
        key=f"objection_answer:{answered.pk}",
        user_ids=[objection.user_id],
        phone=objection.user.phone,
        url=f"/owner/notices/{notice.number}/",
    )
    return answered


def _office_name(notice: PublicNotice) -> str:
    return notice.jurisdiction.office_name or "维修资金管理部门"


def waiting_objections(project: RepairProject) -> int:
    """How many objections to the project's notices have no answer yet."""
    return objections.unanswered_on(project.source)


def check_answered(project: RepairProject, kind: NoticeKind, *, at: dt.datetime) -> None:
    """Whether unanswered objections to a notice keep back what follows it. Raises: NotNow."""
    if words := blocked_by_objections(project, kind, on=day_of(at)):
        raise NotNow(words)


def blocked_by_objections(project: RepairProject, kind: NoticeKind, *, on: dt.date) -> str:
    """Why what follows a notice is kept back, where the city has it so; empty otherwise."""
    if notice_rule(jurisdiction_id=project.jurisdiction_id, on=on).unanswered != BLOCK:
        return ""
    waiting = objections.unanswered_on(project.source, kind=kind)
    return f"{kind.label}有 {waiting} 条异议尚未答复，请先在“异议与答复”中答复" if waiting else ""

"""Every move of a repair project up to its application: checked, made under the row's lock, written down."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.numbering import next_number
from upkeep.casework.procedure import Procedure
from upkeep.casework.states import CLOSED
from upkeep.estate import claims
from upkeep.estate.models import Facility
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.policy.notice_rule import notice_rule
from upkeep.policy.voting_rule import voting_rule
from upkeep.publishing.actions import publish
from upkeep.publishing.models import NoticeKind, PublicNotice
from upkeep.publishing.queries import notices_on
from upkeep.repairs import notices
from upkeep.repairs.history import NotNow, NotYours, advance, locked
from upkeep.repairs.models import ProjectCase, ProjectFacility, RepairProject
from upkeep.repairs.queries import areas_to_start_in
from upkeep.repairs.shares import check_shares_are_current, check_sub_accounts, keep_shares, shares_of
from upkeep.repairs.stages import ProjectKind, ProjectMove
from upkeep.voting import actions as voting
from upkeep.voting.models import BallotChoice, Vote, VoteEvidence, VoteState
from upkeep.voting.queries import latest_vote

PREFIX = "WX"


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is done to one facility, by whom, for how much."""

    facility_id: int
    content: str
    contractor: str
    budget_fen: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Basics:
    """项目基本信息 with the works on its facilities; the budget is their sum."""

    title: str
    reason: str
    contact_name: str
    contact_phone: str
    starts_on: dt.date
    ends_on: dt.date
    works: tuple[Work, ...]

    @property
    def budget_fen(self) -> int:
        return sum(work.budget_fen for work in self.works)


@transaction.atomic
def create_project(*, area_id: int, basics: Basics, by: Actor, at: dt.datetime) -> RepairProject:
    """Begin a simple project (简单拨付) in an area that the actor's organisation represents or serves.

    Raises: NotYours, HasProblems.
    """
    area = areas_to_start_in(by).filter(pk=area_id).first()
    if area is None or by.organisation_id is None:
        raise NotYours("只有该物业区域的业主委员会或物业服务企业可以新建维修项目")
    project = RepairProject(
        number=next_number(PREFIX, on=day_of(at)),
        kind=ProjectKind.SIMPLE,
        jurisdiction_id=area.jurisdiction_id,
        area=area,
        organisation_id=by.organisation_id,
        created_at=at,
    )
    _set_basics(project, basics)
    project.save(force_insert=True)
    _set_works(project, basics)
    advance(project, ProjectMove.CREATE, by=by, at=at, note=f"预算 {yuan(project.budget_fen)} 元")
    return project


@transaction.atomic
def edit_project(project_id: int, *, basics: Basics, by: Actor, at: dt.datetime) -> RepairProject:
    """Change what is not yet published; with the budget the shares change too.

    Raises: NotYours, NotNow, HasProblems.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    _set_basics(project, basics)
    _set_works(project, basics)
    house_ids = list(project.houses.values_list("house_id", flat=True))
    if house_ids:
        keep_shares(project, shares_of(area_id=project.area_id, house_ids=house_ids, budget_fen=project.budget_fen))
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"基本信息；预算 {yuan(project.budget_fen)} 元")
    return project


@transaction.atomic
def choose_houses(project_id: int, *, house_ids: Collection[int], by: Actor, at: dt.datetime) -> RepairProject:
    """Divide the budget among these houses in the place of those chosen before. A shortfall is noted, not refused.

    Raises: NotYours, NotNow, NotOfThisArea.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    shares = shares_of(area_id=project.area_id, house_ids=house_ids, budget_fen=project.budget_fen)
    keep_shares(project, shares)
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"分摊房屋 {project.house_count:,} 户")
    return project


def _set_basics(project: RepairProject, basics: Basics) -> None:
    if problems := list(_faults(project, basics)):
        raise HasProblems(problems)
    for name in ("title", "reason", "contact_name", "contact_phone", "starts_on", "ends_on"):
        setattr(project, name, getattr(basics, name))
    project.budget_fen = basics.budget_fen


def _faults(project: RepairProject, basics: Basics) -> Iterator[Problem]:
    if basics.ends_on < basics.starts_on:
        yield Problem("ends_on", "计划完工日不能早于计划开工日")
    wanted = {work.facility_id for work in basics.works}
    known = Facility.objects.filter(pk__in=wanted, area_id=project.area_id).count()
    if not wanted or known != len(basics.works):
        yield Problem("facility", "请选择该物业区域的设施设备，同一设施设备只选一次")


def _set_works(project: RepairProject, basics: Basics) -> None:
    ProjectFacility.objects.filter(project=project).delete()
    ProjectFacility.objects.bulk_create(
        [
            ProjectFacility(
                project=project,
                facility_id=work.facility_id,
                content=work.content,
                contractor=work.contractor,
                note=work.note,
                budget_fen=work.budget_fen,
            )
            for work in basics.works
        ]
    )


@claims.names_sources("project")
def _names(project_ids: Collection[int]) -> dict[int, str]:
    return {one.pk: f"维修项目 {one.number} {one.title}" for one in RepairProject.objects.filter(pk__in=project_ids)}


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
        organisation_id=project.organisation_id,
        body=notices.body_of(project, kind),
        open_until=open_until,
        by=by,
        at=at,
    )


def _check_notice_is_over(project: RepairProject, kind: NoticeKind, *, at: dt.datetime) -> None:
    if not notice_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(at)).wait_for_end:
        return
    notice = notices_on(project.source)[kind]
    if notice.open_until >= day_of(at):
        raise NotNow(f"{kind.label}至 {in_letters(notice.open_until)} 期满，期满后才能办理下一步")


@transaction.atomic
def open_vote(project_id: int, *, closes_on: dt.date, by: Actor, at: dt.datetime) -> Vote:
    """发起业主表决 among the owners of the sharing houses, under the city's rule of today.

    Raises: NotYours, NotNow, HasProblems, VoteIsUnderWay.
    """
    project = locked(project_id, moves=(ProjectMove.OPEN_VOTE,), by=by)
    _check_notice_is_over(project, NoticeKind.PROJECT, at=at)
    vote = voting.open_vote(
        source=project.source,
        title=f"关于使用住宅专项维修资金实施“{project.title}”的表决",
        rule=voting_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(at)),
        house_ids=list(project.houses.values_list("house_id", flat=True)),
        closes_on=closes_on,
        at=at,
    )
    note = f"{vote.house_count:,} 户，{vote.total_people:,} 人，截止 {in_letters(closes_on)}"
    advance(project, ProjectMove.OPEN_VOTE, by=by, at=at, note=note)
    return vote


@transaction.atomic
def enter_results(
    project_id: int, choices: Mapping[int, BallotChoice], *, by: Actor, at: dt.datetime
) -> Counter[BallotChoice]:
    """录入投票表决结果, house by house. Raises: NotYours, NotNow, VoteIsClosed, NotInScope."""
    project = locked(project_id, moves=(ProjectMove.PASS_VOTE,), by=by)
    return voting.enter_ballots(_open_vote_of(project).pk, choices, by=by, at=at)


@transaction.atomic
def attach_signature_page(project_id: int, *, name: str, content: bytes, by: Actor, at: dt.datetime) -> VoteEvidence:
    """Keep a scanned page of the signed sheet. Raises: NotYours, NotNow, VoteIsClosed, BadImage."""
    project = locked(project_id, moves=(ProjectMove.PASS_VOTE,), by=by)
    return voting.attach_evidence(_open_vote_of(project).pk, name=name, content=content, by=by, at=at)


@transaction.atomic
def close_vote(project_id: int, *, by: Actor, at: dt.datetime) -> Vote:
    """公布表决结果: passed leads on to the acceptance; failed leads back, and a new vote may be held.

    Raises: NotYours, NotNow, Refusal when nothing was entered.
    """
    project = locked(project_id, moves=(ProjectMove.PASS_VOTE,), by=by)
    vote = voting.close_vote(_open_vote_of(project).pk, at=at)
    passed = vote.state == VoteState.PASSED
    note = f"同意 {vote.agreed_people:,} 人，参与 {vote.joined_people:,} 人，共 {vote.total_people:,} 人"
    advance(project, ProjectMove.PASS_VOTE if passed else ProjectMove.FAIL_VOTE, by=by, at=at, note=note)
    return vote


def _open_vote_of(project: RepairProject) -> Vote:
    vote = latest_vote(project.source)
    assert vote is not None
    return vote


@transaction.atomic
def accept_work(
    project_id: int, *, accepted_on: dt.date, settlement_fen: int, acceptance: str, by: Actor, at: dt.datetime
) -> RepairProject:
    """项目验收 with its settlement, which for a simple project is the budget.

    Raises: NotYours, NotNow, HasProblems.
    """
    project = locked(project_id, moves=(ProjectMove.ACCEPT,), by=by)
    problems = []
    if accepted_on > day_of(at):
        problems.append(Problem("accepted_on", "验收日期不能晚于今天"))
    if settlement_fen != project.budget_fen:
        text = f"简单拨付项目的结算金额须等于预算金额 {yuan(project.budget_fen)} 元"
        problems.append(Problem("settlement", text))
    if not acceptance.strip():
        problems.append(Problem("acceptance", "请填写验收意见"))
    if problems:
        raise HasProblems(problems)
    project.accepted_on, project.acceptance, project.settlement_fen = accepted_on, acceptance.strip(), settlement_fen
    advance(project, ProjectMove.ACCEPT, by=by, at=at, note=f"结算 {yuan(settlement_fen)} 元")
    return project


@transaction.atomic
def publish_acceptance(
    project_id: int, *, open_until: dt.date, by: Actor, at: dt.datetime, seen_version: int | None = None
) -> PublicNotice:
    """验收公示 with the final list (决算清册). Raises: NotYours, NotNow, HasProblems."""
    project = locked(project_id, moves=(ProjectMove.PUBLISH_ACCEPTANCE,), by=by, seen_version=seen_version)
    check_open_until(project, open_until, at=at)
    advance(project, ProjectMove.PUBLISH_ACCEPTANCE, by=by, at=at, note=f"公示至 {in_letters(open_until)}")
    return _publish(project, NoticeKind.ACCEPTANCE, open_until=open_until, by=by, at=at)


@transaction.atomic
def open_application(project_id: int, *, procedure: Procedure, by: Actor, at: dt.datetime) -> Case:
    """The draft of the application (立项与拨付), begun once: asked again, the one under way is the answer.

    Raises: NotYours, NotNow, and what `engine.start` raises.
    """
    project = locked(project_id, moves=(ProjectMove.APPLY,), by=by)
    _check_notice_is_over(project, NoticeKind.ACCEPTANCE, at=at)
    under_way = ProjectCase.objects.filter(project=project).exclude(case__state__in=sorted(CLOSED)).first()
    if under_way is not None:
        return under_way.case
    if project.settlement_fen is None:
        raise Refusal("项目尚未验收结算")
    contractors = list(project.facilities.values_list("contractor", flat=True))
    data = {
        "project": project.pk,
        "area": project.area_id,
        "payee_1_name": contractors[0] if len(set(contractors)) == 1 else "",
        "payee_1_amount": yuan(project.settlement_fen) if len(set(contractors)) == 1 else "",
    }
    case = engine.start(procedure, by=by, at=at, data=data)
    ProjectCase.objects.create(project=project, case=case)
    return case

"""投票表决管理: the owners' vote on a project, and the supplementary one on a settlement above the budget.

The same moves serve both: what is voted on follows from the project's stage. Source: manual 004 §1.3.1 第三步 and 第七步;
manual 000 §2.4, §2.5 (发起投票).
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Mapping

from django.db import transaction

from upkeep.kernel.dates import day_of, to_the_minute
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.policy.project_rule import project_rule
from upkeep.policy.voting_conduct import VotingConduct, voting_conduct
from upkeep.policy.voting_rule import Method, VotingRule, voting_rule
from upkeep.publishing.models import NoticeKind
from upkeep.repairs.announcing import check_notice_is_over
from upkeep.repairs.history import NotNow, advance, locked
from upkeep.repairs.models import RepairProject
from upkeep.repairs.settling import put_in_effect
from upkeep.repairs.stages import ProjectMove, Stage
from upkeep.voting import actions as voting
from upkeep.voting import objections, proxies, totals
from upkeep.voting.models import (
    BallotChoice,
    Channel,
    Vote,
    VoteEntry,
    VoteEvidence,
    VoteObjection,
    VoteProxy,
    VoteState,
    VoteTotals,
)
from upkeep.voting.proxies import NewProxy
from upkeep.voting.queries import latest_vote
from upkeep.voting.totals import Totals

log = logging.getLogger(__name__)
#: The stages of a vote under way.
VOTING = (Stage.VOTING, Stage.SUPPLEMENT)
_SUPPLEMENTARY = (Stage.ACCEPTED, Stage.SUPPLEMENT)
_SYSTEM = Actor(user_id=0, name="系统", roles=frozenset())


def source_of(project: RepairProject) -> str:
    """What is voted on at the project's stage: the project, or its settlement above the budget."""
    return project.supplement_source if project.stage_now in _SUPPLEMENTARY else project.source


def present_vote(project: RepairProject) -> Vote | None:
    """The vote that the project's page shows: the supplementary one once there is one."""
    return latest_vote(project.supplement_source) or latest_vote(project.source)


def conduct_of(project: RepairProject, *, at: dt.datetime) -> VotingConduct:
    """How the owners of the project's city vote."""
    return voting_conduct(jurisdiction_id=project.jurisdiction_id, on=day_of(at))


def rule_of(project: RepairProject, *, at: dt.datetime) -> VotingRule:
    """The fractions that decide the project's vote, were it opened now."""
    return voting_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(at))


def entry_of(project: RepairProject, *, at: dt.datetime) -> VoteEntry:
    """How paper is entered in the project's city."""
    how = project_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(at)).vote
    return VoteEntry.TOTALS if how == "TOTALS" else VoteEntry.HOUSES


@transaction.atomic
def open_vote(
    project_id: int,
    *,
    closes_at: dt.datetime,
    by: Actor,
    at: dt.datetime,
    channel: Channel = Channel.PAPER,
    method: Method = "EXPLICIT",
    agreement: str = "",
) -> Vote:
    """发起业主表决 among the owners of the sharing houses, under the city's rule of today.

    `method` other than EXPLICIT needs the city's permission and the clause (`agreement`) of the owners' own agreement.
    Raises: NotYours, NotNow, HasProblems, VoteIsUnderWay.
    """
    project = locked(project_id, moves=(ProjectMove.OPEN_VOTE,), by=by)
    conduct = conduct_of(project, at=at)
    vote = voting.open_vote(
        source=source_of(project),
        title=_title(project, at=at),
        rule=_with_method(rule_of(project, at=at), method, agreement.strip(), conduct),
        house_ids=list(project.houses.values_list("house_id", flat=True)),
        closes_at=closes_at,
        at=at,
        channel=channel,
        conduct=conduct,
        entry=entry_of(project, at=at),
    )
    note = f"{vote.get_channel_display()}，{vote.house_count:,} 户，{vote.total_people:,} 人，截止 {to_the_minute(closes_at)}"
    advance(project, ProjectMove.OPEN_VOTE, by=by, at=at, note=note)
    return vote


def _title(project: RepairProject, *, at: dt.datetime) -> str:
    """What is asked, after the checks that belong to it. Raises: NotNow."""
    if project.stage_now not in _SUPPLEMENTARY:
        check_notice_is_over(project, NoticeKind.PROJECT, at=at)
        return f"关于使用住宅专项维修资金实施“{project.title}”的表决"
    more_fen = (project.settlement_fen or 0) - project.budget_fen
    if more_fen <= 0:
        raise NotNow("结算金额没有超过预算，不需要补充表决")
    return f"关于“{project.title}”结算超出预算 {yuan(more_fen)} 元的补充表决"


def _with_method(rule: VotingRule, method: Method, agreement: str, conduct: VotingConduct) -> VotingRule:
    if method == "EXPLICIT":
        return rule
    if method not in conduct.silent_methods:
        raise HasProblems([Problem("method", "本地未开通该表决方法，请选择一般表决")])
    if not agreement:
        raise HasProblems([Problem("agreement", "请填写业主规约中约定该表决方法的条款，例如：《业主规约》第十二条")])
    return rule.by(method, agreement=agreement)


def _vote_of(project: RepairProject) -> Vote:
    vote = latest_vote(source_of(project))
    assert vote is not None
    return vote


def _under_way(project_id: int, *, by: Actor | None) -> tuple[RepairProject, Vote]:
    project = locked(project_id, moves=(ProjectMove.PASS_VOTE,), by=by)
    return project, _vote_of(project)


@transaction.atomic
def enter_results(
    project_id: int, choices: Mapping[int, BallotChoice], *, by: Actor, at: dt.datetime, note: str = ""
) -> Counter[BallotChoice]:
    """录入投票表决结果, house by house; a correction after the count says why. Raises: NotYours, NotNow, VoteIsClosed,
    NotInScope, HasProblems.
    """
    _, vote = _under_way(project_id, by=by)
    return voting.enter_ballots(vote.pk, choices, by=by, at=at, note=note)


@transaction.atomic
def enter_totals(project_id: int, sums: Totals, *, by: Actor, at: dt.datetime, note: str = "") -> VoteTotals:
    """录入汇总结果, where the city enters no single houses. Raises: NotYours, NotNow, VoteIsClosed, HasProblems, Refusal."""
    _, vote = _under_way(project_id, by=by)
    return totals.enter_totals(vote.pk, sums, by=by, at=at, note=note)


@transaction.atomic
def attach_signature_page(project_id: int, *, name: str, content: bytes, by: Actor, at: dt.datetime) -> VoteEvidence:
    """Keep a scanned page of the signed sheet. Raises: NotYours, NotNow, VoteIsClosed, BadImage."""
    _, vote = _under_way(project_id, by=by)
    return voting.attach_evidence(vote.pk, name=name, content=content, by=by, at=at)


@transaction.atomic
def name_proxy(
    project_id: int, house_id: int, new: NewProxy, *, scan: bytes, scan_name: str, by: Actor, at: dt.datetime
) -> VoteProxy:
    """登记委托 from a paper that the owner has signed. Raises: NotYours, NotNow, VoteIsClosed, HasProblems, BadImage."""
    _, vote = _under_way(project_id, by=by)
    return proxies.name_on_paper(vote.pk, house_id, new, scan=scan, scan_name=scan_name, by=by, at=at)


@transaction.atomic
def answer_objection(project_id: int, objection_id: int, *, text: str, by: Actor, at: dt.datetime) -> VoteObjection:
    """Answer an owner who objected to the preliminary result. Raises: NotYours, NotNow, HasProblems, Refusal."""
    _, vote = _under_way(project_id, by=by)
    return objections.answer(vote.pk, objection_id, text=text, by=by, at=at)


@transaction.atomic
def close_vote(project_id: int, *, by: Actor, at: dt.datetime) -> Vote:
    """公布表决结果: first the preliminary result where owners may object to it, then the decision. Passed leads on; failed
    leads back, and a new vote may be held.

    Raises: NotYours, NotNow, TooEarly, Refusal when nothing was entered or an objection waits.
    """
    project, vote = _under_way(project_id, by=by)
    return _close(project, vote, by=by, at=at)


def _close(project: RepairProject, vote: Vote, *, by: Actor, at: dt.datetime) -> Vote:
    vote = voting.close_vote(vote.pk, at=at)
    if vote.is_decided:
        passed = vote.state == VoteState.PASSED
        if passed and project.stage_now is Stage.SUPPLEMENT:
            put_in_effect(project)
        note = f"同意 {vote.agreed_people:,} 人，参与 {vote.joined_people:,} 人，共 {vote.total_people:,} 人"
        advance(project, ProjectMove.PASS_VOTE if passed else ProjectMove.FAIL_VOTE, by=by, at=at, note=note)
    return vote


def close_due(*, at: dt.datetime) -> int:
    """What closes by itself: votes held online only, at their closing minute; every preliminary result to which nobody
    objects, once its days are over. Each in a transaction of its own. Answers with how many moved on.
    """
    ended = Vote.objects.filter(state=VoteState.OPEN, channel=Channel.ONLINE, closes_at__lte=at)
    unobjected = Vote.objects.filter(state=VoteState.OBJECTION, objects_until__lt=day_of(at)).exclude(
        houses__objections__in=VoteObjection.objects.filter(answered_at__isnull=True)
    )
    done = 0
    for vote in (*ended.order_by("closes_at"), *unobjected.order_by("objects_until")):
        kind, _, number = vote.source.partition(":")
        if kind not in ("project", "supplement"):
            continue
        try:
            with transaction.atomic():
                project, present = _under_way(int(number), by=None)
                if present.pk == vote.pk:
                    _close(project, present, by=_SYSTEM, at=at)
                    done += 1
        except Refusal as refused:  # somebody was quicker, or an owner has objected meanwhile
            log.info("vote=%s refused=%s", vote.pk, refused)
    return done

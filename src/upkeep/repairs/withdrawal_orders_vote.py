"""业主签字确认: the signed list of a withdrawal order, brought to the window with the paper, is its vote (C4).

The window checks the signatures, enters them house by house or as sums, keeps the scans and closes the vote; the city's rule
decides at once, for what was signed on paper needs no days to be objected to. The vote begins when the window begins.
Source: manual 003 §4.2.1 ⑭ (需业主签字确认); 民法典 第二百七十八条.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from django.db import transaction

from upkeep.casework.models import Case
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import Role
from upkeep.repairs import deciding
from upkeep.repairs.history import NotNow
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import project_of
from upkeep.repairs.stages import Stage
from upkeep.voting import actions as voting
from upkeep.voting import totals
from upkeep.voting.models import BallotChoice, Vote, VoteEntry, VoteEvidence, VoteTotals
from upkeep.voting.queries import latest_vote
from upkeep.voting.totals import Totals

#: Whoever wanted to sign has signed when the list is brought; the window may enter it later.
_SIGNED_BY_NOW = dt.timedelta(minutes=1)


class NotAtThisWindow(Refusal):
    """Only a window clerk of the office that decides the order enters its signed list."""


def may_enter(case: Case, *, by: Actor) -> bool:
    """Whether the actor is at the window that decides the order."""
    return by.has(Role.WINDOW_CLERK) and case.jurisdiction_id in within(by.jurisdiction_id)


def _under_review(case: Case, *, by: Actor) -> RepairProject:
    """The project, locked while it is decided. Raises: NotAtThisWindow, NotNow."""
    if not may_enter(case, by=by):
        raise NotAtThisWindow("业主签字确认表由受理该任务单的窗口录入")
    found = project_of(case)
    project = RepairProject.objects.select_for_update(of=("self",)).get(pk=found.pk) if found else None
    if project is None or project.stage_now is not Stage.REVIEW:
        raise NotNow("任务单不在审核中，不能录入业主签字，请刷新后再看")
    return project


def is_by_totals(project: RepairProject, *, at: dt.datetime) -> bool:
    """Whether the city enters the sums of the list instead of its houses."""
    return deciding.entry_of(project, at=at) is VoteEntry.TOTALS


@transaction.atomic
def enter(case: Case, choices: Mapping[int, BallotChoice], *, by: Actor, at: dt.datetime) -> Counter[BallotChoice]:
    """Enter what the signed list says, by house id.

    Raises: NotAtThisWindow, NotNow, VoteIsClosed, NotInScope, Refusal where the city enters sums.
    """
    project = _under_review(case, by=by)
    if not choices and latest_vote(project.source) is None:
        return Counter()
    return voting.enter_ballots(_vote(project, at=at).pk, choices, by=by, at=at)


@transaction.atomic
def enter_totals(case: Case, sums: Totals, *, by: Actor, at: dt.datetime) -> VoteTotals:
    """Enter the sums of the signed list. Raises: NotAtThisWindow, NotNow, VoteIsClosed, HasProblems, Refusal unscanned."""
    return totals.enter_totals(_vote(_under_review(case, by=by), at=at).pk, sums, by=by, at=at)


def _vote(project: RepairProject, *, at: dt.datetime) -> Vote:
    """The vote on the order, begun with its houses if it is not."""
    known = latest_vote(project.source)
    return known or voting.open_vote(
        source=project.source,
        title=f"关于使用住宅专项维修资金实施“{project.title}”的业主签字确认",
        rule=deciding.rule_of(project, at=at),
        house_ids=list(project.houses.values_list("house_id", flat=True)),
        closes_at=at + _SIGNED_BY_NOW,
        entry=deciding.entry_of(project, at=at),
        at=at,
    )


@transaction.atomic
def keep_scan(case: Case, *, name: str, content: bytes, by: Actor, at: dt.datetime) -> VoteEvidence:
    """A scanned page of the signed list. Raises: NotAtThisWindow, NotNow, VoteIsClosed, BadImage."""
    vote = _vote(_under_review(case, by=by), at=at)
    return voting.attach_evidence(vote.pk, name=name, content=content, by=by, at=at)


@transaction.atomic
def close(case: Case, *, by: Actor, at: dt.datetime) -> Vote:
    """公布结果: count by the city's rule. Raises: NotAtThisWindow, NotNow, VoteIsClosed, Refusal without a scan."""
    vote = _vote(_under_review(case, by=by), at=at)
    if not vote.evidence.exists():
        raise Refusal("请先上传业主签字确认表的扫描件，再公布结果")
    return voting.close_vote(vote.pk, at=at)


def give_up(project: RepairProject, *, at: dt.datetime) -> None:
    """The order is closed before its list was counted: what was entered is counted, so that no vote stays open."""
    vote = latest_vote(project.source)
    if vote is not None and not vote.is_decided:
        voting.close_vote(vote.pk, at=max(at, vote.closes_at))

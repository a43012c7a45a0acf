"""业主签字确认: the signed list of a withdrawal order, brought to the window with the paper, is its vote (C4).

The window checks the signatures, enters them house by house, keeps the scans and closes the vote; the city's rule decides.
The vote begins with the first entry, so one that is open has something in it.
Source: manual 003 §4.2.1 ⑭ (需业主签字确认); 民法典 第二百七十八条.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

from django.db import transaction

from upkeep.casework.models import Case
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import Role
from upkeep.policy.voting_rule import voting_rule
from upkeep.repairs.history import NotNow
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import project_of
from upkeep.repairs.stages import Stage
from upkeep.voting import actions as voting
from upkeep.voting.models import BallotChoice, Vote, VoteEvidence
from upkeep.voting.queries import latest_vote

#: How long the window has for one signed list; it is closed by hand long before.
DAYS = 60


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


@transaction.atomic
def enter(case: Case, choices: Mapping[int, BallotChoice], *, by: Actor, at: dt.datetime) -> Counter[BallotChoice]:
    """Enter what the signed list says, by house id. The first entry begins the vote with the order's houses.

    Raises: NotAtThisWindow, NotNow, VoteIsClosed, NotInScope.
    """
    project = _under_review(case, by=by)
    vote = latest_vote(project.source)
    if vote is None:
        if not choices:
            return Counter()
        vote = _begin(project, at=at)
    return voting.enter_ballots(vote.pk, choices, by=by, at=at)


def _begin(project: RepairProject, *, at: dt.datetime) -> Vote:
    return voting.open_vote(
        source=project.source,
        title=f"关于使用住宅专项维修资金实施“{project.title}”的业主签字确认",
        rule=voting_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(at)),
        house_ids=list(project.houses.values_list("house_id", flat=True)),
        closes_on=day_of(at) + dt.timedelta(days=DAYS),
        at=at,
    )


def _vote(project: RepairProject) -> Vote:
    vote = latest_vote(project.source)
    if vote is None:
        raise NotNow("请先录入业主签字，再上传扫描件和公布结果")
    return vote


@transaction.atomic
def keep_scan(case: Case, *, name: str, content: bytes, by: Actor, at: dt.datetime) -> VoteEvidence:
    """A scanned page of the signed list. Raises: NotAtThisWindow, NotNow, VoteIsClosed, BadImage."""
    project = _under_review(case, by=by)
    return voting.attach_evidence(_vote(project).pk, name=name, content=content, by=by, at=at)


@transaction.atomic
def close(case: Case, *, by: Actor, at: dt.datetime) -> Vote:
    """公布结果: count by the city's rule. Raises: NotAtThisWindow, NotNow, VoteIsClosed, Refusal without a scan."""
    vote = _vote(_under_review(case, by=by))
    if not vote.evidence.exists():
        raise Refusal("请先上传业主签字确认表的扫描件，再公布结果")
    return voting.close_vote(vote.pk, at=at)


def give_up(project: RepairProject, *, at: dt.datetime) -> None:
    """The order is closed before its list was counted: what was entered is counted, so that no vote stays open."""
    vote = latest_vote(project.source)
    if vote is not None and vote.is_open:
        with suppress(Refusal):  # every entry was taken back again: there is nothing to count
            voting.close_vote(vote.pk, at=at)

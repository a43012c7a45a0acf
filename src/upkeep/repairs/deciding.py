"""投票表决管理: the owners' vote on a project, opened, entered and closed from it."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from django.db import transaction

from upkeep.kernel.dates import day_of, in_letters
from upkeep.parties.actor import Actor
from upkeep.policy.voting_rule import voting_rule
from upkeep.publishing.models import NoticeKind
from upkeep.repairs.announcing import check_notice_is_over
from upkeep.repairs.history import advance, locked
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import ProjectMove
from upkeep.voting import actions as voting
from upkeep.voting.models import BallotChoice, Vote, VoteEvidence, VoteState
from upkeep.voting.queries import latest_vote


@transaction.atomic
def open_vote(project_id: int, *, closes_on: dt.date, by: Actor, at: dt.datetime) -> Vote:
    """发起业主表决 among the owners of the sharing houses, under the city's rule of today.

    Raises: NotYours, NotNow, HasProblems, VoteIsUnderWay.
    """
    project = locked(project_id, moves=(ProjectMove.OPEN_VOTE,), by=by)
    check_notice_is_over(project, NoticeKind.PROJECT, at=at)
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

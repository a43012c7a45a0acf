"""录入汇总结果: the sums of the signed sheet, where the city enters no single houses (manual 004 §1.3.1 第三步)."""

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction

from upkeep.kernel.areas import square_metres
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.voting.actions import locked
from upkeep.voting.models import Vote, VoteEntry, VoteState, VoteTotals
from upkeep.voting.queries import latest_totals


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Area in 0.01 m² and heads of each opinion. An owner of several houses who was of two minds stands nowhere by heads."""

    agreed_dm2: int
    agreed_people: int
    against_dm2: int = 0
    against_people: int = 0
    abstained_dm2: int = 0
    abstained_people: int = 0


@transaction.atomic
def enter_totals(vote_id: int, totals: Totals, *, by: Actor, at: dt.datetime, note: str = "") -> VoteTotals:
    """Enter the sums; entered again they are a further revision, and once the result is counted that needs a `note`.

    Raises: VoteIsClosed, HasProblems when they pass the scope, Refusal without a scan of the sheet.
    """
    vote = locked(vote_id)
    if vote.entry != VoteEntry.TOTALS:
        raise Refusal("本次表决逐户录入，不能录入汇总结果")
    note = " ".join(note.split())[:200]
    if problems := list(_faults(vote, totals, note)):
        raise HasProblems(problems)
    if not vote.evidence.exists():
        raise Refusal("请先上传业主签字的表决签字表扫描件，再录入汇总结果")
    before = latest_totals(vote)
    return VoteTotals.objects.create(
        vote=vote,
        revision=before.revision + 1 if before else 1,
        note=note,
        by_user_id=by.user_id,
        at=at,
        **asdict(totals),
    )


def _faults(vote: Vote, totals: Totals, note: str) -> list[Problem]:
    found = []
    if min(asdict(totals).values()) < 0:
        found.append(Problem("agreed_dm2", "面积和人数不能为负"))
    if totals.agreed_dm2 + totals.against_dm2 + totals.abstained_dm2 > vote.total_dm2:
        found.append(Problem("agreed_dm2", f"三项面积合计不能超过表决范围的 {square_metres(vote.total_dm2)} ㎡"))
    if totals.agreed_people + totals.against_people + totals.abstained_people > vote.total_people:
        found.append(Problem("agreed_people", f"三项人数合计不能超过表决范围的 {vote.total_people:,} 人"))
    for side, label in (("agreed", "同意"), ("against", "反对"), ("abstained", "弃权")):
        area, people = getattr(totals, f"{side}_dm2"), getattr(totals, f"{side}_people")
        if people and not area:
            found.append(Problem(f"{side}_dm2", f"{label}有 {people:,} 人，请填写{label}面积"))
    if vote.state == VoteState.OBJECTION and not note:
        found.append(Problem("note", "结果已作初步统计，更正录入请填写更正说明"))
    return found

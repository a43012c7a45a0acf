"""结果询异: owners may object to the preliminary result within its days; the starter answers each before the result is final."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from upkeep.estate.tenures import tenures_of
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.voting.actions import NotInScope, VoteIsClosed, locked
from upkeep.voting.models import Vote, VoteHouse, VoteObjection, VoteState

_LONGEST = 500


@transaction.atomic
def object_to(vote_id: int, house_id: int, *, text: str, by: Actor, at: dt.datetime) -> VoteObjection:
    """An owner says what is wrong with the preliminary result. Raises: VoteIsClosed, NotInScope, HasProblems, Refusal."""
    vote = locked(vote_id)
    if vote.state != VoteState.OBJECTION or vote.objects_until is None or day_of(at) > vote.objects_until:
        until = f"，已于 {in_letters(vote.objects_until)} 截止" if vote.objects_until else ""
        raise VoteIsClosed(f"现在不在结果询异期内{until}")
    place = VoteHouse.objects.filter(vote=vote, house_id=house_id).first()
    mine = {one.house.pk for one in tenures_of(by.user_id) if one.is_present}
    if place is None or house_id not in mine:
        raise NotInScope("这套房屋不在您名下，或不在本次表决范围内")
    try:
        with transaction.atomic():
            return VoteObjection.objects.create(
                vote_house=place, user_id=by.user_id, text=_checked("text", "异议内容", text), at=at
            )
    except IntegrityError:
        raise Refusal("您对这套房屋的异议正在等待答复，请不要重复提交") from None


@transaction.atomic
def answer(vote_id: int, objection_id: int, *, text: str, by: Actor, at: dt.datetime) -> VoteObjection:
    """What the starter says to it. Raises: VoteIsClosed, HasProblems; Refusal when it was answered already."""
    vote = locked(vote_id)
    found = VoteObjection.objects.filter(pk=objection_id, vote_house__vote=vote).first()
    if found is None or found.answered_at is not None:
        raise Refusal("该异议已经答复，请刷新后再看")
    found.answer, found.answered_by_id, found.answered_at = _checked("answer", "答复", text), by.user_id, at
    found.save()
    return found


def _checked(field: str, label: str, text: str) -> str:
    text = text.strip()
    if not text:
        raise HasProblems([Problem(field, f"请填写{label}")])
    if len(text) > _LONGEST:
        raise HasProblems([Problem(field, f"{label}不超过 {_LONGEST} 字")])
    return text


def objections_to(vote: Vote) -> QuerySet[VoteObjection]:
    """What was said against the result, the earliest first."""
    return (
        VoteObjection.objects.filter(vote_house__vote=vote)
        .select_related("vote_house__house__building", "user", "answered_by")
        .order_by("at", "pk")
    )

"""The one lifecycle. Every procedure uses this table; none has its own."""

from django.db import models


class State(models.TextChoices):
    """业务单状态."""

    DRAFT = "DRAFT", "草稿"
    SUBMITTED = "SUBMITTED", "待受理"
    IN_REVIEW = "IN_REVIEW", "审核中"
    RETURNED = "RETURNED", "退回补正"
    APPROVED = "APPROVED", "已办结"
    REJECTED = "REJECTED", "不予办理"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class Move(models.TextChoices):
    """办理动作."""

    SUBMIT = "SUBMIT", "提交"
    ACCEPT = "ACCEPT", "受理"
    PASS = "PASS", "通过"
    RETURN = "RETURN", "退回补正"
    REJECT = "REJECT", "不予办理"
    WITHDRAW = "WITHDRAW", "撤回"


CLOSED = frozenset({State.APPROVED, State.REJECTED, State.WITHDRAWN})
#: States in which the applicant may still change what he hands in.
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
#: States in which somebody else has to act.
WAITING = frozenset({State.SUBMITTED, State.IN_REVIEW})

#: The state named here holds while steps remain; the decision of the last step closes the case as APPROVED.
TRANSITIONS: dict[tuple[State, Move], State] = {
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Move.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Move.ACCEPT): State.IN_REVIEW,
    (State.SUBMITTED, Move.PASS): State.IN_REVIEW,
    (State.SUBMITTED, Move.RETURN): State.RETURNED,
    (State.SUBMITTED, Move.REJECT): State.REJECTED,
    (State.IN_REVIEW, Move.PASS): State.IN_REVIEW,
    (State.IN_REVIEW, Move.RETURN): State.RETURNED,
    (State.IN_REVIEW, Move.REJECT): State.REJECTED,
    (State.DRAFT, Move.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Move.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Move.WITHDRAW): State.WITHDRAWN,
}

#: Moves the applicant makes; all others belong to the role of the current step.
APPLICANT_MOVES = frozenset({Move.SUBMIT, Move.WITHDRAW})
#: Moves that need a reason.
NEEDS_NOTE = frozenset({Move.RETURN, Move.REJECT})

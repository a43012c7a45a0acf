"""Bank statements and their lines, what the books hold against them, matches, and the acts that work differences off."""

from upkeep.reconciliation.models.act import TWO_PERSON_ACTS, ActKind, ActState, DifferenceAct
from upkeep.reconciliation.models.match import BookMovement, CollectedDay, Match, MatchKind
from upkeep.reconciliation.models.statement import BankLine, BankStatement, Channel

__all__ = [
    "TWO_PERSON_ACTS",
    "ActKind",
    "ActState",
    "BankLine",
    "BankStatement",
    "BookMovement",
    "Channel",
    "CollectedDay",
    "DifferenceAct",
    "Match",
    "MatchKind",
]

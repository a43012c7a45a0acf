"""Which colour a state has. Colour only repeats what the words beside it say."""

TONES = ("good", "warn", "bad", "info", "quiet")

#: Codes of states from every package; one code has one meaning, so one map does.
_TONE_OF_STATE = {
    "good": (
        "CLOSED",
        "DONE",
        "PAID",
        "CONFIRMED",
        "ACTIVE",
        "NORMAL",
        "APPROVED",
        "ACCEPTED",
        "PASSED",
        "MATCHED",
        "OPEN",
        "SENT",
        "FINISHED",
        "POSTED",
        "IN_FORCE",
        "INVESTED",
        "BOOKED",
    ),
    "info": (
        "SUBMITTED",
        "IN_REVIEW",
        "RUNNING",
        "VOTING",
        "PUBLISHED",
        "PENDING",
        "ISSUED",
        "UNPAID",
        "WAITING",
        "ORDERED",
        "REVIEW",
        "READING",
        "BOOKING",
        "TRANSFER",
        "ASKED",
        "COMPUTING",
        "POSTING",
        "REVERSAL_ASKED",
        "REVERSING",
        "REDEEM_ASKED",
    ),
    "warn": (
        "RETURNED",
        "EXPIRED",
        "OVERDUE",
        "HELD",
        "FROZEN",
        "PARTIAL",
        "SUSPENDED",
        "UNMATCHED",
        "ARREARS",
        "OWED",
    ),
    "bad": ("FAULTY", "REJECTED", "REFUSED", "FAILED", "VOID", "NOT_PASSED", "ABORTED", "ABANDONED"),
    "quiet": ("DRAFT", "DROPPED", "WITHDRAWN", "CANCELLED", "DEACTIVATED", "ARCHIVED", "ENDED", "SPLIT", "MERGED"),
}
_BY_STATE = {state: tone for tone, states in _TONE_OF_STATE.items() for state in states}


def tone_of(state: str) -> str:
    """The tone of a state; a state without one is shown without colour."""
    return _BY_STATE.get(str(state), "quiet")

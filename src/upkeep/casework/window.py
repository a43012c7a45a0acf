"""What visitors without an account leave for the window (窗口): a draft, until somebody has seen who they are."""

from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import State
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import Role


class NotAtWindow(Refusal):
    """Only a window clerk of the office hands the case in, once it is complete."""


def asks_window(case: Case) -> bool:
    """Whether only a window clerk may hand the case in, once he has seen who the visitor is that filled it in."""
    is_visitors = not (case.applicant_organisation_id or case.applicant_user_id)
    return is_visitors and register[case.procedure].identity_at_window


def lies_ready(case: Case) -> bool:
    """Whether a visitor's draft is complete and waits for him at the window; it has brought about nothing."""
    return case.state_now is State.DRAFT and case.submitted_at is not None and asks_window(case)


def check_window(case: Case, by: Actor) -> None:
    """Whether this clerk may hand the visitor's case in now. Raises: NotAtWindow."""
    if not by.has(Role.WINDOW_CLERK) or case.jurisdiction_id not in within(by.jurisdiction_id):
        raise NotAtWindow("请携带身份证明和打印的申请单到窗口，由窗口核对身份后提交")
    if case.state_now is State.DRAFT and case.submitted_at is None:
        raise NotAtWindow("申请人还没有填写完成，不能提交")

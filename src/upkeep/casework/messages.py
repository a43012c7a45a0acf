"""What people are told when a case moves.

The applicant is told of what others do with his case: every user of his organisation in the pages, the contact person by
SMS when it comes back, is refused or done. Nobody is told of what he did himself.

Deciders are told only where they are another organisation (a developer who has to consent): such people look in
seldom. The office is told nothing: thirty clerks and three hundred cases a day would make nine thousand messages that
nobody reads, while the work list (待办) always says what waits, for whom and until when.
"""

import datetime as dt

from upkeep.casework.models import Case, CaseParty, PartyRole
from upkeep.casework.procedure import Procedure
from upkeep.casework.states import APPLICANT_MOVES, WAITING, Move, State
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, Event, event
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation
from upkeep.parties.queries import users_of
from upkeep.parties.roles import REVIEWERS, Role
from upkeep.policy.review_chain import ChainStep

_MOST_NOTE = 80  # of a reason that may fill a page; the case shows the whole

_ABOUT = "您的“{title}”（{number}）"
SUBMITTED = event(
    "case_submitted",
    "业务已提交",
    [IN_SITE],
    "{by}提交了“{title}”（{number}），请关注办理进度。",
    "已提交：{title} {number}",
)
WITHDRAWN = event(
    "case_withdrawn", "业务已撤回", [IN_SITE], "{by}撤回了“{title}”（{number}）。", "已撤回：{title} {number}"
)
ACCEPTED = event("case_accepted", "业务已受理", [IN_SITE], f"{_ABOUT}已受理，正在审核。", "已受理：{title} {number}")
RETURNED = event(
    "case_returned",
    "业务退回补正",
    [IN_SITE, SMS],
    f"{_ABOUT}被退回补正：{{note}}。请登录平台修改后重新提交。",
    "退回补正：{title} {number}",
)
REJECTED = event(
    "case_rejected", "业务不予办理", [IN_SITE, SMS], f"{_ABOUT}不予办理：{{note}}。", "不予办理：{title} {number}"
)
APPROVED = event(
    "case_approved", "业务已办结", [IN_SITE, SMS], f"{_ABOUT}已办结，请登录平台查看结果。", "已办结：{title} {number}"
)
DONE_AT_ONCE = event(
    "case_done_at_once", "业务已办结", [IN_SITE], "{by}办理的“{title}”（{number}）已办结。", "已办结：{title} {number}"
)
TO_DECIDE = event(
    "case_to_decide",
    "业务待贵单位办理",
    [IN_SITE, SMS],
    "{applicant}提交的“{title}”（{number}）等待贵单位办理，请登录平台处理。",
    "待办理：{title} {number}",
)


def tell(
    case: Case,
    procedure: Procedure,
    step: Move,
    *,
    before: State,
    first_accepted: bool,
    by: Actor,
    at: dt.datetime,
    note: str,
) -> None:
    """Tell whom it concerns of a move just made, in its transaction: a move that is undone has told nobody."""
    about = _event(case, step, before=before, first_accepted=first_accepted)
    applicant = case.applicant_organisation.name if case.applicant_organisation else case.contact_name
    note = note.rstrip("。！；，. ")
    values = {
        "title": procedure.title,
        "number": case.number,
        "by": by.name or "申请人",
        "applicant": applicant or "申请人",
        "note": note if len(note) <= _MOST_NOTE else note[: _MOST_NOTE - 1] + "…",
    }
    if about is not None:
        _notify(
            case,
            about,
            values,
            at=at,
            user_ids=_applicants(case) - {by.user_id},
            phone=procedure.applicant_phone(case),
        )
    if case.state_now in WAITING and _asked_organisation(case) is not None:
        for one in _deciders(case):
            users = users_of(organisation_id=one.pk)
            _notify(case, TO_DECIDE, values, at=at, user_ids=users, phone=one.contact_phone, whom=f":{one.pk}")


def _event(case: Case, step: Move, *, before: State, first_accepted: bool) -> Event | None:
    if step in APPLICANT_MOVES:
        if step is Move.WITHDRAW:  # a draft thrown away concerns nobody
            return None if before is State.DRAFT else WITHDRAWN
        return DONE_AT_ONCE if case.state_now is State.APPROVED else SUBMITTED
    closing = {State.RETURNED: RETURNED, State.REJECTED: REJECTED, State.APPROVED: APPROVED}
    # Later steps of the review are the office's own affair.
    return closing.get(case.state_now) or (ACCEPTED if first_accepted else None)


def _notify(
    case: Case,
    about: Event,
    values: dict[str, str],
    *,
    at: dt.datetime,
    user_ids: set[int],
    phone: str,
    whom: str = "",
) -> None:
    notify(
        event=about.code,
        jurisdiction_id=case.jurisdiction_id,
        values=values,
        at=at,
        key=f"case:{case.pk}:{case.version}{whom}",
        user_ids=user_ids,
        phone=phone,
        url=f"/cases/{case.number}/",
    )


def _applicants(case: Case) -> set[int]:
    if case.applicant_organisation_id:
        return users_of(organisation_id=case.applicant_organisation_id)
    return {case.applicant_user_id} if case.applicant_user_id else set()


def _asked_organisation(case: Case) -> Role | None:
    """The role that has to decide now, if it is another organisation's."""
    role = Role(ChainStep(**case.chain[case.step]).role)
    return None if role in REVIEWERS else role


def _deciders(case: Case) -> list[Organisation]:
    parties = CaseParty.objects.filter(case=case, role=PartyRole.DECIDER).select_related("organisation")
    return [party.organisation for party in parties]

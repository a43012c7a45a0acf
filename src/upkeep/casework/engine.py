"""The only code that changes `Case.state`."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count

from upkeep.casework import forgetting, messages
from upkeep.casework.deadlines import add_working_days
from upkeep.casework.models import Case, CaseEvent, CaseParty, Channel, PartyRole
from upkeep.casework.numbering import next_number
from upkeep.casework.procedure import Procedure, register
from upkeep.casework.states import APPLICANT_MOVES, CLOSED, EDITABLE, NEEDS_NOTE, TRANSITIONS, Move, State
from upkeep.casework.window import asks_window, check_window
from upkeep.kernel.checks import phone_number
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import OFFICE, REVIEWERS, Role
from upkeep.policy.review_chain import ChainStep, ReviewChain, review_chain, review_chains

_MOST_NAME, _MOST_SUBJECT = 50, 200  # what the columns of the case hold
_KEPT = ("data", "area_id", "jurisdiction", "subject", "contact_name", "contact_phone", "version")


class NotYours(Refusal):
    """The actor's role, organisation or part in the case forbids this move."""


class NotNow(Refusal):
    """The case is in no state for this move, or somebody else has just moved it."""


class NoCity(Refusal):
    """A visitor has not said in which city he wants to act."""


def chain_for(procedure: Procedure, *, jurisdiction_id: int, on: dt.date) -> ReviewChain:
    """The city's chain for a procedure, or the procedure's own."""
    chain = review_chain(jurisdiction_id=jurisdiction_id, procedure=procedure.code, on=on)
    return chain if chain is not None else procedure.default_chain()


def may_start(procedure: Procedure, *, by: Actor, on: dt.date) -> bool:
    """Whether the actor's roles may start the procedure in his city."""
    return procedure in startable([procedure], by=by, on=on)


def startable(procedures: Iterable[Procedure], *, by: Actor, on: dt.date) -> list[Procedure]:
    """Those of the procedures that the actor's roles may start in his city; the chains are read at once."""
    asked = list(procedures)
    if not by.jurisdiction_id:
        return [one for one in asked if not by.roles.isdisjoint(one.starters)]
    chains = review_chains(jurisdiction_id=by.jurisdiction_id, procedures=[one.code for one in asked], on=on)
    found = []
    for one in asked:
        chain = chains[one.code] or one.default_chain()
        starters = frozenset(Role(code) for code in chain.starters) or one.starters
        if by.roles & starters and one.is_open(jurisdiction_id=by.jurisdiction_id, on=on):
            found.append(one)
    return found


def chain_of(case: Case, *, on: dt.date) -> ReviewChain:
    """The chain that a case handed in on this day has to pass."""
    procedure = register[case.procedure]
    return procedure.chain_of(case, chain_for(procedure, jurisdiction_id=case.jurisdiction_id, on=on), on=on)


@transaction.atomic
def start(
    procedure: Procedure,
    *,
    by: Actor,
    at: dt.datetime,
    jurisdiction_id: int = 0,
    data: dict[str, Any] | None = None,
    copied_from: Case | None = None,
    channel: Channel | None = None,
) -> Case:
    """Open a draft. `jurisdiction_id` is needed only where the actor has no city of his own (the public); `channel` is
    said where a program acts, and follows from the actor otherwise.

    Raises: NotYours when the role may not start this procedure here, NoCity.
    """
    day = day_of(at)
    if not may_start(procedure, by=by, on=day):
        raise NotYours(f"您没有办理“{procedure.title}”的权限")
    if not (city_id := by.jurisdiction_id or jurisdiction_id):
        raise NoCity("请先选择所在城市，再开始办理")
    case = Case(
        number=next_number(procedure.prefix, on=day),
        procedure=procedure.code,
        channel=channel or channel_of(by),
        jurisdiction_id=city_id,
        applicant_organisation_id=by.organisation_id,
        applicant_user_id=by.user_id or None,
        contact_name=by.name,
        contact_phone=by.phone,
        data=procedure.initial(by=by) | (data or {}),
        copied_from=copied_from,
        created_at=at,
    )
    _write_columns(procedure, case)
    case.save(force_insert=True)
    return case


def channel_of(actor: Actor) -> Channel:
    """窗口 for what the office enters, 银行 for a teller, 网上 for everybody else."""
    if actor.has(*OFFICE):
        return Channel.WINDOW
    return Channel.BANK if actor.has(Role.TELLER, Role.TELLER_SUPERVISOR) else Channel.ONLINE


@transaction.atomic
def save_draft(case_id: int, changes: dict[str, Any], *, by: Actor, at: dt.datetime) -> Case:
    """Keep what was typed so far, right or wrong; it is checked when the page is left and on submit.

    Raises: NotYours, NotNow.
    """
    case = editable(case_id, by=by)
    procedure = register[case.procedure]
    # A draft keeps also what is too long; the page and `cleaned` say so.
    case.contact_name = str(changes.get("contact_name", case.contact_name) or "").strip()[:_MOST_NAME]
    case.contact_phone = str(changes.get("contact_phone", case.contact_phone) or "").strip()
    form = {key: value for key, value in changes.items() if key not in ("contact_name", "contact_phone")}
    case.data = case.data | procedure.intake(case, form)
    _write_columns(procedure, case)
    case.version += 1
    if case.state_now is State.DRAFT:
        case.submitted_at = None  # what lay ready for the window is being changed
    case.save(update_fields=[*_KEPT, "submitted_at"])
    return case


@transaction.atomic
def leave_for_window(case_id: int, *, by: Actor, at: dt.datetime) -> Case:
    """A visitor's draft is complete: it is checked as if handed in, and the window may find it. It engages nothing.

    Raises: NotYours, NotNow, HasProblems.
    """
    case = editable(case_id, by=by)
    procedure = register[case.procedure]
    if not asks_window(case):
        raise NotNow("这张业务单请直接提交")
    case.jurisdiction_id = procedure.place(case, cleaned(case)) or case.jurisdiction_id
    case.submitted_at = at
    _write_columns(procedure, case)
    case.version += 1
    case.save(update_fields=[*_KEPT, "submitted_at"])
    return case


def _write_columns(procedure: Procedure, case: Case) -> None:
    """What lists show of the document."""
    case.area_id, case.subject = procedure.area_id(case), procedure.subject(case)[:_MOST_SUBJECT]
    if case.state_now is State.DRAFT and (office_id := procedure.office_id(case)):
        case.jurisdiction_id = office_id


def editable(case_id: int, *, by: Actor) -> Case:
    """The case, locked, for its applicant to change. Raises: NotYours, NotNow."""
    case = _locked(case_id)
    if not is_applicant(case, by):
        raise NotYours("只有申请人可以修改这张业务单")
    if case.state_now not in EDITABLE:
        raise NotNow(f"业务单{case.state_now.label}，不能再修改")
    return case


def is_applicant(case: Case, actor: Actor) -> bool:
    """The applicant is the organisation where there is one, else the person; a guest by his session."""
    if case.applicant_organisation_id:
        return actor.organisation_id == case.applicant_organisation_id
    if case.applicant_user_id:
        return actor.user_id == case.applicant_user_id
    return case.pk in actor.guest_cases


def cleaned(case: Case) -> dict[str, Any]:
    """The case's data, typed. Raises: HasProblems with everything that is wrong."""
    procedure = register[case.procedure]
    form = procedure.form_of(case, case.data)
    problems = (
        [] if form.is_valid() else [Problem(name, str(text)) for name, texts in form.errors.items() for text in texts]
    )
    for name, field in form.fields.items():
        if name in form.cleaned_data and _is_offered(procedure, case, name, field, form.cleaned_data[name]) is False:
            problems.append(Problem(name, f"{field.label}不在可选范围，请重新选择"))
    problems += _contact_problems(case)
    present = set(case.files.values_list("paper", flat=True))
    problems += [
        Problem(f"paper_{paper.code}", f"请上传“{paper.title}”")
        for paper in procedure.papers_of(case)
        if paper.required and paper.code not in present
    ]
    problems += _row_problems(case)
    if not problems:
        problems = list(procedure.validate(case, form.cleaned_data))
    if problems:
        raise HasProblems(problems)
    return form.cleaned_data


def _contact_problems(case: Case) -> list[Problem]:
    if not case.applicant_organisation_id:
        return []
    if not (case.contact_name and case.contact_phone):
        return [Problem("contact_name", "请填写经办人姓名和电话")]
    try:
        phone_number(case.contact_phone)
    except ValueError as wrong:
        return [Problem("contact_phone", f"经办人{wrong}")]
    return []


def _row_problems(case: Case) -> list[Problem]:
    """Rows that were kept although faulty, by part."""
    faulty = case.rows.filter(faulty=True).values_list("part").annotate(rows=Count("pk"))
    return [Problem(f"rows_{part}", f"表格中有 {rows:,} 行存在错误，请逐格改正后再提交") for part, rows in faulty]


def _is_offered(procedure: Procedure, case: Case, name: str, field: Any, value: Any) -> bool | None:
    """Whether a chosen reference is one that was offered; None where the field is no reference."""
    if not getattr(field, "is_reference", False) or value is None:
        return None
    return str(value) in {str(key) for key, _ in procedure.choices(case, name)}


@transaction.atomic
def move(
    case_id: int, step: Move, *, by: Actor, at: dt.datetime, note: str = "", seen_version: int | None = None
) -> Case:
    """Make one move: check the state, the actor and the form, bring about the effect, write the history.

    `seen_version` is the version the actor had on his screen; when somebody was quicker he is told, not overruled.
    Raises: NotYours, NotNow, HasProblems, and whatever Refusal the procedure's effect raises; then nothing happened.
    """
    case = _locked(case_id)
    procedure = register[case.procedure]
    before = case.state_now
    note = note.strip()

    if seen_version is not None and seen_version != case.version:
        raise NotNow("这张业务单刚刚由他人办理过，请刷新后再看")
    after = TRANSITIONS.get((before, step))
    if after is None:
        raise NotNow(f"业务单{before.label}，不能{step.label}")
    check_actor(case, step, by)
    if step in NEEDS_NOTE and not note:
        raise HasProblems([Problem("note", f"{step.label}须写明理由")])
    if step is Move.SUBMIT and asks_window(case) and not note:
        raise HasProblems([Problem("note", "请写明核对了申请人的哪些身份证件")])

    at_step, was_accepted = case.step, case.accepted_at is not None
    if step is Move.SUBMIT:
        after = _submit(procedure, case, by=by, at=at)
    elif step in (Move.ACCEPT, Move.PASS):
        after = _decide(procedure, case, by=by, at=at)
    else:
        if before is not State.DRAFT:
            procedure.release(case, by=by, at=at)
        elif case.submitted_at is None:
            forgetting.empty(case, at=at)  # nobody but its applicant has ever seen it
        case.step = 0

    first_accepted = not was_accepted and case.accepted_at is not None
    _settle(case, after, at=at)
    case.save()
    CaseEvent.objects.create(
        case=case,
        move=step,
        from_state=before,
        to_state=after,
        step=at_step,
        by_user_id=by.user_id or None,
        by_name=by.name or "申请人",
        by_role="、".join(role.label for role in sorted(by.roles)),
        at=at,
        note=note,
    )
    messages.tell(case, procedure, step, before=before, first_accepted=first_accepted, by=by, at=at, note=note)
    return case


def _submit(procedure: Procedure, case: Case, *, by: Actor, at: dt.datetime) -> State:
    data = cleaned(case)
    case.jurisdiction_id = procedure.place(case, data) or case.jurisdiction_id
    chain = chain_of(case, on=day_of(at))
    case.chain = [{"role": one.role, "working_days": one.working_days, "party": one.party} for one in chain.steps]
    case.step, case.submitted_at, case.accepted_at = 0, at, None
    _write_columns(procedure, case)
    _write_parties(procedure, case)
    procedure.claim(case, data, by=by, at=at)
    if chain.steps:
        return State.SUBMITTED
    procedure.apply(case, data, by=by, at=at)
    return State.APPROVED


def _decide(procedure: Procedure, case: Case, *, by: Actor, at: dt.datetime) -> State:
    case.accepted_at = case.accepted_at or at
    case.step += 1
    if case.step < len(case.chain):
        return State.IN_REVIEW
    procedure.apply(case, cleaned(case), by=by, at=at)
    return State.APPROVED


def _settle(case: Case, after: State, *, at: dt.datetime) -> None:
    case.state = after
    case.version += 1
    case.closed_at = at if after in CLOSED else None
    current = current_step(case)
    case.waits_for = current.role if current else ""
    case.due_on = add_working_days(day_of(at), current.working_days) if current else None


def _write_parties(procedure: Procedure, case: Case) -> None:
    CaseParty.objects.filter(case=case).delete()
    wanted = {(grant.organisation_id, grant.role) for grant in procedure.parties(case)}
    if case.applicant_organisation_id:
        wanted.add((case.applicant_organisation_id, PartyRole.APPLICANT))
    CaseParty.objects.bulk_create(
        [CaseParty(case=case, organisation_id=one, role=role) for one, role in sorted(wanted)]
    )


def current_step(case: Case) -> ChainStep | None:
    """The 环节 that has to decide now, or None when nobody has."""
    if case.state_now not in (State.SUBMITTED, State.IN_REVIEW):
        return None
    return ChainStep(**case.chain[case.step])


def deciding_move(case: Case) -> Move:
    """What deciding is called at the current step: the window accepts, everyone else passes."""
    step = current_step(case)
    return Move.ACCEPT if step and step.role == Role.WINDOW_CLERK and case.step == 0 else Move.PASS


def check_actor(case: Case, step: Move, by: Actor) -> None:
    """Who may make the move now. Maker ≠ checker, and nobody checks twice. Raises: NotYours, NotNow."""
    if step is Move.SUBMIT and asks_window(case):
        check_window(case, by)
        return
    if step in APPLICANT_MOVES:
        if not is_applicant(case, by):
            raise NotYours(f"只有申请人可以{step.label}")
        return
    _check_decider(case, step, by)


def _check_decider(case: Case, step: Move, by: Actor) -> None:
    current = current_step(case)
    assert current is not None
    if step in (Move.ACCEPT, Move.PASS) and step is not deciding_move(case):
        raise NotNow(f"当前环节应为“{deciding_move(case).label}”")
    if current.role not in by.roles:
        raise NotYours(f"当前环节由“{current.label}”办理，您不能{step.label}")
    if current.role in REVIEWERS:
        if case.jurisdiction_id not in within(by.jurisdiction_id):
            raise NotYours("您不属于受理该业务的管理机构")
    elif not case.parties.filter(organisation_id=by.organisation_id or 0, role=PartyRole.DECIDER).exists():
        raise NotYours("这张业务单不由本单位决定")
    if case.applicant_user_id and case.applicant_user_id == by.user_id:
        raise NotYours("本人提交的业务单须由他人审核")
    if _decided_already(case, by):
        raise NotYours("您已办理过这张业务单的前一环节，须由他人审核")


def _decided_already(case: Case, by: Actor) -> bool:
    """Whether the actor handed the case in, or passed an earlier step of it since."""
    moves, since = (Move.SUBMIT, Move.ACCEPT, Move.PASS), case.submitted_at or case.created_at
    return case.events.filter(by_user_id=by.user_id, at__gte=since, move__in=moves).exists()


def moves_open_to(case: Case, actor: Actor) -> list[Move]:
    """The moves the actor may make now, in the order of the buttons. Templates never compare states."""
    offered = []
    for state, step in TRANSITIONS:
        if state is not case.state_now or (step in (Move.ACCEPT, Move.PASS) and step is not deciding_move(case)):
            continue
        try:
            check_actor(case, step, actor)
        except Refusal:
            continue
        offered.append(step)
    return sorted(offered, key=list(Move).index)


def _locked(case_id: int) -> Case:
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise NotNow("没有这张业务单")
    return case

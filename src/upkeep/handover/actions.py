"""Hand an area over: one person enters the assembly's decision and account, another approves; the bank's word books it."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import IntegrityError, transaction

from upkeep.banking.orders import NewOrder, order_payments
from upkeep.books import sub_accounts
from upkeep.casework.numbering import next_number
from upkeep.estate.models import Area, SellingUnitAccount
from upkeep.handover.checklist import checklist, committee_of, holders_of
from upkeep.handover.models import HandOver, HandOverLine, HandOverState, UseFiling
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import half_width
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import Role
from upkeep.treasury.purses import Purse, purses_of

PURPOSE = "hand_over"
PREFIX, FILING_PREFIX = "HJ", "BA"
MAKERS, CHECKERS = (Role.ACCOUNTANT,), (Role.ACCOUNTANT, Role.APPROVER)
#: 第十五条: within 30 days of the committee's notice.
DAYS = 30


class NotReady(Refusal):
    """The checklist does not hold, or the hand-over was decided before."""


class NotAllowed(Refusal):
    """The actor's role, city or part in it forbids this."""


@transaction.atomic
def prepare(
    *,
    area: Area,
    decision: str,
    decided_on: dt.date,
    notified_on: dt.date,
    payee_name: str,
    payee_bank: str,
    payee_account: str,
    by: Actor,
    at: dt.datetime,
) -> HandOver:
    """Enter the assembly's decision and its account, with the list of what each house takes along; nothing moves yet.

    Raises: NotAllowed, NotReady naming what stands in the way, HasProblems.
    """
    _check(by, MAKERS, area)
    account = half_width(payee_account).replace(" ", "").replace("-", "")
    if problems := _problems(decision, decided_on, notified_on, payee_name, payee_bank, account, on=day_of(at)):
        raise HasProblems(problems)
    sub_accounts.lock(area.pk)
    _check_ready(area, on=day_of(at))
    committee = committee_of(area)
    assert committee is not None
    purses = purses_of(holders_of(area))
    units = set(SellingUnitAccount.objects.filter(building__area=area).values_list("pk", flat=True))
    holders = {holder for purse in purses for holder in purse.amounts}
    made = HandOver(
        number=next_number(PREFIX, on=day_of(at)),
        area=area,
        committee=committee,
        decision=decision.strip()[:200],
        decided_on=decided_on,
        notified_on=notified_on,
        deadline_on=notified_on + dt.timedelta(days=DAYS),
        payee_name=payee_name.strip(),
        payee_bank=payee_bank.strip(),
        payee_account=account,
        total_fen=sum(sum(purse.amounts.values()) for purse in purses),
        house_count=len(holders - units),
        made_at=at,
        made_by_id=by.user_id,
        made_by_name=by.name,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise NotReady("该物业区域已有一项划转正在办理") from None
    _write_list(made, purses, units)
    return made


@transaction.atomic
def approve(hand_over_id: int, *, by: Actor, at: dt.datetime) -> HandOver:
    """A second person agrees: the money is held, and one payment order for each custody account goes to the bank.

    Raises: NotAllowed, NotReady when something has moved since it was entered.
    """
    found = _waiting(hand_over_id, by=by)
    sub_accounts.lock(found.area_id)
    _check_ready(found.area, on=day_of(at))
    by_custody: dict[int, dict[int, int]] = {}
    for line in found.lines.order_by("pk"):
        by_custody.setdefault(line.custody_id, {})[line.holder_id] = line.amount_fen
    now = {purse.custody.pk: purse.amounts for purse in purses_of(holders_of(found.area))}
    if now != by_custody:
        raise NotReady("录入后分户余额有变动，请不予同意，由录入人重新办理")
    for custody_id, amounts in by_custody.items():
        sub_accounts.hold(area_id=found.area_id, amounts=amounts, source=f"{found.reference}:{custody_id}", at=at)
    order_payments(
        [
            NewOrder(
                purpose=PURPOSE,
                reference=f"{found.reference}:{custody_id}",
                jurisdiction_id=found.area.jurisdiction_id,
                area_id=found.area_id,
                custody_id=custody_id,
                amounts=amounts,
                payee_name=found.payee_name,
                payee_bank=found.payee_bank,
                payee_account=found.payee_account,
            )
            for custody_id, amounts in by_custody.items()
        ],
        by=by,
        at=at,
    )
    found.order_count = len(by_custody)
    return _decide(found, HandOverState.ORDERED, note="", by=by, at=at)


@transaction.atomic
def decline(hand_over_id: int, *, note: str, by: Actor, at: dt.datetime) -> HandOver:
    """Not agreed, with the reason; it may be entered anew. Raises: NotAllowed, NotReady, HasProblems."""
    found = _waiting(hand_over_id, by=by)
    if not note.strip():
        raise HasProblems([Problem("note", "请填写不同意的原因")])
    return _decide(found, HandOverState.DECLINED, note=note.strip()[:200], by=by, at=at)


@transaction.atomic
def file_use(
    *, area: Area, title: str, works: str, amount_fen: int, decided_on: dt.date, by: Actor, at: dt.datetime
) -> UseFiling:
    """备案 of what the assembly spends of the fund it keeps itself. Raises: NotAllowed, NotReady, HasProblems."""
    committee = committee_of(area)
    if not by.has(Role.OWNERS_COMMITTEE) or committee is None or by.organisation_id != committee.pk:
        raise NotAllowed("使用备案由该物业区域在任的业主委员会报送")
    if not HandOver.objects.filter(area=area, state=HandOverState.FINISHED).exists():
        raise NotReady("该物业区域的维修资金尚未划转业主大会，使用维修资金请办理申请，不需要备案")
    problems = [
        Problem(field, text)
        for field, wrong, text in (
            ("title", not title.strip(), "请填写维修项目名称"),
            ("works", not works.strip(), "请填写列支范围"),
            ("amount", amount_fen <= 0, "费用应大于 0 元"),
            ("decided_on", decided_on > day_of(at), "通过日期不能晚于今天"),
        )
        if wrong
    ]
    if problems:
        raise HasProblems(problems)
    return UseFiling.objects.create(
        number=next_number(FILING_PREFIX, on=day_of(at)),
        area=area,
        committee=committee,
        title=title.strip()[:100],
        works=works.strip()[:500],
        amount_fen=amount_fen,
        decided_on=decided_on,
        filed_at=at,
        filed_by_id=by.user_id,
        filed_by_name=by.name,
    )


def _write_list(made: HandOver, purses: Sequence[Purse], units: Collection[int]) -> None:
    rows = [(purse.custody.pk, holder, fen) for purse in purses for holder, fen in sorted(purse.amounts.items())]
    HandOverLine.objects.bulk_create(
        [
            HandOverLine(
                id=pk,
                hand_over=made,
                custody_id=custody_id,
                house_id=None if holder in units else holder,
                unit_account_id=holder if holder in units else None,
                amount_fen=fen,
            )
            for pk, (custody_id, holder, fen) in zip(new_ids(len(rows)), rows, strict=True)
        ],
        batch_size=5_000,
    )


def _check(by: Actor, roles: tuple[Role, ...], area: Area) -> None:
    if not by.has(*roles):
        raise NotAllowed("划转业主大会由会计录入，由其他会计或审批人员复核")
    if area.jurisdiction_id not in within(by.jurisdiction_id):
        raise NotAllowed("该物业区域不属于您所在的管辖区")


def _check_ready(area: Area, *, on: dt.date) -> None:
    if open_ := [one for one in checklist(area, on=on) if not one.holds]:
        text = "；".join(f"{one.title}（{one.found}）" if one.found else one.title for one in open_)
        raise NotReady(f"还不能划转，以下各项未满足：{text}")


def _problems(
    decision: str, decided_on: dt.date, notified_on: dt.date, name: str, bank: str, account: str, *, on: dt.date
) -> list[Problem]:
    checks = (
        ("decision", not decision.strip(), "请填写业主大会决定的名称或文号"),
        ("decided_on", decided_on > on, "决定日期不能晚于今天"),
        ("notified_on", not decided_on <= notified_on <= on, "收到通知日期应在决定日期之后、今天之前"),
        ("payee_name", not name.strip(), "请填写收款户名"),
        ("payee_bank", not bank.strip(), "请填写收款开户行"),
        (
            "payee_account",
            not (account.isascii() and account.isdigit() and 8 <= len(account) <= 32),
            "收款账号应为 8 至 32 位数字",
        ),
    )
    return [Problem(field, text) for field, wrong, text in checks if wrong]


def _waiting(hand_over_id: int, *, by: Actor) -> HandOver:
    rows = HandOver.objects.select_for_update(of=("self",)).select_related("area")
    found = rows.filter(pk=hand_over_id).first()
    if found is None:
        raise NotAllowed("没有这项划转")
    _check(by, CHECKERS, found.area)
    if found.state_now is not HandOverState.WAITING:
        raise NotReady(f"该项划转{found.get_state_display()}，已由{found.checked_by_name}复核，请勿重复办理")
    if found.made_by_id == by.user_id:
        raise NotAllowed("该项划转由您录入，须由您以外的会计或审批人员复核")
    return found


def _decide(found: HandOver, state: HandOverState, *, note: str, by: Actor, at: dt.datetime) -> HandOver:
    found.state, found.note = state, note
    found.checked_at, found.checked_by_id, found.checked_by_name = at, by.user_id, by.name
    found.save(update_fields=["state", "note", "checked_at", "checked_by", "checked_by_name", "order_count"])
    return found

"""The named acts by which a difference (差异) is worked off. One person proposes what books money, another carries it out."""

import datetime as dt

from django.db import IntegrityError, transaction

from upkeep.banking import custody_books, late
from upkeep.banking.models import CustodyAccount
from upkeep.banking.serials import check_unused
from upkeep.books.bank_movements import day_to_book_on
from upkeep.kernel.dates import day_of, in_letters, to_the_minute
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import Role
from upkeep.reconciliation import messages
from upkeep.reconciliation.matching import match_custody
from upkeep.reconciliation.models import TWO_PERSON_ACTS, ActKind, ActState, BankLine, BookMovement, DifferenceAct

Item = BankLine | BookMovement
#: Who works on differences, and who carries out what books money.
WORKERS = (Role.ACCOUNTANT, Role.CASHIER)
DECIDERS = (Role.ACCOUNTANT, Role.APPROVER)
#: Nothing is on its way for longer.
MOST_DAYS_IN_TRANSIT = 90


class NotOpen(Refusal):
    """The line or movement is matched, or somebody is at it; the sentence says so."""


class NotAllowed(Refusal):
    """The actor's role, city or part in the act forbids this."""


def kinds_for(item: Item) -> tuple[ActKind, ...]:
    """What can be done about an open line or movement, the usual first."""
    if isinstance(item, BookMovement):
        own = item.source.startswith("bank:") and not item.source.endswith(":reversed")
        return (ActKind.IN_TRANSIT, ActKind.ASK_BANK, *([ActKind.REVERSE_OURS] if own else []))
    booking = (ActKind.CONFIRM_SLIP, ActKind.INTEREST) if item.fen > 0 else (ActKind.CONFIRM_ORDER, ActKind.FEE)
    return (*booking, ActKind.IN_TRANSIT, ActKind.ASK_BANK)


@transaction.atomic
def propose(
    item: Item,
    *,
    kind: ActKind,
    reason: str,
    by: Actor,
    at: dt.datetime,
    number: str = "",
    until: dt.date | None = None,
) -> DifferenceAct:
    """Work a difference off; an act that books money waits for a second person. `number` is the slip's or order's.

    Raises: NotAllowed, NotOpen, HasProblems; what the booking itself would be refused for.
    """
    _check_worker(item.custody, by=by)
    item = _locked(item)
    if kind not in kinds_for(item):
        raise NotAllowed(f"该笔差异不能按“{kind.label}”处理")
    if problems := _problems(kind, reason, number, until, on=day_of(at)):
        raise HasProblems(problems)
    if isinstance(item, BankLine):
        _try(item, kind, number)
    waits = kind in TWO_PERSON_ACTS
    act = DifferenceAct(
        custody_id=item.custody_id,
        bank_line=item if isinstance(item, BankLine) else None,
        movement=item if isinstance(item, BookMovement) else None,
        kind=kind,
        reason=reason.strip()[:200],
        number=number.strip().upper()[:20] if kind in (ActKind.CONFIRM_SLIP, ActKind.CONFIRM_ORDER) else "",
        until=until if kind is ActKind.IN_TRANSIT else None,
        state=ActState.WAITING if waits else ActState.DONE,
        asked_at=at,
        asked_by_id=by.user_id,
        asked_by_name=by.name,
    )
    try:
        with transaction.atomic():
            act.save(force_insert=True)
    except IntegrityError:
        raise NotOpen("该笔差异已有一项处理等待复核，请先复核") from None
    if kind is ActKind.IN_TRANSIT:
        item.transit_until = until
        item.save(update_fields=["transit_until"])
    if kind is ActKind.ASK_BANK:
        messages.tell_bank(act, at=at)
    return act


@transaction.atomic
def decide(act_id: int, *, approve: bool, by: Actor, at: dt.datetime, note: str = "") -> DifferenceAct:
    """A second person carries out what another proposed, or declines it with a reason.

    Raises: NotAllowed, NotOpen, HasProblems; what the booking is refused for. Then nothing has changed.
    """
    found = DifferenceAct.objects.select_related("custody", "bank_line", "movement").filter(pk=act_id).first()
    if found is None or found.custody.jurisdiction_id not in within(by.jurisdiction_id):
        raise NotAllowed("没有这项差异处理")
    item = found.bank_line or found.movement
    assert item is not None
    item = _locked(item, open_only=False)
    act = DifferenceAct.objects.select_for_update(of=("self",)).get(pk=act_id)
    _check_decider(act, by=by)
    act.decided_at, act.decided_by_id, act.decided_by_name, act.note = at, by.user_id, by.name, note.strip()[:200]
    if not approve:
        if not act.note:
            raise HasProblems([Problem("note", "请填写不同意的原因")])
        act.state = ActState.DECLINED
        act.save()
        return act
    if item.match_id is not None:
        raise NotOpen("该笔差异已经勾对，不需要再处理，请填写原因后不予同意")
    act.state = ActState.DONE
    act.save()
    _carry_out(act, item, by=by, at=at)
    match_custody(custody_id=act.custody_id, at=at)
    return act


def _check_worker(custody: CustodyAccount, *, by: Actor) -> None:
    if not by.has(*WORKERS):
        raise NotAllowed("差异由会计或出纳处理")
    if custody.jurisdiction_id not in within(by.jurisdiction_id):
        raise NotAllowed("该专户不属于您所在的管辖区")


def _check_decider(act: DifferenceAct, *, by: Actor) -> None:
    if act.state_now is not ActState.WAITING:
        assert act.decided_at is not None
        done = f"{act.decided_by_name}于 {to_the_minute(act.decided_at)}"
        raise NotOpen(f"该项处理已由{done} 复核（{act.get_state_display()}），请勿重复办理")
    if not by.has(*DECIDERS):
        raise NotAllowed("涉及记账的差异处理由会计或审批人员复核")
    if by.user_id == act.asked_by_id:
        raise NotAllowed("该项处理由您提出，须由您以外的会计或审批人员复核")


def _locked(item: Item, *, open_only: bool = True) -> Item:
    """The item under its custody account's lock, as matching takes it, so that neither overtakes the other."""
    CustodyAccount.objects.select_for_update(no_key=True, of=("self",)).get(pk=item.custody_id)
    fresh: Item
    if isinstance(item, BankLine):
        fresh = BankLine.objects.select_for_update(of=("self",)).select_related("custody").get(pk=item.pk)
        if fresh.is_replaced and open_only:
            raise NotOpen("该笔流水所在的对账单已被替换，请在新的对账单中处理")
    else:
        fresh = BookMovement.objects.select_for_update(of=("self",)).select_related("custody").get(pk=item.pk)
    if open_only and fresh.match_id is not None:
        raise NotOpen("该笔已经勾对，没有差异需要处理")
    return fresh


def _problems(kind: ActKind, reason: str, number: str, until: dt.date | None, *, on: dt.date) -> list[Problem]:
    problems = []
    if not reason.strip():
        problems.append(Problem("reason", "请填写处理说明"))
    if kind is ActKind.CONFIRM_SLIP and not number.strip():
        problems.append(Problem("number", "请填写交款通知单编号"))
    if kind is ActKind.CONFIRM_ORDER and not number.strip():
        problems.append(Problem("number", "请填写付款通知编号"))
    if kind is ActKind.IN_TRANSIT:
        latest = on + dt.timedelta(days=MOST_DAYS_IN_TRANSIT)
        if until is None or not on <= until <= latest:
            problems.append(Problem("until", f"请填写今天至 {in_letters(latest)}之间的日期"))
    return problems


def _try(line: BankLine, kind: ActKind, number: str) -> None:
    """Refuse at once what the second person would be refused."""
    if kind is ActKind.CONFIRM_SLIP:
        late.slip_to_confirm(number, custody_id=line.custody_id, amount_fen=line.fen, paid_on=line.day)
    if kind is ActKind.CONFIRM_ORDER:
        late.order_to_confirm(number, custody_id=line.custody_id, amount_fen=-line.fen)
    if kind in TWO_PERSON_ACTS:
        check_unused(bank_id=line.custody.bank_id, serial=line.serial)


def _carry_out(act: DifferenceAct, item: Item, *, by: Actor, at: dt.datetime) -> None:
    kind = ActKind(act.kind)
    if isinstance(item, BookMovement):
        custody_books.take_back(custody_id=item.custody_id, source=item.source, booked_on=day_of(at))
        return
    if kind in (ActKind.CONFIRM_SLIP, ActKind.CONFIRM_ORDER):
        confirm = late.confirm_slip_late if kind is ActKind.CONFIRM_SLIP else late.confirm_order_late
        confirm(
            number=act.number,
            custody_id=item.custody_id,
            amount_fen=abs(item.fen),
            serial=item.serial,
            paid_on=item.day,
            by=by,
            at=at,
        )
        return
    book = custody_books.credit_interest if kind is ActKind.INTEREST else custody_books.charge_fee
    day = day_to_book_on(book_id=item.custody_id, day=item.day, today=day_of(at))
    book(custody_id=item.custody_id, fen=abs(item.fen), serial=item.serial, booked_on=day, at=at)

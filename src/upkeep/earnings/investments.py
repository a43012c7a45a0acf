"""定期存款、国债: bought and taken back by two people each, held until a day, what it earned waiting to be distributed.

Source: 165号令 第二十六条: 国债 only newly issued on the primary market, held until it matures, with the owners' consent; no
resale, no pledge. 第二十七条: what it earns goes to the fund. The bank's serials of both payments are used once.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from upkeep.banking.models import CustodyAccount
from upkeep.banking.models.custody import SerialUse
from upkeep.banking.orders import NeedsAnother
from upkeep.banking.serials import check_unused, tidy_serial, use_serial
from upkeep.books import custody_books, day_products, postings
from upkeep.books.chart import FundKind
from upkeep.books.earnings import term_deposit_placed, term_deposit_returned
from upkeep.casework.numbering import next_number
from upkeep.earnings.models import Investment, InvestmentKind, InvestmentState
from upkeep.earnings.rates import CHECKERS, MOST_MILLIONTHS
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.money import MOST_FEN, yuan
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import BOOKKEEPERS, Role

PREFIX = "TZ"
#: Who enters what the bank has done; an approver decides.
ENTERERS = (Role.ACCOUNTANT, Role.CASHIER)
#: So many days before it matures an investment stands among the alerts.
ALERT_DAYS = 30


class NotNow(Refusal):
    """The investment's state or the actor's part in it forbids this; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class NewInvestment:
    """What is to be put out: `rate` in millionths a year, `basis` the decision, `serial` the bank's of the payment."""

    custody_id: int
    kind: InvestmentKind
    name: str
    certificate: str
    principal_fen: int
    rate: int
    placed_on: dt.date
    matures_on: dt.date
    basis: str
    serial: str


@transaction.atomic
def ask(wanted: NewInvestment, *, by: Actor, at: dt.datetime) -> Investment:
    """Enter a term deposit or bond for another person to approve; nothing is booked yet.

    Raises: HasProblems; SerialUsed; Refusal for whoever may not.
    """
    custody = CustodyAccount.objects.select_related("bank").filter(pk=wanted.custody_id).first()
    if custody is None or not by.has(*ENTERERS) or custody.jurisdiction_id not in within(by.jurisdiction_id):
        raise Refusal("由本管辖区的会计或出纳登记")
    if problems := _problems(wanted, today=day_of(at)):
        raise HasProblems(problems)
    _check_money(custody.pk, wanted.principal_fen)
    serial = tidy_serial(wanted.serial)
    check_unused(bank_id=custody.bank_id, serial=serial)
    return Investment.objects.create(
        number=next_number(PREFIX, on=day_of(at)),
        custody=custody,
        kind=wanted.kind,
        name=wanted.name.strip(),
        certificate=wanted.certificate.strip(),
        principal_fen=wanted.principal_fen,
        rate=wanted.rate,
        placed_on=wanted.placed_on,
        matures_on=wanted.matures_on,
        basis=wanted.basis.strip(),
        serial=serial,
        asked_at=at,
        asked_by_id=by.user_id,
        asked_by_name=by.name,
    )


def _problems(wanted: NewInvestment, *, today: dt.date) -> list[Problem]:
    found = []
    texts = (("name", "名称", 100), ("certificate", "存单号或债券代码", 40), ("basis", "决定依据", 200))
    for field, label, most in texts:
        text = getattr(wanted, field).strip()
        if not text:
            found.append(Problem(field, f"请填写{label}"))
        elif len(text) > most:
            found.append(Problem(field, f"{label}不超过 {most} 字"))
    if not 0 < wanted.principal_fen <= MOST_FEN:
        found.append(Problem("principal", "本金应大于 0 元"))
    if not 0 <= wanted.rate <= MOST_MILLIONTHS:
        found.append(Problem("rate", "年利率应在 0 至 20% 之间"))
    if wanted.placed_on > today:
        found.append(Problem("placed_on", "起息日期不能晚于今天：请在银行办理后登记"))
    if wanted.matures_on <= wanted.placed_on:
        found.append(Problem("matures_on", "到期日期应晚于起息日期"))
    return found


def _check_money(custody_id: int, fen: int) -> None:
    """A glance at what the account has; the audit of the books proves that it is never below zero. Raises: HasProblems."""
    there = day_products.in_bank(custody_id)
    if there < fen:
        raise HasProblems([Problem("principal", f"该专户银行存款余额为 {yuan(there)} 元，不足转出的本金，请核对")])


@transaction.atomic
def approve(investment_id: int, *, by: Actor, at: dt.datetime) -> Investment:
    """The second person approves: it is booked on its first day.

    Raises: NotNow, NeedsAnother, HasProblems, SerialUsed; Refusal where the period is closed.
    """
    one = _locked(investment_id, InvestmentState.ASKED)
    _check_other(by, one.asked_by_id, one, "这笔投资由您登记，须由他人审批")
    custody, kind = one.custody, FundKind(one.custody.fund_kind)
    book = custody_books.open_book(custody.pk)
    custody_books.lock_book(book)
    _check_money(custody.pk, one.principal_fen)
    use_serial(
        bank_id=custody.bank_id,
        serial=one.serial,
        use=SerialUse.PLACED,
        subject=one.number,
        amount_fen=one.principal_fen,
        at=at,
    )
    source = f"investment:{one.number}:placed"
    if one.kind == InvestmentKind.TERM:
        one.entry_id = term_deposit_placed(
            custody_id=custody.pk, fund_kind=kind, fen=one.principal_fen, source=source, booked_on=one.placed_on
        )
    else:
        one.entry_id = postings.bonds_bought(
            area_id=book,
            custody_id=custody.pk,
            fund_kind=kind,
            fen=one.principal_fen,
            source=source,
            booked_on=one.placed_on,
        )
    return _decided(one, InvestmentState.INVESTED, by=by, at=at)


@transaction.atomic
def decline(investment_id: int, *, reason: str, by: Actor, at: dt.datetime) -> Investment:
    """Not approved, or taken back by whoever entered it. Raises: NotNow; HasProblems without a reason."""
    if not (reason := reason.strip()):
        raise HasProblems([Problem("reason", "请填写原因")])
    one = _locked(investment_id, InvestmentState.ASKED)
    if by.user_id != one.asked_by_id:
        _check(by, one)
    return _decided(one, InvestmentState.DECLINED, by=by, at=at, note=reason[:200])


def _decided(one: Investment, state: InvestmentState, *, by: Actor, at: dt.datetime, note: str = "") -> Investment:
    one.state, one.note = state, note
    one.decided_by_id, one.decided_by_name, one.decided_at = by.user_id, by.name, at
    one.save()
    return one


@transaction.atomic
def ask_redemption(
    investment_id: int,
    *,
    returned_on: dt.date,
    interest_fen: int,
    serial: str,
    early_reason: str,
    by: Actor,
    at: dt.datetime,
) -> Investment:
    """The bank has paid principal and interest back; another person checks it. A bond waits until it matures.

    Raises: HasProblems; NotNow; SerialUsed.
    """
    one = _locked(investment_id, InvestmentState.INVESTED)
    if not by.has(*ENTERERS) or one.custody.jurisdiction_id not in within(by.jurisdiction_id):
        raise NotNow("由本管辖区的会计或出纳登记")
    problems = []
    if not one.placed_on <= returned_on <= day_of(at):
        problems.append(Problem("returned_on", "收回日期应在起息日期之后、今天之前"))
    if not 0 <= interest_fen <= MOST_FEN:
        problems.append(Problem("interest", "利息不能小于 0 元"))
    if returned_on < one.matures_on:
        if one.kind == InvestmentKind.BOND:
            problems.append(Problem("returned_on", "国债须持有到期（165号令第二十六条），到期后再登记收回"))
        elif not early_reason.strip():
            problems.append(Problem("early_reason", "提前支取须填写原因"))
    if problems:
        raise HasProblems(problems)
    one.return_serial = tidy_serial(serial)
    check_unused(bank_id=one.custody.bank_id, serial=one.return_serial)
    one.returned_on, one.interest_fen = returned_on, interest_fen
    one.early_reason = early_reason.strip()[:200] if returned_on < one.matures_on else ""
    one.state = InvestmentState.REDEEM_ASKED
    one.return_asked_by_id, one.return_asked_by_name, one.return_asked_at = by.user_id, by.name, at
    one.save()
    return one


@transaction.atomic
def redeem(investment_id: int, *, by: Actor, at: dt.datetime) -> Investment:
    """The second person has checked it against the bank's advice: it is booked.

    Raises: NotNow, NeedsAnother, SerialUsed; Refusal where the period is closed.
    """
    one = _locked(investment_id, InvestmentState.REDEEM_ASKED)
    assert one.return_asked_by_id and one.returned_on and one.interest_fen is not None
    _check_other(by, one.return_asked_by_id, one, "这笔收回由您登记，须由他人复核")
    custody, kind = one.custody, FundKind(one.custody.fund_kind)
    use_serial(
        bank_id=custody.bank_id,
        serial=one.return_serial,
        use=SerialUse.RETURNED,
        subject=one.number,
        amount_fen=one.principal_fen + one.interest_fen,
        at=at,
    )
    source = f"investment:{one.number}:returned"
    if one.kind == InvestmentKind.TERM:
        one.return_entry_id = term_deposit_returned(
            custody_id=custody.pk,
            fund_kind=kind,
            principal_fen=one.principal_fen,
            interest_fen=one.interest_fen,
            source=source,
            booked_on=one.returned_on,
        )
    else:
        one.return_entry_id = postings.bonds_matured(
            area_id=custody_books.open_book(custody.pk),
            custody_id=custody.pk,
            fund_kind=kind,
            principal_fen=one.principal_fen,
            interest_fen=one.interest_fen,
            source=source,
            booked_on=one.returned_on,
        )
    return _checked(one, InvestmentState.REDEEMED, by=by, at=at)


@transaction.atomic
def send_redemption_back(investment_id: int, *, reason: str, by: Actor, at: dt.datetime) -> Investment:
    """What was entered of the return is wrong: it may be entered anew. Raises: NotNow; HasProblems without a reason."""
    if not (reason := reason.strip()):
        raise HasProblems([Problem("reason", "请填写退回原因")])
    one = _locked(investment_id, InvestmentState.REDEEM_ASKED)
    if by.user_id != one.return_asked_by_id:
        _check(by, one)
    one.returned_on, one.interest_fen, one.return_serial, one.early_reason = None, None, "", ""
    return _checked(one, InvestmentState.INVESTED, by=by, at=at, note=reason[:200])


def _checked(one: Investment, state: InvestmentState, *, by: Actor, at: dt.datetime, note: str = "") -> Investment:
    one.state, one.return_note = state, note
    one.return_decided_by_id, one.return_decided_by_name, one.return_decided_at = by.user_id, by.name, at
    one.save()
    return one


def _locked(investment_id: int, state: InvestmentState) -> Investment:
    rows = Investment.objects.select_for_update(of=("self",)).select_related("custody__bank")
    one = rows.get(pk=investment_id)
    if one.state_now is not state:
        raise NotNow(f"{one.number} {one.get_state_display()}，不能这样办理，请刷新后查看")
    return one


def _check(by: Actor, one: Investment) -> None:
    if not by.has(*CHECKERS) or one.custody.jurisdiction_id not in within(by.jurisdiction_id):
        raise NotNow("由本管辖区的审批人员办理")


def _check_other(by: Actor, maker_id: int, one: Investment, otherwise: str) -> None:
    if by.user_id == maker_id:
        raise NeedsAnother(otherwise)
    _check(by, one)


def expected_interest(one: Investment) -> int:
    """What its rate makes of the whole term, by years and days on 360, in fen: what the bank's advice is compared with."""
    years, day = 0, one.placed_on
    while (later := _years_after(one.placed_on, years + 1)) <= one.matures_on:
        years, day = years + 1, later
    parts = one.principal_fen * one.rate * (years * 360 + (one.matures_on - day).days)
    return (2 * parts + 360_000_000) // 720_000_000


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def visible_to(actor: Actor) -> QuerySet[Investment]:
    """The investments of the bookkeeper's custody accounts, what matures first on top; nobody else sees one."""
    if not actor.has(*BOOKKEEPERS):
        return Investment.objects.none()
    rows = Investment.objects.filter(custody__jurisdiction_id__in=within(actor.jurisdiction_id))
    return rows.select_related("custody__bank").order_by("matures_on", "pk")


def to_mature(rows: QuerySet[Investment], *, on: dt.date) -> QuerySet[Investment]:
    """Of these what has matured and is not yet taken back, or matures within `ALERT_DAYS`."""
    return rows.filter(state=InvestmentState.INVESTED, matures_on__lte=on + dt.timedelta(days=ALERT_DAYS))

"""手工凭证: written by an accountant, checked by a second person, booked; reversed (红字冲销) by two persons again.

What a business has booked is reversed by its business alone: nothing here takes an entry that has no manual voucher.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from upkeep.accounting.models import ManualLine, ManualState, ManualVoucher
from upkeep.banking.models import CustodyAccount
from upkeep.banking.orders import NeedsAnother
from upkeep.books import postings, statements
from upkeep.books.chart import CHART, HOUSE_MONEY, MONEY, FundKind
from upkeep.books.manual import BY_HAND, Line, manual_voucher
from upkeep.casework.numbering import next_number
from upkeep.estate.models import Area, House
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import BOOKKEEPERS, Role

PREFIX = "SG"
MOST_LINES = 100
#: Who checks what an accountant wrote: another accountant, or whoever approves.
CHECKERS = (Role.ACCOUNTANT, Role.APPROVER)


class NotOpen(Refusal):
    """The voucher is not where this can be done to it; the sentence says where it is."""


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A line as it was written; amounts in fen, one of them 0."""

    code: str
    house_id: int | None = None
    debit_fen: int = 0
    credit_fen: int = 0


@dataclass(frozen=True, kw_only=True)
class Written:
    """A voucher as it was written. `area_id` None is the custody account's own book."""

    custody_id: int
    area_id: int | None
    booked_on: dt.date
    summary: str
    lines: Sequence[NewLine]
    attachments: int = 0


@transaction.atomic
def draft(written: Written, *, by: Actor, at: dt.datetime) -> ManualVoucher:
    """Keep a voucher as a draft. Raises: HasProblems tied to "lines-<n>-<field>", n from 0."""
    custody, area = _checked(written, by=by, at=at)
    voucher = ManualVoucher.objects.create(
        number=next_number(PREFIX, on=day_of(at)),
        jurisdiction_id=area.jurisdiction_id if area else custody.jurisdiction_id,
        custody=custody,
        area=area,
        booked_on=written.booked_on,
        summary=written.summary.strip()[:100],
        attachments=written.attachments,
        made_by_id=by.user_id,
        made_by_name=by.name,
        made_at=at,
    )
    _write_lines(voucher, written.lines)
    return voucher


@transaction.atomic
def change(voucher_id: int, written: Written, *, by: Actor, at: dt.datetime) -> ManualVoucher:
    """Write a draft, or one that was returned, anew. Raises: NotOpen; HasProblems."""
    voucher = _own(voucher_id, by=by)
    custody, area = _checked(written, by=by, at=at)
    voucher.custody, voucher.area, voucher.booked_on = custody, area, written.booked_on
    voucher.summary, voucher.attachments = written.summary.strip()[:100], written.attachments
    voucher.save(update_fields=["custody", "area", "booked_on", "summary", "attachments", "amount_fen"])
    voucher.lines.all().delete()
    _write_lines(voucher, written.lines)
    return voucher


def _write_lines(voucher: ManualVoucher, lines: Sequence[NewLine]) -> None:
    ManualLine.objects.bulk_create(
        ManualLine(
            id=pk,
            voucher=voucher,
            line_no=place,
            code=line.code,
            house_id=line.house_id,
            debit_fen=line.debit_fen,
            credit_fen=line.credit_fen,
        )
        for place, (pk, line) in enumerate(zip(new_ids(len(lines)), lines, strict=True), start=1)
    )
    voucher.amount_fen = sum(line.debit_fen for line in lines)
    voucher.save(update_fields=["amount_fen"])


def _checked(written: Written, *, by: Actor, at: dt.datetime) -> tuple[CustodyAccount, Area | None]:
    """The books that the voucher names. Raises: HasProblems with everything that is wrong with it."""
    places = within(by.jurisdiction_id)
    custody = CustodyAccount.objects.filter(pk=written.custody_id, jurisdiction_id__in=places).first()
    area = Area.objects.filter(pk=written.area_id or 0, jurisdiction_id__in=places).first()
    problems = []
    if custody is None:
        problems.append(Problem("custody", "请选择专户"))
    if area is None and written.area_id is not None:
        problems.append(Problem("book", "请选择账簿"))
    if not written.summary.strip():
        problems.append(Problem("summary", "请填写摘要，写明为什么记这笔账"))
    if written.booked_on > day_of(at):
        problems.append(Problem("booked_on", "记账日期不能晚于今天"))
    if not 1 <= len(written.lines) <= MOST_LINES:
        problems.append(Problem("", f"请填写分录，最多 {MOST_LINES} 行"))
    problems += _line_problems(written, area, FundKind(custody.fund_kind) if custody else None)
    if problems or custody is None:
        raise HasProblems(problems)
    return custody, area


def _line_problems(written: Written, area: Area | None, fund: FundKind | None) -> Iterator[Problem]:
    named = [line.house_id for line in written.lines if line.house_id is not None]
    known = set(House.objects.filter(pk__in=named, area=area).values_list("pk", flat=True)) if area else set()
    for place, line in enumerate(written.lines):
        field = f"lines-{place}"
        name = f"{line.code} {CHART[line.code].name}" if line.code in CHART else line.code
        if line.code not in BY_HAND:
            yield Problem(f"{field}-code", f"第 {place + 1} 行：科目 {name} 不能手工记账，请通过相应业务办理")
            continue
        if fund is not None and line.code == _other_fund(fund):
            yield Problem(f"{field}-code", f"第 {place + 1} 行：{name} 不属于“{fund.label}”专户的账套")
        if (line.debit_fen > 0) == (line.credit_fen > 0):
            yield Problem(f"{field}-debit", f"第 {place + 1} 行：借方、贷方金额须填且只填一个")
        if line.code not in HOUSE_MONEY and line.house_id is not None:
            yield Problem(f"{field}-house", f"第 {place + 1} 行：科目 {name} 不涉及分户，请不要填写房屋")
        elif line.code in HOUSE_MONEY and area is None:
            yield Problem(f"{field}-code", f"第 {place + 1} 行：科目 {name} 涉及分户，须记在物业区域的账簿中")
        elif line.code in HOUSE_MONEY and line.house_id not in known:
            yield Problem(f"{field}-house", f"第 {place + 1} 行：科目 {name} 涉及分户，请填写本账簿中的房屋")


def _other_fund(fund: FundKind) -> str:
    other = FundKind.PUBLIC if fund is FundKind.COMMODITY else FundKind.COMMODITY
    return other.net_asset


@transaction.atomic
def submit(voucher_id: int, *, by: Actor, at: dt.datetime) -> ManualVoucher:
    """Hand a voucher in to be checked. Raises: NotOpen; HasProblems where debit and credit differ."""
    voucher = _own(voucher_id, by=by)
    lines = list(voucher.lines.all())
    debit, credit = sum(line.debit_fen for line in lines), sum(line.credit_fen for line in lines)
    if debit != credit or len(lines) < 2:
        raise HasProblems([Problem("", "借方合计与贷方合计不相等，请核对各行金额后再提交")])
    voucher.state, voucher.submitted_at, voucher.note = ManualState.WAITING, at, ""
    voucher.save(update_fields=["state", "submitted_at", "note"])
    return voucher


@transaction.atomic
def drop(voucher_id: int, *, by: Actor, at: dt.datetime) -> ManualVoucher:
    """Give up a draft, or one that was returned; its number is not used again. Raises: NotOpen."""
    voucher = _own(voucher_id, by=by)
    voucher.state, voucher.checked_at = ManualState.DROPPED, at
    voucher.save(update_fields=["state", "checked_at"])
    return voucher


@transaction.atomic
def approve(voucher_id: int, *, by: Actor, at: dt.datetime) -> ManualVoucher:
    """The second person finds it right: it is booked.

    Raises: NotOpen; NeedsAnother for whoever wrote it; Refusal where money, period or account do not allow it.
    """
    voucher = _waiting(voucher_id, by=by)
    if voucher.made_by_id == by.user_id:
        raise NeedsAnother("凭证由您制单，须由他人复核后记账")
    voucher.entry_id = _book(voucher)
    _money_stays(voucher)
    voucher.state = ManualState.POSTED
    voucher.checked_by_id, voucher.checked_by_name, voucher.checked_at = by.user_id, by.name, at
    voucher.save(update_fields=["state", "entry_id", "checked_by", "checked_by_name", "checked_at"])
    return voucher


def _book(voucher: ManualVoucher) -> int:
    if voucher.reverses is not None:
        assert voucher.reverses.entry_id is not None
        return postings.entry_reversed(
            entry_id=voucher.reverses.entry_id, source=voucher.source, booked_on=voucher.booked_on
        )
    return manual_voucher(
        book_id=voucher.book_id,
        custody_id=voucher.custody_id,
        fund_kind=FundKind(voucher.custody.fund_kind),
        lines=[
            Line(voucher.custody_id, line.code, line.debit_fen, line.credit_fen, line.house_id)
            for line in voucher.lines.all()
        ],
        source=voucher.source,
        booked_on=voucher.booked_on,
    )


def _money_stays(voucher: ManualVoucher) -> None:
    """An area's bank money, bonds and petty cash never fall below zero. Raises: Refusal."""
    if voucher.area_id is None:
        return
    last = dt.date(2099, 12, 31)
    for row in statements.trial_balance(
        first=last, last=last, area_ids=[voucher.area_id], custody_ids=[voucher.custody_id]
    ):
        if row.account.code in MONEY and row.closing_fen < 0:
            raise Refusal(f"记账后本账簿的“{row.account.name}”将成为贷方余额，请核对金额和账簿")


@transaction.atomic
def send_back(voucher_id: int, *, reason: str, by: Actor, at: dt.datetime) -> ManualVoucher:
    """The second person finds it wrong, or who wrote it takes it back. Raises: HasProblems without a reason; NotOpen."""
    if not (reason := " ".join(reason.split())):
        raise HasProblems([Problem("reason", "请填写退回原因")])
    voucher = _waiting(voucher_id, by=by)
    voucher.state, voucher.note = ManualState.RETURNED, reason[:200]
    voucher.checked_by_id, voucher.checked_by_name, voucher.checked_at = by.user_id, by.name, at
    voucher.save(update_fields=["state", "note", "checked_by", "checked_by_name", "checked_at"])
    return voucher


@transaction.atomic
def ask_reversal(voucher_id: int, *, reason: str, booked_on: dt.date, by: Actor, at: dt.datetime) -> ManualVoucher:
    """Hand in the reversal (红字冲销) of a booked manual voucher, to be checked by another person.

    Raises: HasProblems; NotOpen when it is not booked, is a reversal itself, or was reversed already.
    """
    if not (reason := " ".join(reason.split())):
        raise HasProblems([Problem("reason", "请填写冲销原因")])
    if booked_on > day_of(at):
        raise HasProblems([Problem("booked_on", "记账日期不能晚于今天")])
    original = _seen(by).select_for_update(of=("self",)).get(pk=voucher_id)
    if original.state_now is not ManualState.POSTED or original.reverses_id is not None:
        raise NotOpen("只有已记账、且本身不是冲销的手工凭证可以冲销")
    fresh = ManualVoucher.objects.create(
        number=next_number(PREFIX, on=day_of(at)),
        jurisdiction_id=original.jurisdiction_id,
        custody_id=original.custody_id,
        area_id=original.area_id,
        booked_on=booked_on,
        summary=f"冲销 {original.number}：{reason}"[:100],
        reverses=original,
        made_by_id=by.user_id,
        made_by_name=by.name,
        made_at=at,
    )
    _write_lines(
        fresh,
        [
            NewLine(code=one.code, house_id=one.house_id, debit_fen=one.credit_fen, credit_fen=one.debit_fen)
            for one in original.lines.all()
        ],
    )
    try:
        with transaction.atomic():
            return submit(fresh.pk, by=by, at=at)
    except IntegrityError:
        raise NotOpen("这张凭证已经冲销，或已有冲销在等待复核") from None


def _own(voucher_id: int, *, by: Actor) -> ManualVoucher:
    """A voucher that may still be written, locked. Raises: NotOpen."""
    voucher = _seen(by).select_for_update(of=("self",)).get(pk=voucher_id)
    if voucher.state_now not in (ManualState.DRAFT, ManualState.RETURNED):
        raise NotOpen(f"凭证{voucher.get_state_display()}，不能再修改")
    if voucher.made_by_id != by.user_id:
        raise NotOpen(f"凭证由 {voucher.made_by_name} 制单，请由本人修改或提交")
    return voucher


def _waiting(voucher_id: int, *, by: Actor) -> ManualVoucher:
    voucher = _seen(by).select_for_update(of=("self",)).select_related("custody", "reverses").get(pk=voucher_id)
    if voucher.state_now is not ManualState.WAITING:
        raise NotOpen(f"凭证{voucher.get_state_display()}，请勿重复办理")
    return voucher


def _seen(actor: Actor) -> QuerySet[ManualVoucher]:
    return ManualVoucher.objects.filter(jurisdiction_id__in=within(actor.jurisdiction_id))


def visible_to(actor: Actor) -> QuerySet[ManualVoucher]:
    """The manual vouchers of the actor's jurisdiction, the newest first; none for whoever reads no books."""
    rows = _seen(actor).select_related("area", "custody", "reverses").order_by("-made_at", "-pk")
    return rows if actor.has(*BOOKKEEPERS) else rows.none()


def waiting_in(jurisdiction_id: int, *, through: dt.date) -> QuerySet[ManualVoucher]:
    """The vouchers of a city that wait to be checked, or are drafts still, booked through a day: what holds up a close."""
    open_states = (ManualState.DRAFT, ManualState.WAITING, ManualState.RETURNED)
    rows = ManualVoucher.objects.filter(jurisdiction_id__in=within(jurisdiction_id), state__in=open_states)
    return rows.filter(booked_on__lte=through).order_by("booked_on", "pk")

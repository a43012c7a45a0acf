"""What the bank prints at its counter: the slip (银行回单) of each kind, that of a reversal, and the day's journal."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from upkeep.banking.day_book import DayBook, DaySum
from upkeep.banking.models import BankReversal, PaySlip
from upkeep.banking.prints import NotToPrint, Paper, custody_of, document_of, once, subject_of
from upkeep.banking.purposes import purpose_title, slip_purpose
from upkeep.casework.numbering import next_number
from upkeep.estate.models import House, SellingUnitAccount
from upkeep.kernel.dates import to_the_minute
from upkeep.kernel.money import yuan
from upkeep.parties.models import Organisation
from upkeep.parties.queries import city_of
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms import payments
from upkeep.printing.forms.parts import BankAccount, Fact, Table
from upkeep.printing.models import KeptPrint

MOST_HOUSES = 3


def bank_slip_subject(paper: Paper) -> str:
    """Under which the bank slip of a paper's present payment is kept; another payment has another slip."""
    return subject_of(paper) if paper.payment_no == 1 else f"{subject_of(paper)}:{paper.payment_no}"


def keep_bank_slip(paper: Paper, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """银行回单 of what the bank has confirmed, printed once. Raises: NotToPrint before that."""
    if paper.bank_serial is None:
        raise NotToPrint("银行尚未确认，没有回单")
    return once(_bank_slip(paper), by_id=by_id, at=at)


def reversal_subject(reversal: BankReversal) -> str:
    """Under which the slip of a reversal is kept."""
    return f"reversal:{reversal.pk}"


def keep_reversal_slip(reversal: BankReversal, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """冲正回单 of an approved reversal, printed once. Raises: NotToPrint before that."""
    if reversal.reversal_serial is None:
        raise NotToPrint("冲正尚未复核通过，没有回单")
    return once(_reversal_slip(reversal), by_id=by_id, at=at)


def houses_in_words(paper: Paper) -> str:
    """The first houses of the paper by name, and how many there are."""
    lines: QuerySet[Any] = paper.lines.all()
    if isinstance(paper, PaySlip):
        lines = slip_purpose(paper.purpose).lines(paper)
    houses = House.everything.filter(pk__in=lines.order_by().values("house_id")).select_related("building")
    some = list(houses.order_by("building__order", "-floor", "unit", "room")[:MOST_HOUSES])
    named = "、".join(f"{house.building.name}{house.label}" for house in some)
    named += f"等 {paper.house_count} 户" if paper.house_count > len(some) else ""
    return "、".join(filter(None, (named, *_unit_accounts(paper))))


def _unit_accounts(paper: Paper) -> list[str]:
    """The selling units' accounts (售房单位分账) that an order takes money from beside the houses."""
    if isinstance(paper, PaySlip):
        return []
    accounts = SellingUnitAccount.objects.filter(order_lines__order=paper)
    return [account.words for account in accounts.select_related("building", "organisation").order_by("pk")]


def _sides(paper: Paper) -> tuple[BankAccount, BankAccount]:
    ours = custody_of(paper)
    if isinstance(paper, PaySlip):
        return BankAccount(paper.payer_name, "", ""), ours
    return ours, BankAccount(paper.payee_name, paper.payee_account, paper.payee_bank)


def _bank_slip(paper: Paper) -> Document:
    assert paper.bank_serial is not None and paper.booked_on is not None and paper.closed_at is not None
    payer, payee = _sides(paper)
    purpose = purpose_title(paper.purpose)
    data = payments.BankSlip(
        bank=paper.custody.bank.name,
        booked_on=paper.booked_on,
        amount_fen=paper.bank_serial.amount_fen,
        payer=payer,
        payee=payee,
        purpose=purpose,
        serial=paper.bank_serial.serial,
        facts=(
            Fact("物业区域", paper.area.name),
            Fact("户数", f"{paper.house_count} 户"),
            Fact("房屋", houses_in_words(paper), wide=True),
            Fact("柜员", paper.closed_by_name),
            Fact("确认时间", to_the_minute(paper.closed_at)),
        ),
    )
    title = f"银行{'收款' if isinstance(paper, PaySlip) else '付款'}回单（{purpose}）"
    return document_of(paper, "bank_slip", title, data, subject=bank_slip_subject(paper))


def _reversal_slip(reversal: BankReversal) -> Document:
    paper = reversal.paper
    assert reversal.reversal_serial is not None and reversal.decided_at is not None
    payer, payee = _sides(paper)
    data = payments.BankSlip(
        bank=reversal.custody.bank.name,
        booked_on=reversal.booked_on,
        amount_fen=reversal.amount_fen,
        payer=payer,
        payee=payee,
        purpose=f"冲正：{purpose_title(paper.purpose)}",
        serial=reversal.reversal_serial.serial,
        facts=(
            Fact("原流水号", reversal.paid_serial.serial),
            Fact("原确认", f"{reversal.confirmed_by_name}　{to_the_minute(reversal.confirmed_at)}"),
            Fact("冲正原因", reversal.reason, wide=True),
            Fact("申请", f"{reversal.asked_by_name}　{to_the_minute(reversal.asked_at)}"),
            Fact("复核", f"{reversal.decided_by_name}　{to_the_minute(reversal.decided_at)}"),
        ),
    )
    return document_of(paper, "bank_slip", "银行冲正回单", data, subject=reversal_subject(reversal))


def journal_subject(bank_id: int, on: dt.date) -> str:
    """Under which the prints of a bank's day are kept; each is as the day stood then."""
    return f"journal:{bank_id}:{on:%Y%m%d}"


def keep_journal(
    book: DayBook, *, bank: Organisation, on: dt.date, printed_for: str, by_id: int | None, at: dt.datetime
) -> KeptPrint:
    """The day's journal as it stands now, kept under a number of its own."""
    city = city_of(jurisdiction_id=bank.jurisdiction_id)
    data = payments.Journal(
        bank=bank.name,
        day_on=on,
        printed_for=printed_for,
        tables=(
            _sums("按业务汇总", "业务", [*book.by_kind, book.total]),
            _sums("按柜员汇总", "柜员", [*book.by_teller, book.total]),
            Table(
                "流水明细",
                ("时间", "银行流水号", "单据编号", "类别", "用途", "物业区域", "收入（元）", "支出（元）", "柜员"),
                tuple(
                    (
                        to_the_minute(line.at)[-5:],
                        line.serial,
                        line.number,
                        line.title,
                        line.kind,
                        line.area,
                        _amount(line.in_fen),
                        _amount(line.out_fen),
                        line.teller,
                    )
                    for line in book.lines
                ),
                aligns="clllllrrl",
                widths=(1, 2.6, 2.9, 1.4, 1.8, 2.4, 2.2, 2.2, 1.3),
            ),
        ),
    )
    document = Document(
        form="journal",
        title="银行当日流水",
        number=next_number("LS", on=on),
        subject=journal_subject(bank.pk, on),
        issuer=bank.name,
        city=city.slug if city else "",
        data=data,
    )
    return printing.keep(document, by_id=by_id, at=at)


def _sums(title: str, what: str, sums: list[DaySum]) -> Table:
    rows = tuple((one.name, f"{one.count:,}", yuan(one.in_fen), yuan(one.out_fen)) for one in sums)
    return Table(title, (what, "笔数", "收入（元）", "支出（元）"), rows[:-1], "lrrr", (3, 1, 2, 2), total=rows[-1])


def _amount(fen: int | None) -> str:
    return "" if fen is None else yuan(fen)

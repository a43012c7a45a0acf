"""凭证打印: a voucher, or all of a book's month in one file, printed and kept; the month's is background work."""

import datetime as dt
from calendar import monthrange
from collections.abc import Collection, Iterator, Sequence

from django.db import transaction

from upkeep.accounting.books_seen import custody_words
from upkeep.accounting.models import ManualVoucher
from upkeep.banking.models import CustodyAccount
from upkeep.banking.origins import Origin, origins_of
from upkeep.books import vouchers
from upkeep.books.vouchers import EntryHead, VoucherLine, words_of
from upkeep.casework.numbering import next_number
from upkeep.estate.models import Area
from upkeep.jobs.actions import defer
from upkeep.jobs.models import Job
from upkeep.jobs.registry import Progress
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import in_capitals
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import city_of
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms.vouchers import VoucherRow, Vouchers, VoucherSheet
from upkeep.printing.models import KeptPrint

#: The kind of job that prints a month; `upkeep.tasks` declares it.
PRINTING = "voucher_print"
PREFIX = "PZ"
#: So many vouchers are printed in one file; a book's month rarely has more.
MOST = 5_000
_ROWS = 7
_TITLE = "记账凭证"
_AUTOMATIC = "系统自动"


class NothingToPrint(Refusal):
    """The month has no vouchers, or too many; the sentence says which."""


def subject_of(book_id: int) -> str:
    """Under which the prints of a book's vouchers are kept."""
    return f"vouchers:{book_id}"


@transaction.atomic
def keep_voucher(entry_id: int, *, by_id: int, at: dt.datetime) -> KeptPrint:
    """Print one voucher and keep it; one without a number is given it with the others of its month."""
    head = vouchers.heads_of([entry_id])[entry_id]
    _number_month(head.book_id, head.booked_on, at=at)
    return _keep(head.book_id, list(vouchers.heads_of([entry_id]).values()), by_id=by_id, at=at)


def ask_for_month(*, book_id: int, month: dt.date, by_id: int, at: dt.datetime, back: str) -> Job:
    """Have the vouchers of a book's month printed in the background."""
    return defer(
        kind=PRINTING,
        title=f"{_book(book_id)[0]} {month.year} 年 {month.month} 月凭证",
        arguments={"book_id": book_id, "month": month.isoformat(), "by_id": by_id, "back": back},
        by_id=by_id,
        at=at,
        lock=f"{subject_of(book_id)}:{month:%Y%m}",
    )


@transaction.atomic
def keep_month(*, book_id: int, month: dt.date, by_id: int, at: dt.datetime, progress: Progress) -> KeptPrint:
    """Print the vouchers of a book's month in the order of their numbers. Raises: NothingToPrint."""
    first, last = _month(month)
    _number_month(book_id, month, at=at)
    heads = vouchers.voucher_page(book_ids=[book_id], first=first, last=last, size=MOST).rows
    if not heads:
        raise NothingToPrint("这个账簿本月没有凭证，请换个月份或账簿")
    progress.begin(len(heads), "正在排版")
    kept = _keep(book_id, sorted(heads, key=lambda one: one.number or 0), by_id=by_id, at=at, apart=True)
    progress.advance(len(heads))
    return kept


def _month(day: dt.date) -> tuple[dt.date, dt.date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _number_month(book_id: int, day: dt.date, *, at: dt.datetime) -> None:
    first, last = _month(day)
    vouchers.number_vouchers(book_ids=[book_id], since=first, through=min(last, day_of(at)))


def _book(book_id: int) -> tuple[str, Jurisdiction]:
    """What a book is called, and whose it is."""
    if area := Area.objects.select_related("jurisdiction").filter(pk=book_id).first():
        return area.name, area.jurisdiction
    custody = CustodyAccount.objects.select_related("jurisdiction").get(pk=book_id)
    return custody_words(custody), custody.jurisdiction


def _keep(book_id: int, heads: Sequence[EntryHead], *, by_id: int, at: dt.datetime, apart: bool = False) -> KeptPrint:
    book, place = _book(book_id)
    city = city_of(jurisdiction_id=place.pk)
    document = Document(
        form="vouchers",
        title=_TITLE,
        number=next_number(PREFIX, on=day_of(at)),
        subject=subject_of(book_id),
        issuer=city.office_name if city else place.office_name,
        city=city.slug if city else "",
        data=Vouchers(book=book, sheets=tuple(_sheets(heads))),
    )
    return printing.keep(document, by_id=by_id, at=at, apart=apart)


def _sheets(heads: Sequence[EntryHead]) -> Iterator[VoucherSheet]:
    lines = vouchers.voucher_lines([head.entry_id for head in heads])
    origins = origins_of({head.source for head in heads})
    by_hand = {one.source: one for one in _by_hand(heads)}
    custodies = CustodyAccount.objects.in_bulk({line.custody_id for some in lines.values() for line in some})
    for head in heads:
        yield from _sheets_of(
            head, lines[head.entry_id], origins.get(head.source), by_hand.get(head.source), custodies
        )


def _by_hand(heads: Collection[EntryHead]) -> Collection[ManualVoucher]:
    return ManualVoucher.objects.filter(entry_id__in=[head.entry_id for head in heads])


def _sheets_of(
    head: EntryHead,
    lines: Sequence[VoucherLine],
    origin: Origin | None,
    manual: ManualVoucher | None,
    custodies: dict[int, CustodyAccount],
) -> Iterator[VoucherSheet]:
    """A voucher of more lines than a sheet holds goes on on the next; only the last one has the sum."""
    words = manual.summary if manual else words_of(head)
    basis = manual.number if manual else f"{origin.words}　{origin.number}　{origin.serial}".strip() if origin else ""
    parts = [lines[start : start + _ROWS] for start in range(0, len(lines), _ROWS)]
    for place, part in enumerate(parts, start=1):
        is_last = place == len(parts)
        yield VoucherSheet(
            name=f"{head.booked_on:%Y-%m} 记 {head.number} 号" if head.number else "未编号",
            booked_on=head.booked_on,
            part=f"{place}/{len(parts)}" if len(parts) > 1 else "",
            rows=tuple(_row(line, words, custodies) for line in part),
            total_fen=head.amount_fen if is_last else None,
            capitals=in_capitals(head.amount_fen) if is_last else "",
            basis=basis,
            attachments=str(manual.attachments) if manual else "1" if origin else "0",
            made_by=manual.made_by_name if manual else _AUTOMATIC,
            checked_by=manual.checked_by_name if manual else _AUTOMATIC,
            is_reversal=head.reverses is not None,
        )


def _row(line: VoucherLine, words: str, custodies: dict[int, CustodyAccount]) -> VoucherRow:
    custody = custodies.get(line.custody_id)
    return VoucherRow(
        words=words,
        account=f"{line.account.code} {line.account.name}",
        custody=custody_words(custody) if custody else "",
        houses=f"{line.houses:,}" if line.houses else "",
        debit_fen=line.debit_fen or None,
        credit_fen=line.credit_fen or None,
    )

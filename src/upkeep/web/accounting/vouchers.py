"""凭证: the list of a book, one voucher with its accounts, houses and business, and the giving out of numbers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.accounting.books_seen import BooksSeen, books_seen
from upkeep.banking.models import CustodyAccount
from upkeep.books import vouchers
from upkeep.books.vouchers import EntryHead, HouseLine, VoucherLine, words_of
from upkeep.estate.models import House
from upkeep.estate.unit_accounts import accounts_among
from upkeep.kernel.dates import day_of
from upkeep.parties.roles import BOOKKEEPERS, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.accounting.asking import BooksForm, asked
from upkeep.web.accounting.evidence import Evidence, evidence_of

PER_PAGE = 30
HOUSES_PER_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Row:
    """A voucher in a list, or another one that is named on the page of one."""

    head: EntryHead
    words: str
    book: str
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A line of a voucher with its custody account."""

    line: VoucherLine
    custody: CustodyAccount | None


@dataclass(frozen=True, kw_only=True)
class HouseRow:
    """What a voucher moved on one sub-account. `name` is the house's, or the selling unit's account's."""

    line: HouseLine
    name: str
    is_house: bool


@access(*BOOKKEEPERS)
@require_safe
def voucher_list(request: ActorRequest) -> HttpResponse:
    """The vouchers of a period in the order of booking; a number typed in opens its voucher."""
    wanted = asked(request, BooksForm, today=timezone.localdate())
    number, said = request.GET.get("number", "").strip(), ""
    if number:
        found = _numbered(number, wanted.first, wanted.book_ids)
        if found is not None:
            return redirect("accounting:voucher", found)
        said = "没有这个凭证号。凭证号按账簿和月份编排，请先选择账簿，并把起始日期定在该月"
    page = vouchers.voucher_page(
        book_ids=wanted.book_ids,
        first=wanted.first,
        last=wanted.last,
        after=request.GET.get("after", ""),
        size=PER_PAGE,
    )
    context = {
        "asked": wanted,
        "form": wanted.form,
        "number": number,
        "said": said,
        "rows": _rows(page.rows, request=request, seen=wanted.seen),
        "next_key": page.next_key,
        "unnumbered": vouchers.unnumbered(book_ids=wanted.book_ids, first=wanted.first, last=wanted.last),
        "may_number": request.actor.has(Role.ACCOUNTANT),
        "print_book": wanted.book_ids[0] if len(wanted.book_ids) == 1 else None,
    }
    return render(request, "accounting/vouchers.html", context)


def _numbered(text: str, first: dt.date, book_ids: tuple[int, ...]) -> int | None:
    """The entry with the number in the month of the first day, where one book is chosen."""
    if len(book_ids) != 1 or not (text.isascii() and text.isdecimal() and len(text) < 9):
        return None
    return vouchers.numbered(book_id=book_ids[0], month=first.replace(day=1), number=int(text))


def _rows(heads: Sequence[EntryHead], *, request: ActorRequest, seen: BooksSeen) -> list[Row]:
    evidence = evidence_of({head.source for head in heads}, actor=request.actor)
    return [
        Row(
            head=head,
            words=words_of(head),
            book=seen.names.get(head.book_id, ""),
            evidence=evidence[head.source],
        )
        for head in heads
    ]


@access(Role.ACCOUNTANT)
@require_POST
def give_numbers(request: ActorRequest) -> HttpResponse:
    """凭证编号: number what is booked in the books one sees from the beginning of last year to today."""
    today = day_of(timezone.now())
    seen = books_seen(request.actor)
    count = vouchers.number_vouchers(book_ids=seen.ids, since=dt.date(today.year - 1, 1, 1), through=today)
    messages.success(request, f"已编号 {count:,} 张凭证" if count else "所有凭证都已编号")
    return redirect(f"{reverse('accounting:vouchers')}?{request.POST.get('back', '')}")


@access(*BOOKKEEPERS)
@require_safe
def voucher(request: ActorRequest, entry_id: int) -> HttpResponse:
    """One voucher: accounts, houses a page at a time, the business behind it, and what reverses it."""
    seen = books_seen(request.actor)
    head = vouchers.heads_of([entry_id]).get(entry_id)
    if head is None or head.book_id not in seen.ids:
        raise Http404
    after = request.GET.get("after", "")
    after_line = int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0
    lines, next_line = vouchers.houses_page(entry_id=entry_id, after_line=after_line, size=HOUSES_PER_PAGE)
    related = vouchers.heads_of({head.reverses or 0, vouchers.reversed_by(entry_id) or 0} - {0})
    context = {
        "row": _rows([head], request=request, seen=seen)[0],
        "lines": [
            Shown(line=line, custody=seen.custody_by_id.get(line.custody_id))
            for line in vouchers.voucher_lines([entry_id])[entry_id]
        ],
        "houses": _house_rows(lines),
        "next_line": next_line,
        "reverses": related.get(head.reverses or 0),
        "reversed_by": next((one for one in related.values() if one.reverses == entry_id), None),
    }
    return render(request, "accounting/voucher.html", context)


def _house_rows(lines: list[HouseLine]) -> list[HouseRow]:
    ids = {line.house_id for line in lines}
    houses = House.everything.select_related("building").in_bulk(ids)
    units = accounts_among(others) if (others := ids - houses.keys()) else {}
    return [
        HouseRow(
            line=line,
            name=_name(houses.get(line.house_id)) or (units[line.house_id].words if line.house_id in units else ""),
            is_house=line.house_id in houses,
        )
        for line in lines
    ]


def _name(house: House | None) -> str:
    return f"{house.building.name} {house.label}" if house else ""

"""Receipt books (票据本): entered when the finance department hands a range out, closed when it takes the rest back."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, Sum

from upkeep.deposits.models import ReceiptBook
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import ancestry, within
from upkeep.parties.roles import OFFICE
from upkeep.policy.receipt_rule import receipt_rule

#: More than any printing order; a slip of the finger in the last number is found before it is stored.
MOST = 10_000_000


class BookExists(Refusal):
    """The range was entered before."""


class BookIsDone(Refusal):
    """The book is used up or closed already."""


def open_receipt_book(
    *, jurisdiction_id: int, code: str, first: int, last: int, at: dt.datetime, by_name: str = ""
) -> ReceiptBook:
    """Enter a range of numbers. Raises: BookExists when it meets one there is, HasProblems when it is none."""
    code = code.strip()
    if problems := [*_problems(code, first, last)]:
        raise HasProblems(problems)
    meets = ReceiptBook.objects.filter(jurisdiction_id=jurisdiction_id, code=code, first__lte=last, last__gte=first)
    if meets.exists():
        raise BookExists("该号段与已领用的票据本重复，请核对起止号")
    try:
        with transaction.atomic():
            return ReceiptBook.objects.create(
                jurisdiction_id=jurisdiction_id,
                code=code,
                first=first,
                last=last,
                next=first,
                received_at=at,
                received_by_name=by_name,
            )
    except IntegrityError:
        raise BookExists("该号段与已领用的票据本重复，请核对起止号") from None


def _problems(code: str, first: int, last: int) -> list[Problem]:
    found = []
    if not code or len(code) > 20:
        found.append(Problem("code", "票据代码为 1 至 20 个字，请按票据上印制的代码填写"))
    if first < 1:
        found.append(Problem("first", "起号应为正整数"))
    elif last < first:
        found.append(Problem("last", "止号不能小于起号"))
    elif last - first >= MOST or last >= 10**12:
        found.append(Problem("last", "号段过大，请核对起止号"))
    return found


@transaction.atomic
def close_receipt_book(*, book_id: int, reason: str, by: Actor, at: dt.datetime) -> ReceiptBook:
    """Give the rest of a book back (余号核销): its remaining numbers are never used.

    Raises: HasProblems without a reason; BookIsDone.
    """
    reason = reason.strip()
    if not reason:
        raise HasProblems([Problem("reason", "请填写核销原因")])
    book = ReceiptBook.objects.select_for_update().get(pk=book_id)
    if not book.left:
        raise BookIsDone(f"该票据本{book.state_label}，无需核销")
    book.closed_at, book.closed_by_name, book.close_reason = at, by.name, reason[:200]
    book.save(update_fields=["closed_at", "closed_by_name", "close_reason"])
    return book


def books_visible_to(actor: Actor) -> QuerySet[ReceiptBook]:
    """The books of the office's jurisdiction; nobody else sees any."""
    books = ReceiptBook.objects.select_related("jurisdiction")
    return books.filter(jurisdiction_id__in=within(actor.jurisdiction_id)) if actor.has(*OFFICE) else books.none()


@dataclass(frozen=True)
class Stock:
    """How many numbers a place can still give out, and from where on that is too few."""

    left: int
    warn_below: int

    @property
    def is_low(self) -> bool:
        return self.left < self.warn_below


def stock(*, jurisdiction_id: int, on: dt.date) -> Stock:
    """The numbers left for payments of a place: its own books and those of the places above it."""
    usable = ReceiptBook.objects.filter(
        jurisdiction_id__in=ancestry(jurisdiction_id), closed_at__isnull=True, next__lte=F("last")
    )
    left = usable.aggregate(left=Sum(F("last") + 1 - F("next"), default=0))["left"]
    return Stock(int(left), receipt_rule(jurisdiction_id=jurisdiction_id, on=on).warn_below)

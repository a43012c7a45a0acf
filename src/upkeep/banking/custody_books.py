"""What a bank credits to a custody account as a whole or takes from it, and which books a city keeps (docs/adr/0016)."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from upkeep.banking.models import CustodyAccount
from upkeep.banking.models.custody import SerialUse
from upkeep.banking.serials import tidy_serial, use_serial
from upkeep.books import corrections, custody_books, postings
from upkeep.books.chart import FundKind
from upkeep.estate.models import Area
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.parties.queries import within


def credit_interest(*, custody_id: int, fen: int, serial: str, booked_on: dt.date, at: dt.datetime) -> int:
    """结息入账: 借 1001 贷 4101 in the custody account's book. Answers with the entry's id.

    `booked_on` is the bank's day of value. Raises: HasProblems, SerialUsed, Refusal where the period is closed.
    """
    return _book(SerialUse.INTEREST, custody_id=custody_id, fen=fen, serial=serial, booked_on=booked_on, at=at)


def charge_fee(*, custody_id: int, fen: int, serial: str, booked_on: dt.date, at: dt.datetime) -> int:
    """手续费扣收: 借 5901 贷 1001 in the custody account's book. Answers with the entry's id. Raises: as above."""
    return _book(SerialUse.FEE, custody_id=custody_id, fen=fen, serial=serial, booked_on=booked_on, at=at)


def _book(use: SerialUse, *, custody_id: int, fen: int, serial: str, booked_on: dt.date, at: dt.datetime) -> int:
    if fen <= 0:
        raise HasProblems([Problem("amount", "金额应大于 0 元，请核对")])
    if booked_on > day_of(at):
        raise HasProblems([Problem("day", "记账日期不能晚于今天")])
    number = tidy_serial(serial)
    custody = CustodyAccount.objects.select_related("bank").get(pk=custody_id)
    posting = postings.interest_received if use is SerialUse.INTEREST else postings.other_expense
    with transaction.atomic():
        use_serial(
            bank_id=custody.bank_id, serial=number, use=use, subject=custody.number[-20:], amount_fen=fen, at=at
        )
        return posting(
            area_id=custody_books.open_book(custody.pk),
            custody_id=custody.pk,
            fund_kind=FundKind(custody.fund_kind),
            fen=fen,
            source=f"bank:{custody.bank_id}:{number}",
            booked_on=booked_on,
        )


def take_back(*, custody_id: int, source: str, booked_on: dt.date) -> int:
    """红字冲销 of interest or a fee booked by mistake, by the name it was booked under. Answers with the mirror's id.

    Raises: corrections.NeverBooked; Refusal where it was taken back before or the period is closed.
    """
    return corrections.take_back_payment(area_id=custody_id, source=source, booked_on=booked_on)


def books_of(jurisdiction_id: int) -> list[int]:
    """The ids of all books of a city or district: its areas' and its custody accounts', in order."""
    places = within(jurisdiction_id)
    areas = Area.objects.filter(jurisdiction_id__in=places).values_list("pk", flat=True)
    custodies = CustodyAccount.objects.filter(jurisdiction_id__in=places).values_list("pk", flat=True)
    return sorted([*areas, *custodies])


def custodies_of(jurisdiction_id: int) -> Collection[CustodyAccount]:
    """The custody accounts of a city and its districts, those in use first, then by number."""
    found = CustodyAccount.objects.select_related("bank", "jurisdiction")
    return found.filter(jurisdiction_id__in=within(jurisdiction_id)).order_by("-is_active", "fund_kind", "number")

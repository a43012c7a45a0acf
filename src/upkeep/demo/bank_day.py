"""Today at the bank's counter: payments come in, one was typed wrong and waits to be taken back, one was; receipts run low."""

import datetime as dt

from upkeep.banking.actions import ask_reversal, confirm_slip, decide_reversal
from upkeep.banking.models import PaySlip
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, ask_deposits, moment
from upkeep.deposits.models import ReceiptBook
from upkeep.deposits.receipt_books import close_receipt_book, open_receipt_book
from upkeep.estate.kinds import HouseNature
from upkeep.estate.models import House

#: What became of each payment of today: kept, waits for the second person, taken back, declined.
_KEPT, _ASKED, _APPROVED, _DECLINED = "kept", "asked", "approved", "declined"
_DAY = (_KEPT, _ASKED, _APPROVED, _KEPT, _DECLINED)


def spend_a_day(city: City, filled: Filled, *, today: dt.date) -> int:
    """Payments of single houses of one area, confirmed this morning. Answers with their number."""
    free = House.objects.filter(
        pk__in=[house.pk for house in filled.houses],
        first_deposit_due_fen__isnull=True,
        claims__isnull=True,
        nature=HouseNature.COMMODITY,
    )
    houses = list(free.select_related("building", "area").order_by("-building__order", "-floor", "unit", "room"))
    for place, (house, fate) in enumerate(zip(houses, _DAY, strict=False)):
        [slip] = ask_deposits(city, filled, houses=[house], on=today - dt.timedelta(days=1))
        _confirm(city, slip, fate, place=place, today=today)
    return min(len(houses), len(_DAY))


def _confirm(city: City, slip: PaySlip, fate: str, *, place: int, today: dt.date) -> None:
    login = f"demo-teller{city.banks.index(slip.custody.bank) + 1}"
    teller, second = city.actor(login), city.actor(f"{login}-supervisor")
    serial = f"{today:%Y%m%d}{4100 + place}"
    confirm_slip(
        number=slip.number, amount_fen=slip.total_fen, serial=serial, by=teller, at=moment(today, 0, 5 + 2 * place)
    )
    if fate == _KEPT:
        return
    at = moment(today, 0, 20 + place)
    asked = ask_reversal(number=slip.number, reason="客户所持为同小区另一户的通知单，录入有误", by=teller, at=at)
    if fate == _APPROVED:
        decide_reversal(
            reversal_id=asked.pk, approve=True, serial=f"CZ{serial}", by=second, at=at + dt.timedelta(minutes=3)
        )
    if fate == _DECLINED:
        decide_reversal(
            reversal_id=asked.pk,
            approve=False,
            note="经核对，缴款凭证与通知单一致，原确认无误",
            by=second,
            at=at + dt.timedelta(minutes=4),
        )


def run_receipts_low(city: City, *, today: dt.date) -> None:
    """The old book is given back, and of the new ones few numbers are left."""
    cashier, at = city.actor("demo-cashier"), moment(today, 0, 40)
    place = city.jurisdiction.pk
    for book in ReceiptBook.objects.filter(jurisdiction_id=place, closed_at__isnull=True):
        close_receipt_book(book_id=book.pk, reason="旧版票据停用，余号交回市财政局", by=cashier, at=at)
    for first, last in ((1, 120), (501, 700)):
        open_receipt_book(jurisdiction_id=place, code="51050027", first=first, last=last, at=at, by_name=cashier.name)

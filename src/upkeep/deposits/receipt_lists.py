"""Lists of receipts: who sees which, narrowed and as a workbook."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from upkeep.banking.queries import number_in, slips_visible_to
from upkeep.deposits.models import Receipt
from upkeep.kernel.dates import start_of, to_the_minute
from upkeep.parties.actor import Actor
from upkeep.sheets.kinds import Money, Text
from upkeep.sheets.sheet import Column, Sheet


@dataclass(frozen=True)
class ReceiptFilter:
    """What a list of receipts is narrowed to."""

    text: str = ""
    state: str = ""
    area_id: int | None = None
    book_id: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None


SORTS = {"newest": ("-issued_at", "-number"), "number": ("book__code", "number")}


def receipts_visible_to(actor: Actor) -> QuerySet[Receipt]:
    """The receipts of the slips that the actor sees."""
    return Receipt.objects.filter(slip__in=slips_visible_to(actor).values("pk")).select_related(
        "book", "slip__area", "house__building"
    )


def receipt_list(*, actor: Actor, wanted: ReceiptFilter, sort: str = "newest") -> QuerySet[Receipt]:
    """The visible receipts that match, ready to be paged: text is a receipt's or slip's number, an area or a payer."""
    receipts = receipts_visible_to(actor)
    if text := wanted.text.strip():
        found = Q(slip__number__startswith=number_in(text)) | Q(slip__area__name__icontains=text)
        found |= Q(payer__icontains=text)
        is_number = text.isascii() and text.isdigit() and len(text) <= 12
        receipts = receipts.filter(found | Q(number=int(text)) if is_number else found)
    if wanted.state:
        receipts = receipts.filter(state=wanted.state)
    if wanted.area_id:
        receipts = receipts.filter(slip__area_id=wanted.area_id)
    if wanted.book_id:
        receipts = receipts.filter(book_id=wanted.book_id)
    if wanted.since:
        receipts = receipts.filter(issued_at__gte=start_of(wanted.since))
    if wanted.until:
        receipts = receipts.filter(issued_at__lt=start_of(wanted.until + dt.timedelta(days=1)))
    return receipts.order_by(*SORTS.get(sort, SORTS["newest"]), "pk")


class ReceiptRegister(Sheet):
    """票据清单: one row per receipt, void ones too."""

    title = "票据"
    columns = (
        Column(key="code", title="票据代码", kind=Text(20), width=14),
        Column(key="number", title="票据号码", kind=Text(12), width=14),
        Column(key="slip", title="通知单编号", kind=Text(20), width=22),
        Column(key="area", title="物业区域", kind=Text(60), width=24),
        Column(key="house", title="房屋", kind=Text(100), width=24),
        Column(key="payer", title="交款人", kind=Text(100), width=30),
        Column(key="amount_fen", title="金额(元)", kind=Money(), width=16),
        Column(key="issued", title="开票时间", kind=Text(20), width=18),
        Column(key="state", title="状态", kind=Text(10), width=8),
        Column(key="voided", title="作废时间", kind=Text(20), width=18),
        Column(key="voided_by", title="作废人", kind=Text(50), width=10),
        Column(key="reason", title="作废原因", kind=Text(200), width=30),
    )

    @staticmethod
    def rows(receipts: Iterable[Receipt]) -> Iterator[dict[str, Any]]:
        """The cells of each receipt."""
        for one in receipts:
            yield {
                "code": one.book.code,
                "number": one.full_number,
                "slip": one.slip.number,
                "area": one.slip.area.name,
                "house": f"{one.house.building.name} {one.house.label}" if one.house else "（汇总）",
                "payer": one.payer,
                "amount_fen": one.amount_fen,
                "issued": to_the_minute(one.issued_at),
                "state": one.get_state_display(),
                "voided": to_the_minute(one.voided_at) if one.voided_at else "",
                "voided_by": one.voided_by_name,
                "reason": one.void_reason,
            }

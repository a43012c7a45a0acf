"""Which paper a line of the bank probably belongs to: the one it names, or the only one of its amount that waits."""

import re
from typing import TypeVar

from django.db.models import QuerySet

from upkeep.banking.models import OrderState, PaymentOrder, PaySlip, SlipState
from upkeep.reconciliation.models import BankLine

_Paper = TypeVar("_Paper", PaySlip, PaymentOrder)
_NUMBER = re.compile(r"(JK|FK)\d{15}")


def suggested_paper(line: BankLine) -> PaySlip | PaymentOrder | None:
    """A waiting slip (money in) or order (money out) of the account and the line's amount. None where there is a doubt."""
    if line.fen > 0:
        return _only(
            PaySlip.objects.filter(custody=line.custody_id, state=SlipState.WAITING, total_fen=line.fen), line
        )
    orders = PaymentOrder.objects.filter(custody=line.custody_id, state=OrderState.WAITING, amount_fen=-line.fen)
    return _only(orders, line)


def _only(waiting: QuerySet[_Paper], line: BankLine) -> _Paper | None:
    if named := _NUMBER.search(line.summary):
        return waiting.filter(number=named[0]).first()
    found = list(waiting.order_by("number")[:2])
    return found[0] if len(found) == 1 else None

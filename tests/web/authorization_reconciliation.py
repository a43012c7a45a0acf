"""Who gets to the pages of the reconciliation, and what their addresses name."""

import datetime as dt

from django.utils import timezone

from tests.circle.cast import Cast
from tests.web.authorization_people import BOOKKEEPERS, FAR_BOOKKEEPERS, Row, get, post
from upkeep.banking.models import CustodyAccount, PaySlip
from upkeep.kernel.dates import start_of
from upkeep.reconciliation.acts import propose
from upkeep.reconciliation.adjustment import adjustment
from upkeep.reconciliation.by_hand import join
from upkeep.reconciliation.matching import match_custody
from upkeep.reconciliation.models import ActKind, BankLine, BookMovement, Channel
from upkeep.reconciliation.prints import keep_adjustment
from upkeep.reconciliation.receiving import Direction, StatementLine, receive

_WORKERS = {"accountant", "cashier"}
_FAR_WORKERS = {"far-accountant"}
_DAY = "/reconciliation/{custody}/{reconciled_day}/"

RECONCILIATION: dict[str, Row] = {
    "reconciliation:accounts": get("/reconciliation/", BOOKKEEPERS | FAR_BOOKKEEPERS),
    "reconciliation:upload": get("/reconciliation/upload/", _WORKERS | _FAR_WORKERS),
    "reconciliation:template": get("/reconciliation/upload/template/", _WORKERS | _FAR_WORKERS),
    "reconciliation:differences": get("/reconciliation/differences/", BOOKKEEPERS | FAR_BOOKKEEPERS),
    "reconciliation:join": post("/reconciliation/differences/join/?nothing={custody}", set(), _WORKERS | _FAR_WORKERS),
    "reconciliation:line": get("/reconciliation/lines/{bank_line}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "reconciliation:movement": get("/reconciliation/movements/{book_movement}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "reconciliation:decide": post(
        "/reconciliation/acts/{difference_act}/", {"approver", "accountant"}, FAR_BOOKKEEPERS
    ),
    "reconciliation:take_apart": post("/reconciliation/matches/{match}/take-apart/", _WORKERS, _FAR_WORKERS),
    "reconciliation:statements": get("/reconciliation/{custody}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "reconciliation:match": post("/reconciliation/{custody}/match/", _WORKERS, _FAR_WORKERS),
    "reconciliation:day": get(_DAY, BOOKKEEPERS, FAR_BOOKKEEPERS),
    "reconciliation:adjustment": get(f"{_DAY}adjustment/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "reconciliation:print_adjustment": post(f"{_DAY}adjustment/print/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "reconciliation:adjustment_print": get(
        f"{_DAY}adjustment/prints/{{adjustment_print}}/", BOOKKEEPERS, FAR_BOOKKEEPERS
    ),
}


def reconciled(cast: Cast) -> dict[str, str]:
    """A statement of the city's account with an open line, one asked for, and two matched by hand."""
    at = timezone.now()
    accountant = cast.city.actor("demo-accountant")
    paid_here = PaySlip.objects.filter(state="PAID", custody__jurisdiction=cast.city.jurisdiction)
    paid = paid_here.order_by("booked_on", "pk").first()
    assert paid is not None and paid.booked_on is not None
    custody = CustodyAccount.objects.select_related("bank").get(pk=paid.custody_id)
    day: dt.date = paid.booked_on
    lines = [
        StatementLine(serial=serial, at=start_of(day), direction=way, amount_fen=fen)
        for serial, way, fen in (
            ("AUTH1", Direction.IN, 501),
            ("AUTH2", Direction.OUT, 502),
            ("AUTH3", Direction.IN, 503),
            ("AUTH4", Direction.OUT, 503),
        )
    ]
    moved = sum(one.fen for one in lines)
    receive(custody_id=custody.pk, day=day, opening_fen=0, closing_fen=moved, lines=lines, channel=Channel.API, at=at)
    match_custody(custody_id=custody.pk, at=at)
    found = {one.serial: one for one in BankLine.objects.filter(custody=custody)}
    made = join(
        custody_id=custody.pk,
        line_ids=[found["AUTH3"].pk, found["AUTH4"].pk],
        movement_ids=[],
        reason="一收一付",
        by=accountant,
        at=at,
    )
    act = propose(found["AUTH1"], kind=ActKind.INTEREST, reason="结息", by=accountant, at=at)
    table = adjustment(custody, day=day)
    assert table is not None
    movement = BookMovement.objects.filter(custody=custody).order_by("pk").first()
    assert movement is not None
    return {
        "custody": str(custody.pk),
        "reconciled_day": f"{day}",
        "bank_line": str(found["AUTH2"].pk),
        "book_movement": str(movement.pk),
        "difference_act": str(act.pk),
        "match": str(made.pk),
        "adjustment_print": str(keep_adjustment(table, by=accountant, at=at).pk),
    }

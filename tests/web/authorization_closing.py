"""The rows of statements, closes and controls: {closing} waits, {closed_case} is done with its kept {closing_print}."""

import datetime as dt

from django.utils import timezone

from tests.circle.cast import Cast
from tests.web.authorization_people import BOOKKEEPERS, FAR_BOOKKEEPERS, Row, get, post
from upkeep.closing import closing_cases, prints
from upkeep.closing.models import ClosingCase, LedgerAudit

_READERS = BOOKKEEPERS | FAR_BOOKKEEPERS
_DECIDERS, _FAR_DECIDERS = {"approver", "accountant"}, {"far-approver", "far-accountant"}

CLOSING: dict[str, Row] = {
    "closing:list": get("/closing/", _READERS),
    "closing:new": get("/closing/new/", {"accountant", "far-accountant"}),
    "closing:reopen": post("/closing/reopen/", {"accountant", "far-accountant"}),
    "closing:controls": get("/closing/controls/", _READERS),
    "closing:audit": post("/closing/controls/audit/", {"accountant", "approver", "auditor"} | FAR_BOOKKEEPERS),
    "closing:workbook": get("/closing/statements/workbook/", _READERS),
    "closing:statement": get("/closing/statements/balance/", _READERS),
    "closing:figure": get("/closing/statements/balance/figure/?row=1&cell=5", _READERS),
    "closing:print": post("/closing/statements/income/print/", _READERS),
    "closing:show": get("/closing/{closing}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "closing:approve": post("/closing/{closing}/approve/", _DECIDERS, _FAR_DECIDERS),
    "closing:again": post("/closing/{closing}/again/", _DECIDERS, _FAR_DECIDERS),
    "closing:return": post("/closing/{closing}/return/", _DECIDERS, _FAR_DECIDERS),
    "closing:kept": get("/closing/{closed_case}/statements/{closing_print}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
}


def close_a_month(cast: Cast) -> dict[str, str]:
    """A month of long ago closed by two, and the month after it waiting for the second person."""
    at, city_id = timezone.now(), cast.city.jurisdiction.pk
    LedgerAudit.objects.create(began_at=at, ended_at=at, entries=0, lines=0, rules=1)
    month = closing_cases.months_to_close(city_id, on=timezone.localdate())[-1]
    accountant, approver = cast.city.actor("demo-accountant"), cast.city.actor("demo-approver")
    case = closing_cases.ask_to_close(city_id=city_id, period=month, reason="正常", by=accountant, at=at)
    closing_cases.approve(case.pk, by=approver, at=at)
    closing_cases.carry_out(case.pk, at=at + dt.timedelta(minutes=1), progress=_Unseen())
    waiting = closing_cases.ask_to_close(
        city_id=city_id, period=month.next_month(), reason="正常", by=accountant, at=at + dt.timedelta(minutes=2)
    )
    return {
        "closing": waiting.number,
        "closed_case": case.number,
        "closing_print": str(prints.kept_of(ClosingCase.objects.get(pk=case.pk))[0].pk),
    }


class _Unseen:
    """Progress that nobody looks at."""

    def begin(self, total: int, note: str = "") -> None: ...

    def advance(self, count: int = 1) -> None: ...

    def note(self, text: str) -> None: ...

"""The city's books closed month by month for a year, by two people; last month's close waits for the second of them.

Called when everything else is booked: what is closed takes nothing any more.
"""

import datetime as dt

from upkeep.closing import audits, closing_cases
from upkeep.closing.periods import month_of
from upkeep.demo.city import City
from upkeep.demo.fill import moment
from upkeep.jobs.registry import Progress

#: How many months are closed, and on which day of the month after, at the earliest.
_MONTHS, _DAY = 12, 5
_REASONS = {
    "audit_recent": "本月账务全面核查安排在结账当晚进行",
    "orders": "个别付款通知待专户银行付款，已逐笔核对为期末冻结",
    "undistributed": "本年收益按计息年度于 6 月 30 日结息分配，年末余额结转下年",
    "bank_statements": "个别日期的银行对账单待专户银行补送，差异已列入余额调节表",
    "transit": "划转款次月初到账",
    "losses": "年末统一结息后冲抵",
}


def close_months(city: City, *, today: dt.date) -> int:
    """Close twelve months, ask for the one before today's, and audit the books. Answers with the number closed."""
    city_id = city.jurisdiction.pk
    accountant, approver = city.actor("demo-accountant"), city.actor("demo-approver")
    month = month_of(today).month_before()
    for _ in range(_MONTHS):
        month = month.month_before()
    closed = 0
    while month.last < today:
        asked_on = min(month.last + dt.timedelta(days=_DAY), today - dt.timedelta(days=1))
        at = moment(asked_on, 10, 20)
        if asked_on <= month.last:
            break
        answers = closing_cases.checklist(city_id=city_id, period=month, at=at)
        if any(one.forbids for one in answers):
            break  # something of that month waits for its second person
        reason = "；".join(_REASONS[one.code] for one in answers if one.found and one.code in _REASONS)
        case = closing_cases.ask_to_close(city_id=city_id, period=month, reason=reason, by=accountant, at=at)
        if month == month_of(today).month_before():
            break
        closing_cases.decide(case.pk, by=approver, at=moment(asked_on, 15, 40))
        closing_cases.carry_out(case.pk, at=moment(asked_on, 15, 41), progress=_Unseen())
        closed, month = closed + 1, month.next_month()
    audits.carry_out(by_id=None, at=moment(today, 3, 7))
    return closed


class _Unseen(Progress):
    """Progress that nobody looks at."""

    def begin(self, total: int, note: str = "") -> None:
        return None

    def advance(self, count: int = 1) -> None:
        return None

    def note(self, text: str) -> None:
        return None

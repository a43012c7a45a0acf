"""公示规则: how long public notices of repair projects stand, and whether the next step waits for their end."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.queries import value_in_force


@dataclass(frozen=True)
class NoticeRule:
    """`least_days`: the closing day lies at least so many days after publishing. `wait_for_end`: a vote, an
    application may begin only when the notice has run out; the manuals let them begin while it stands.
    """

    least_days: int = 7
    wait_for_end: bool = False


def notice_rule(*, jurisdiction_id: int, on: dt.date) -> NoticeRule:
    """The city's rule, or the default."""
    value = value_in_force(kind=PolicyKind.NOTICE_RULE, jurisdiction_id=jurisdiction_id, on=on)
    return NoticeRule() if value is None else NoticeRule(**value)

"""公示规则: how long public notices of repair projects stand, and whether the next step waits for their end."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting


@dataclass(frozen=True, kw_only=True)
class NoticeRule:
    """`least_days`: the closing day lies at least so many days after publishing. `wait_for_end`: a vote, an
    application may begin only when the notice has run out; the manuals let them begin while it stands.
    """

    least_days: int = setting("公示期不少于", 7, least=1, most=90, unit="天")
    wait_for_end: bool = setting("公示期满后方可进入下一步", False)


def notice_rule(*, jurisdiction_id: int, on: dt.date) -> NoticeRule:
    """The city's rule, or the default."""
    return in_force(NoticeRule, kind=PolicyKind.NOTICE_RULE, jurisdiction_id=jurisdiction_id, on=on)

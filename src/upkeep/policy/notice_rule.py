"""公示规则: how long public notices of repair projects stand, and whether the next step waits for their end."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

SHARING, AREA = "SHARING", "AREA"
WARN, BLOCK = "WARN", "BLOCK"


@dataclass(frozen=True, kw_only=True)
class NoticeRule:
    """`least_days`: the closing day lies at least so many days after publishing; `emergency_days` the same for an
    emergency repair. `wait_for_end`: a vote, an application may begin only when the notice has run out; the manuals let
    them begin while it stands. A cancelled project's notice always has an end, which `cancel_after_end` waits for.
    `objectors`: who may object. `unanswered`: whether an objection without an answer warns or keeps back the next step.
    """

    least_days: int = setting("公示期不少于", 7, least=1, most=90, unit="天")
    emergency_days: int = setting("紧急维修的公示期不少于", 7, least=1, most=90, unit="天")
    wait_for_end: bool = setting("公示期满后方可进入下一步", False)
    cancel_after_end: bool = setting("撤销公示期满后方可撤销项目", True)
    objectors: str = setting(
        "可以提出异议的业主",
        SHARING,
        choices=((SHARING, "分摊房屋的业主"), (AREA, "小区全体业主")),
        help="在公示期内登录后提出，每位业主对一项公示提一条异议，答复前可以修改",
    )
    unanswered: str = setting(
        "有异议未答复时", WARN, choices=((WARN, "提示，可以进入下一步"), (BLOCK, "答复后方可进入下一步"))
    )


def notice_rule(*, jurisdiction_id: int, on: dt.date) -> NoticeRule:
    """The city's rule, or the default."""
    return in_force(NoticeRule, kind=PolicyKind.NOTICE_RULE, jurisdiction_id=jurisdiction_id, on=on)

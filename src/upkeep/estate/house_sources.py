"""The ways in which a house table (楼盘表) of a case is filled, beside the workbook, and which of them a city has.

A further way is one more `Source` in `HOUSE_SOURCES` and its code in `policy.collection_rule`.
"""

from collections.abc import Sequence

from upkeep.casework.models import Case
from upkeep.casework.procedure import WORKBOOK, Source
from upkeep.kernel.dates import day_of
from upkeep.policy import collection_rule

BY_HAND = Source(
    collection_rule.BY_HAND,
    "手工录入、批量生成",
    "逐栋录入楼栋信息，按楼层、单元、每层户数和房号规则生成户室，也可逐户添加；还可以在这里绑定业主",
    page="cases:buildings",
    button="录入楼栋和户室",
    icon="buildings",
)

#: In the order in which they are offered.
HOUSE_SOURCES: tuple[Source, ...] = (BY_HAND, WORKBOOK)


def sources_open_to(case: Case) -> Sequence[Source]:
    """Those that the policy of the case's city opens."""
    rule = collection_rule.collection_rule(jurisdiction_id=case.jurisdiction_id, on=day_of(case.created_at))
    return [source for source in HOUSE_SOURCES if source.code in rule.sources]

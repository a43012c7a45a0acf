"""Whether houses may leave the register (注销, 拆分, 合并): asked when a case is handed in and before its effect."""

from collections.abc import Iterator, Sequence

from upkeep.casework.models import Case
from upkeep.estate import claims
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.kernel.errors import Problem

NAMED = 5


def source_of(case: Case) -> str:
    """Under which name a case claims its houses."""
    return f"case:{case.pk}"


def leaving_problems(case: Case, houses: Sequence[House], *, area_id: int) -> Iterator[Problem]:
    """Houses of another area, that have left already, or that another business holds, which is named."""
    if strangers := [house for house in houses if house.area_id != area_id]:
        yield Problem("", f"{claims.names_of(strangers)}不属于所选物业区域，请重新选择房屋")
    if gone := [house for house in houses if house.state != HouseState.ACTIVE]:
        yield Problem("", f"{claims.names_of(gone)}{gone[0].get_state_display()}，请重新选择房屋")
    busy = claims.reasons([house.pk for house in houses], but=source_of(case))
    named = [house for house in houses if house.pk in busy]
    for house in named[:NAMED]:
        yield Problem("", f"{house.building.name}{house.label}{busy[house.pk]}，请先办结后再办理")
    if len(named) > NAMED:
        yield Problem("", f"共有 {len(named)} 户有未办结的业务")

"""Houses that two supplements under way would both add: the second is refused when it is handed in, naming the first."""

from collections.abc import Iterable, Mapping
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.parts import rows_of
from upkeep.casework.states import WAITING
from upkeep.estate.actions import lock_area
from upkeep.estate.draft_sheets import HOUSES
from upkeep.estate.house_rows import place_of
from upkeep.estate.house_sheet import house_key
from upkeep.kernel.errors import HasProblems, Problem

_MOST_NAMED = 3


def refuse_houses_of_others(case: Case, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """The area is locked until the caller's transaction ends, so that of two handed in at once one sees the other.

    Raises: HasProblems naming each other case with the first of the houses that it adds too.
    """
    assert case.area_id is not None
    lock_area(case.area_id)
    mine = {house_key(row) for _, row in rows}
    others = Case.objects.filter(procedure=case.procedure, area_id=case.area_id, state__in=sorted(WAITING))
    problems = []
    for other in others.exclude(pk=case.pk).order_by("submitted_at", "pk"):
        both = [place_of(row) for _, row in rows_of(other, HOUSES) if house_key(row) in mine]
        if both:
            more = f"等 {len(both)} 户" if len(both) > _MOST_NAMED else ""
            text = f"{'、'.join(both[:_MOST_NAMED])}{more}已由业务单 {other.number} 申请补充，正在办理，请删去后再提交"
            problems.append(Problem(f"rows_{HOUSES}", text))
    if problems:
        raise HasProblems(problems)

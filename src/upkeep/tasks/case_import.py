"""Reading a workbook into a case in the background; a killed one leaves nothing behind and is done again."""

import base64
from typing import Any

from django.utils import timezone

from upkeep.casework import engine, parts
from upkeep.casework.models import Case
from upkeep.casework.states import Move
from upkeep.jobs.registry import Progress, job
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of

#: More faults than this help nobody: the marked workbook has them all.
MOST_SHOWN = 500


@job("case_import")
def import_workbook(
    progress: Progress, *, case_id: int, part: str, content: str, user_id: int, back: str, **_: Any
) -> dict[str, Any]:
    """Read the workbook. The result says how many rows were taken, or names every fault at its cell."""
    case = Case.objects.get(pk=case_id)
    actor = actor_of(User.objects.get(pk=user_id))
    raw = base64.b64decode(content)
    progress.note("正在读取和核对")
    reading = parts.import_rows(case_id, part=part, content=raw, by=actor, at=timezone.now())
    result: dict[str, Any] = {"case_id": case_id, "back": back, "rows": len(reading.rows)}
    if reading.faults:
        progress.note("正在标注错误")
        sheet = parts.sheet_of(case, part)()
        result["fault_count"] = len(reading.faults)
        result["faults"] = [[fault.cell, fault.column, fault.text] for fault in reading.faults[:MOST_SHOWN]]
        result["marked"] = base64.b64encode(sheet.mark(raw, reading.faults)).decode()
        result["next"] = f"/cases/{case.number}/sheets/{part}/faults/{{job}}/"
    else:
        result["warnings"] = [[fault.cell, fault.column, fault.text] for fault in reading.warnings[:MOST_SHOWN]]
        result["next"] = _hand_in(case, back=back, by=actor) if parts.page_of(case, part).imported else back
    return result


def _hand_in(case: Case, *, back: str, by: Actor) -> str:
    """Hand the form in with its right workbook (001 §2.3.1 step 6). Answers with the page that follows: the result, or
    the confirmation, which says what is still missing.
    """
    try:
        engine.move(case.pk, Move.SUBMIT, by=by, at=timezone.now())
    except Refusal:
        head, _, page = back.rstrip("/").rpartition("/")
        return f"{head}/{int(page) + 1}/"
    return f"/cases/{case.number}/done/"

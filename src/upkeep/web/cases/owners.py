"""The owners of a house, row by row, as a page of filling in a case. Works without JavaScript: rows come and go by buttons."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.estate.models import House
from upkeep.estate.owner_cases import former_table, house_facts, named_house
from upkeep.estate.owner_form import MOST_OWNERS, OWNERS, read_owners, row_forms, sent_rows
from upkeep.web.access import ActorRequest
from upkeep.web.cases.reach import page_url

_ADD, _DROP = "add-owner", "drop-owner-"


def keep_rows(request: ActorRequest, case: Case, number: int) -> HttpResponse | None:
    """Keep the rows that were sent, with one more or one less where that was asked: the page is not left then."""
    action = request.POST.get("action", "")
    rows = changed_rows(request.POST.dict(), action)
    case.data = engine.save_draft(case.pk, {OWNERS: rows}, by=request.actor, at=timezone.now()).data
    return redirect(page_url(case, number)) if changes_rows(action) else None


def changes_rows(action: str) -> bool:
    """Whether the button that was pressed asks for one owner more or less."""
    return action == _ADD or action.startswith(_DROP)


def changed_rows(sent: Mapping[str, Any], action: str) -> list[dict[str, str]]:
    """The rows as they were sent, with one more or one less where the button asks for it."""
    rows = sent_rows(sent)
    if action == _ADD and len(rows) < MOST_OWNERS:
        rows.append({})
    place = action.removeprefix(_DROP)
    if action.startswith(_DROP) and place.isascii() and place.isdigit() and len(rows) > 1:
        rows = [row for row_number, row in enumerate(rows) if row_number != int(place)]
    return rows


def wrong_rows(case: Case) -> str:
    """What is wrong with the rows; what stands at the boxes already is said in one sentence."""
    found = read_owners(case.data.get(OWNERS, []))
    if any(form.errors for form in found.forms):
        return "业主信息有误，请按提示修改"
    return "；".join(problem.text for problem in found.problems)


def page_context(case: Case, *, sent: bool) -> dict[str, Any]:
    """What the page needs: the house, who owns it now, and the rows, with their faults once they were sent."""
    rows = case.data.get(OWNERS, [])
    house: House | None = named_house(case)
    return {
        "house": house,
        "house_facts": house_facts(house) if house else (),
        "former": former_table(case, "现业主"),
        "owner_forms": read_owners(rows).forms if sent else row_forms(rows, bound=False),
        "may_add": len(rows) < MOST_OWNERS,
    }

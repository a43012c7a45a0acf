"""The owners of a house, row by row, as a page of filling in a case. Works without JavaScript: rows come and go by buttons."""

from typing import Any

from upkeep.casework.models import Case
from upkeep.estate.models import House
from upkeep.estate.owner_cases import former_table, house_facts, named_house
from upkeep.estate.owner_form import MOST_OWNERS, OWNERS, read_owners, row_forms, sent_rows
from upkeep.kernel.errors import Problem
from upkeep.web.access import ActorRequest

_ADD, _DROP = "add-owner", "drop-owner-"


def typed_rows(request: ActorRequest) -> dict[str, Any]:
    """The rows that were sent, with one more or one less where that was asked, as the draft keeps them."""
    rows, action = sent_rows(request.POST.dict()), request.POST.get("action", "")
    if action == _ADD and len(rows) < MOST_OWNERS:
        rows.append({})
    place = action.removeprefix(_DROP)
    if action.startswith(_DROP) and place.isascii() and place.isdigit() and len(rows) > 1:
        rows = [row for number, row in enumerate(rows) if number != int(place)]
    return {OWNERS: rows}


def only_changes_rows(request: ActorRequest) -> bool:
    """Whether the button adds or removes a row, so that the page is not left."""
    action = request.POST.get("action", "")
    return action == _ADD or action.startswith(_DROP)


def wrong_rows(case: Case) -> list[Problem]:
    """What is wrong with the rows; what stands at the boxes already is said in one sentence."""
    found = read_owners(case.data.get(OWNERS, []))
    if any(form.errors for form in found.forms):
        return [Problem("", "业主信息有误，请按提示修改")]
    return [Problem("", problem.text) for problem in found.problems]


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

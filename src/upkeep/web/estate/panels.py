"""The panels of a house's page (房屋信息、业主、余额与收支…), each a template and what it shows, in the order of the page.

Whoever adds a panel writes one function, one template below `estate/house/`, and one line in `PANELS`. The template sees
`house`, `actor`, the city's `words` and, as `shown`, what the function gave. A function that gives None leaves its panel out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from upkeep.books.statements import house_statement
from upkeep.casework.queries import visible_to as visible_cases
from upkeep.estate import lineage
from upkeep.estate.history import changes_of_house
from upkeep.estate.models import House, HouseLineage
from upkeep.parties.actor import Actor
from upkeep.treasury import payouts
from upkeep.web.deposits.house import due_panel, further_panel
from upkeep.web.owners.house import owner_panel

Shown = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel: `key` is its anchor on the page (#owners), `template` draws it with what `read` gives as `shown`."""

    key: str
    title: str
    template: str
    read: Callable[[House, Actor], Shown | None]


@dataclass(frozen=True, kw_only=True)
class ShownPanel:
    """A panel ready for one reader."""

    key: str
    title: str
    template: str
    shown: Shown


def _register(house: House, actor: Actor) -> Shown:
    return {}


def _money(house: House, actor: Actor) -> Shown:
    return {"statement": house_statement(house.pk)}


def _changes(house: House, actor: Actor) -> Shown | None:
    found = list(changes_of_house(house.pk))
    cases = visible_cases(actor).filter(pk__in={one.case_id for one in found})
    return {"changes": found, "open_cases": set(cases.values_list("pk", flat=True))} if found else None


def _lineage(house: House, actor: Actor) -> Shown | None:
    before, after = lineage.came_from(house.pk), lineage.became(house.pk)
    if not (before or after):
        return None
    origin = "并入" if len(before) > 1 else "拆自"
    rows = [{"what": origin, "house": one.from_house, **_step(one)} for one in before]
    rows += [{"what": house.get_state_display() + "为", "house": one.to_house, **_step(one)} for one in after]
    cases = visible_cases(actor).filter(pk__in={one.case_id for one in (*before, *after)})
    return {"rows": rows, "open_cases": set(cases.values_list("pk", flat=True))}


def _step(one: HouseLineage) -> Shown:
    return {"moved_fen": one.moved_fen, "case": one.case, "at": one.at}


def _payouts(house: House, actor: Actor) -> Shown | None:
    found = list(payouts.visible_to(actor).filter(house_id=house.pk).order_by("pk"))
    return {"payouts": found} if found else None


#: In the order of the page. Histories come after the money.
PANELS: tuple[Panel, ...] = (
    Panel(key="register", title="房屋信息", template="estate/house/register.html", read=_register),
    Panel(key="owners", title="业主", template="owners/house_panel.html", read=owner_panel),
    Panel(key="due", title="首期交存", template="estate/house/due.html", read=due_panel),
    Panel(key="money", title="余额与收支", template="estate/house/money.html", read=_money),
    Panel(key="further", title="欠交与续交", template="estate/house/further.html", read=further_panel),
    Panel(key="changes", title="变更记录", template="estate/house/changes.html", read=_changes),
    Panel(key="payouts", title="注销返还", template="estate/house/payouts.html", read=_payouts),
    Panel(key="lineage", title="房屋沿革", template="estate/house/lineage.html", read=_lineage),
)


def panels_of(house: House, actor: Actor) -> list[ShownPanel]:
    """The panels of the house's page for this reader."""
    shown = ((panel, panel.read(house, actor)) for panel in PANELS)
    return [
        ShownPanel(key=panel.key, title=panel.title, template=panel.template, shown=given)
        for panel, given in shown
        if given is not None
    ]

"""What the components of templates/components need and a template cannot do; loaded into every template."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from upkeep.estate.grid import BuildingGrid
from upkeep.web import icons, tones

register = template.Library()

#: A link changes the page number, so it also forgets it when something else changes.
_PAGE = "page"


class WronglyUsed(Exception):
    """A component got arguments that make no sense: the page's author sees it when the page is first opened."""


@register.simple_tag
def should_not_happen(*what: object) -> str:
    """Refuse a wrong use of a component.

    Raises: WronglyUsed.
    """
    raise WronglyUsed(" ".join(str(part) for part in what))


@register.simple_tag
def icon_svg(name: str, size: int | str = 18) -> SafeString:
    """The inline SVG of a named icon."""
    return icons.icon_svg(name=str(name), size=int(size))


@register.filter
def tone_of_state(state: str) -> str:
    """The tone of a state's code."""
    return tones.tone_of(state)


@register.filter
def among(value: object, allowed: str) -> bool:
    """Is the value one of the words? `{% if not tone|among:"good bad" %}`."""
    return str(value) in allowed.split()


@register.filter
def at(sequence: Sequence[object], index: int) -> object:
    """The item at an index: the heading of a cell, say."""
    return sequence[index]


@register.filter
def entry(mapping: dict[str, object], key: str) -> object:
    """What a mapping holds under a key, or nothing."""
    return mapping.get(key, "")


@register.filter
def widget_kind(field: BoundField) -> str:
    """How the field is laid out: radio, checks, check, file or line."""
    widget = field.field.widget
    if isinstance(widget, CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, RadioSelect):
        return "radio"
    if isinstance(widget, CheckboxInput):
        return "check"
    return "file" if isinstance(widget, FileInput) else "line"


@register.filter
def help_id(field: BoundField) -> str:
    """The id of the field's help text."""
    return f"{field.auto_id or field.html_name}_help"


@register.filter
def error_id(field: BoundField) -> str:
    """The id of the field's error text."""
    return f"{field.auto_id or field.html_name}_error"


def _described_by(field: BoundField) -> str:
    parts = ([error_id(field)] if field.errors else []) + ([help_id(field)] if field.help_text else [])
    return " ".join(parts)


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The field's own control with the look's classes and the words of its help and error tied to it."""
    control = field.field.widget
    look = "form-select" if isinstance(control, Select) else "form-control"
    if isinstance(control, CheckboxInput):
        look = "form-check-input"
    attrs: dict[str, Any] = {"class": f"{look} {control.attrs.get('class', '')}".strip()}
    if described := _described_by(field):
        attrs["aria-describedby"] = described
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


@register.simple_tag
def choice(option: Any, field: BoundField) -> SafeString:
    """One radio button or tick box of a group, alone, so that a card can be laid around it."""
    data = {**option.data, "attrs": {**option.data["attrs"], "class": "form-check-input"}}
    if field.errors:
        data["attrs"]["aria-invalid"] = "true"
    template_name = option.data["template_name"]
    drawn: str = option.renderer.render(template_name, {"widget": {**data, "wrap_label": False}})
    return mark_safe(drawn)


@register.simple_tag
def url_with(request: HttpRequest, **changes: object) -> str:
    """The present address with some parameters changed; None or "" removes one. Filters stay, the page does not."""
    parameters = request.GET.copy()
    if _PAGE not in changes:
        parameters.pop(_PAGE, None)
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.simple_tag
def url_with_sort(request: HttpRequest, sort: str) -> str:
    """The present address sorted by a column; sorted by it already, it turns round."""
    wanted = f"-{sort}" if request.GET.get("sort") == sort else sort
    return url_with(request, sort=wanted)


@register.simple_tag
def sorted_by(request: HttpRequest, sort: str) -> str:
    """ascending, descending, or "" when the list is not sorted by the column."""
    return {sort: "ascending", f"-{sort}": "descending"}.get(request.GET.get("sort", ""), "")


@register.simple_tag
def other_parameters(request: HttpRequest, *names: str) -> list[tuple[str, str]]:
    """Parameters of the address except the named ones and the page, to be kept by a form of filters."""
    left_out = {*names, _PAGE}
    return [(name, value) for name, values in request.GET.lists() if name not in left_out for value in values]


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | None]:
    """Numbers to show under a list; None stands for a gap."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [number if isinstance(number, int) else None for number in numbers]


@register.filter
def as_query(parameters: dict[str, object]) -> str:
    """A dictionary as the part of an address after `?`."""
    return urlencode(parameters)


@register.simple_tag
def step_title(step: str | tuple[str, str]) -> str:
    """The title of a step given alone or with its address."""
    return step if isinstance(step, str) else step[0]


@register.simple_tag
def step_url(step: str | tuple[str, str]) -> str:
    """The address of a step, if it was given one."""
    return "" if isinstance(step, str) else step[1]


@register.simple_tag
def chosen_set(chosen: Iterable[tuple[int, int]]) -> frozenset[int]:
    """The ids among the pairs of id and area of the chosen houses."""
    return frozenset(house_id for house_id, _ in chosen)


@register.filter
def elsewhere(chosen: Iterable[tuple[int, int]], grid: BuildingGrid) -> list[tuple[int, int]]:
    """The chosen houses that stand in other buildings than the one shown."""
    here = {cell.house_id for cell in grid.cells}
    return [(house_id, area_dm2) for house_id, area_dm2 in chosen if house_id not in here]


@register.simple_tag
def cell_label(table: Any, place: int) -> str:
    """The heading of a cell's column, which phones show beside it. The table is an object, or JSON as it was kept."""
    columns = table["columns"] if isinstance(table, dict) else table.columns
    return str(columns[place])

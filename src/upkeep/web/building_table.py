"""What the component c-building-table needs besides its drawing, and what it sends back."""

from dataclasses import dataclass

from django.http import QueryDict

#: Nobody chooses more houses in one case; longer lists are a mistake or an attack.
MOST_HOUSES = 20_000


@dataclass(frozen=True, kw_only=True)
class BuildingLink:
    """One building of the list at the left of the table."""

    name: str
    url: str
    house_count: int
    chosen_count: int = 0
    is_open: bool = False


def chosen_ids(sent: QueryDict, *, name: str = "houses") -> list[int]:
    """The chosen houses of a sent form, each once: one comma-separated field, or the list's boxes without JavaScript.

    What is no number is left out; whether a house may be chosen is asked of the domain.
    """
    parts = [part.strip() for value in sent.getlist(name) for part in value.split(",")]
    numbers = [int(part) for part in parts[:MOST_HOUSES] if part.isascii() and part.isdecimal() and len(part) <= 19]
    return list(dict.fromkeys(numbers))

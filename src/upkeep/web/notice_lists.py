"""The lists of a notice, page by page: that of an area of 20,000 houses would be no page for anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

ROWS = 50


@dataclass(frozen=True)
class NoticeBody:
    """What a page shows of a notice: words, facts, short tables, and one page of the houses (those that match `text`)."""

    text: list[str]
    facts: list[list[str]]
    tables: list[dict[str, Any]]
    houses: dict[str, Any] | None
    page: Page[list[str]] | None
    asked: str

    @property
    def may_search(self) -> bool:
        """Whether the list is longer than a page."""
        return self.houses is not None and self.houses["count"] > ROWS


def notice_body(body: Mapping[str, Any], *, page: str | None = None, text: str = "") -> NoticeBody:
    """A notice's body as it is shown. `page` and `text` are as the address has them: anything is a page."""
    houses, shown = body.get("houses"), None
    text = text.strip()[:30]
    if houses is not None:
        rows = houses["rows"]
        found = [row for row in rows if text in " ".join(row[1:3]) or text in "".join(row[1:3])] if text else rows
        shown = Paginator(found, ROWS).get_page(page)
        houses = houses | {"rows": list(shown), "count": len(rows)}
    return NoticeBody(
        text=list(body["text"]),
        facts=[list(pair) for pair in body["facts"]],
        tables=[body[name] for name in ("works", "plan") if body.get(name)],
        houses=houses,
        page=shown,
        asked=text,
    )

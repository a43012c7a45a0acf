"""What every page of a city's site shows around its content: the columns, the way back, contact."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from upkeep.parties.models import Jurisdiction, Office
from upkeep.publishing.models import Column

#: A column by its address.
COLUMNS = {
    "news": Column.NEWS,
    "policies": Column.POLICY,
    "guides": Column.GUIDE,
    "downloads": Column.DOWNLOAD,
    "faq": Column.FAQ,
}
SLUGS = {column: slug for slug, column in COLUMNS.items()}


@dataclass(frozen=True)
class Tab:
    """One entry of the site's navigation."""

    title: str
    url: str
    is_here: bool


def column_url(city: Jurisdiction, column: str) -> str:
    """Where a column of the city is read."""
    return reverse("site:column", args=[city.slug, SLUGS[Column(column)]])


def frame(city: Jurisdiction, *, here: str = "") -> dict[str, Any]:
    """Template variables of `layout/site.html`; `here` is the title of the entry that is open."""
    entries = [("首页", reverse("public:city", args=[city.slug]))]
    entries += [(str(column.label), column_url(city, column)) for column in COLUMNS.values()]
    entries += [
        ("维修项目公示", reverse("public:notices", args=[city.slug])),
        ("进入我的小区", reverse("site:communities", args=[city.slug])),
    ]
    return {"city": city, "tabs": [Tab(title, url, title == here) for title, url in entries]}


def offices_of(city: Jurisdiction) -> list[Office]:
    """The windows of the city and its districts, the city's own first."""
    places = [city.pk, *city.districts.filter(retired_at__isnull=True).values_list("pk", flat=True)]
    found = Office.objects.filter(jurisdiction_id__in=places, is_window=True, retired_at__isnull=True)
    return sorted(found.select_related("jurisdiction"), key=lambda one: places.index(one.jurisdiction_id))

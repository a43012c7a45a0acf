"""Reading notices: everybody may."""

import datetime as dt

from django.db.models import Q, QuerySet

from upkeep.parties.queries import within
from upkeep.publishing.models import PublicNotice


def public_notices(
    *, city_id: int, on: dt.date, is_open: bool | None = None, text: str = "", area: str = "", kind: str = ""
) -> QuerySet[PublicNotice]:
    """The notices of a city and its districts, newest first; open ones, closed ones or all; those of the areas with
    this in their name, of one kind. Bodies are left out.
    """
    notices = PublicNotice.objects.filter(jurisdiction_id__in=within(city_id)).select_related("area").defer("body")
    if is_open is not None:
        notices = notices.filter(open_until__gte=on) if is_open else notices.filter(open_until__lt=on)
    if text := text.strip():
        notices = notices.filter(Q(title__icontains=text) | Q(area__name__icontains=text) | Q(number=text.upper()))
    if area := area.strip():
        notices = notices.filter(area__name__icontains=area)
    if kind:
        notices = notices.filter(kind=kind)
    return notices.order_by("-published_at", "-pk")


def get_notice(number: str, *, city_id: int) -> PublicNotice | None:
    """The notice of that number if it is one of the city's."""
    return (
        PublicNotice.objects.filter(number=number, jurisdiction_id__in=within(city_id)).select_related("area").first()
    )


def notices_on(source: str) -> dict[str, PublicNotice]:
    """A matter's notices by kind."""
    return {notice.kind: notice for notice in PublicNotice.objects.filter(source=source)}

"""What an actor may see and do on these pages, and how a day stands in an address."""

import datetime as dt

from django.http import Http404
from django.urls.converters import StringConverter

from upkeep.banking.models import CustodyAccount
from upkeep.parties.roles import BOOKKEEPERS
from upkeep.reconciliation.acts import DECIDERS, WORKERS
from upkeep.reconciliation.queries import custodies_visible_to
from upkeep.web.access import ActorRequest

READERS = BOOKKEEPERS
__all__ = ["DECIDERS", "READERS", "WORKERS", "DayConverter", "custody_or_404"]


class DayConverter(StringConverter):
    """2026-11-20 in an address; anything that is no day is no page."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:  # type: ignore[override]
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date | str) -> str:
        return str(value)


def custody_or_404(request: ActorRequest, custody_id: int) -> CustodyAccount:
    """The account, as if it did not exist when the actor may not see it."""
    found = custodies_visible_to(request.actor).filter(pk=custody_id).first()
    if found is None:
        raise Http404
    return found

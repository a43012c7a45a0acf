"""What every page of a portal shows around its content: portal, menu, user."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from upkeep.parties.actor import ANONYMOUS


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the layout."""
    return {"actor": getattr(request, "actor", ANONYMOUS), "demo": settings.DEMO}

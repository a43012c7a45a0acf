"""What every page of a portal shows around its content: portal, menu, user, city."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from upkeep.parties.actor import ANONYMOUS, Actor
from upkeep.parties.roles import OFFICE, ORGANISATION, Portal
from upkeep.web import menu
from upkeep.web.access import ActorRequest
from upkeep.web.service.ways import open_ways


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the layout. Nothing is asked of the database before a template prints it."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    match = request.resolver_match
    url_name = match.view_name if match else ""
    items: Any = SimpleLazyObject(
        lambda: menu.shown_menu(
            portal=actor.portal,
            roles=actor.roles,
            url_name=url_name,
            ways=lambda: open_ways(cast(ActorRequest, request)),
        )
    )
    return {
        "actor": actor,
        "city": getattr(request, "city", None),
        "demo": settings.DEMO,
        "portal": actor.portal,
        "layout": layout_of(actor.portal),
        "home_url": home_url(actor.portal),
        "menu": items,
        "trail": SimpleLazyObject(lambda: menu.trail(items)),
        "search_url": _url_if_any("estate:search") if actor.has(*OFFICE, *ORGANISATION) else "",
        "messages_url": _url_if_any(f"{actor.portal.value}:messages"),
        "user_title": SimpleLazyObject(lambda: _user_title(request)),
    }


def layout_of(portal: Portal) -> str:
    """The template that a page of the portal extends; a portal without a shell of its own has the public's."""
    own_shell = portal in (Portal.OFFICE, Portal.ORGANISATION, Portal.BANK)
    return f"layout/{portal.value}.html" if own_shell else "layout/public.html"


def home_url(portal: Portal) -> str:
    """Where a user of the portal lands."""
    return _url_if_any(f"{portal.value}:home") or "/"


def _url_if_any(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _user_title(request: HttpRequest) -> str:
    """Whom the user acts for: his organisation, or the office."""
    user = request.user
    if not user.is_authenticated:
        return ""
    return user.organisation.name if user.organisation else user.jurisdiction.office_name

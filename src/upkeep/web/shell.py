"""What every page of a portal shows around its content: portal, menu, user, city."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from upkeep.messaging.queries import unread_count
from upkeep.parties.actor import ANONYMOUS, Actor
from upkeep.parties.roles import BANK, OFFICE, ORGANISATION, Portal
from upkeep.policy.wording import Wording, wording
from upkeep.web import menu
from upkeep.web.access import ActorRequest
from upkeep.web.menu_items import ShownItem
from upkeep.web.service.ways import open_ways


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the layout. Nothing is asked of the database before a template prints it."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    match = request.resolver_match
    url_name = match.view_name if match else ""
    words = SimpleLazyObject(lambda: words_for(request))
    items = SimpleLazyObject(lambda: _menu(request, actor, url_name))
    return {
        "actor": actor,
        "city": getattr(request, "city", None),
        "demo": settings.DEMO,
        "portal": actor.portal,
        "layout": layout_of(actor.portal),
        "home_url": home_url(actor.portal),
        "menu": items,
        "trail": SimpleLazyObject(lambda: menu.trail(tuple(items))),
        "words": words,
        "search_url": _url_if_any("estate:search") if actor.has(*OFFICE, *ORGANISATION) else "",
        "messages_url": "" if actor.is_anonymous else reverse("messaging:list"),
        "keys_url": _url_if_any("keys:mine") if actor.has(*OFFICE, *ORGANISATION, *BANK) else "",
        "unread": SimpleLazyObject(lambda: unread_count(user_id=actor.user_id)),
        "user_title": SimpleLazyObject(lambda: _user_title(request)),
    }


def _menu(request: HttpRequest, actor: Actor, url_name: str) -> tuple[ShownItem, ...]:
    words = words_for(request) if menu.MENUS[actor.portal] else None
    return menu.shown_menu(
        portal=actor.portal,
        roles=actor.roles,
        url_name=url_name,
        words=words,
        ways=lambda: open_ways(cast(ActorRequest, request)),
    )


def words_for(request: HttpRequest) -> Wording:
    """What the city of the user, or of the page that a visitor looks at, calls things. Asked once per request."""
    known: Wording | None = getattr(request, "words", None)
    if known is None:
        actor: Actor = getattr(request, "actor", ANONYMOUS)
        city = getattr(request, "city", None)
        place = actor.jurisdiction_id or (city.pk if city else 0)
        known = wording(jurisdiction_id=place, on=timezone.localdate()) if place else Wording()
        request.words = known  # type: ignore[attr-defined]
    return known


def layout_of(portal: Portal) -> str:
    """The template that a page of the portal extends."""
    return f"layout/{portal.value}.html"


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

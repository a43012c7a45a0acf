"""How the pages of the keys talk with their script: the site's name, the session, JSON in and out."""

import json
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from upkeep.identity.security_keys import Site

_LARGEST = 64 * 1024


def site_of(request: HttpRequest) -> Site:
    """The site as the browser knows it. A host that the installation does not name (ALLOWED_HOSTS) never gets here; where
    every host is allowed, only the installation's own address counts."""
    base = f"{request.scheme}://{request.get_host()}" if "*" not in settings.ALLOWED_HOSTS else settings.PUBLIC_URL
    return Site(urlsplit(base).hostname or "", base)


def better_address(request: HttpRequest) -> str:
    """Browsers use no security key under a bare IP address: the same page under a name, if this machine's own was asked."""
    host = urlsplit(f"//{request.get_host()}")
    try:
        address = ip_address(host.hostname or "")
    except ValueError:
        return ""
    port = f":{host.port}" if host.port else ""
    is_named = "localhost" in settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS
    return f"{request.scheme}://localhost{port}{request.path}" if address.is_loopback and is_named else ""


def session_of(request: HttpRequest) -> str:
    """The key of the session, made if there is none yet: challenges are bound to it."""
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)


def sent_json(request: HttpRequest) -> dict[str, Any]:
    """What the script sent; anything but an object counts as nothing."""
    if request.content_type != "application/json" or len(request.body) > _LARGEST:
        return {}
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def text_of(told: dict[str, Any], name: str) -> str:
    """One text of what was sent."""
    value = told.get(name)
    return value.replace("\0", "") if isinstance(value, str) else ""


def refused(why: object, *, status: int = 200) -> JsonResponse:
    """What the script shows to the user. An answer like any other: only `url` leads on."""
    return JsonResponse({"problem": str(why)}, status=status)

"""What happens around every view: the actor is known, a GET cannot write, a POST is one transaction."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from django.core.exceptions import BadRequest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import actor_of, city_of, get_city, get_place
from upkeep.web.access import ActorRequest

GetResponse = Callable[[ActorRequest], HttpResponseBase]

#: Where a visitor's session remembers the cases he began.
GUEST_CASES = "guest_cases"

#: Where a visitor's session remembers the city whose pages he looked at last.
CITY = "city"

#: The page where the staff of a province log in too, though it is no city.
LOGIN = "public:city_login"

#: Tables that a GET may write: sessions, captcha and counters; nonces and refusals of a bank's signed calls.
_WRITABLE = ("django_session", "axes_", "identity_attempts", "bank_api_banknonce", "bank_api_refusedcalls")


class WroteOnGet(Exception):
    """A page that should only read tried to change data: a bug, so it crashes."""


class ActorMiddleware:
    """Sets `request.actor`, and `request.city`: a user's own city, a visitor's the one whose pages he looked at last.

    The city is looked up when it is first asked for.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: ActorRequest) -> HttpResponseBase:
        request.actor = actor_of(request.user)
        if request.actor.is_anonymous and (guest_cases := request.session.get(GUEST_CASES)):
            request.actor = replace(request.actor, guest_cases=frozenset(guest_cases))
        actor, remembered = request.actor, request.session.get(CITY, "")
        if actor.is_anonymous and remembered:
            _set_city(request, lambda: get_place(remembered) or city_of(jurisdiction_id=0))
        else:
            _set_city(request, lambda: city_of(jurisdiction_id=actor.jurisdiction_id))
        return self.get_response(request)

    def process_view(
        self, request: ActorRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> None:
        """A page of a city: a visitor is there from now on."""
        slug = kwargs.get("city")
        if slug and request.actor.is_anonymous:
            match = request.resolver_match
            found = get_place(slug) if match and match.view_name == LOGIN else get_city(slug)
            _set_city(request, lambda: found)
            if found is not None and request.session.get(CITY) != slug:
                request.session[CITY] = slug


def _set_city(request: ActorRequest, look_up: Callable[[], Jurisdiction | None]) -> None:
    request.city = cast(Jurisdiction, SimpleLazyObject(look_up))


class TransactionMiddleware:
    """GET and HEAD read only; every other method is one transaction that an error undoes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: ActorRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: ActorRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if getattr(view, "without_database", False):
            return None
        if not getattr(view, "refuses_nul_itself", False) and _holds_nul(request):
            raise BadRequest("a NUL byte is in no address and no text, and PostgreSQL keeps none")
        if request.method in ("GET", "HEAD", "OPTIONS"):
            with connection.execute_wrapper(_refuse_writes):
                return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)


def _holds_nul(request: ActorRequest) -> bool:
    sent = [request.GET] if request.method in ("GET", "HEAD") else [request.GET, request.POST]
    values = (value for part in sent for _, several in part.lists() for value in several)
    return "\0" in request.path or any("\0" in value for value in values)


def _refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    verb = sql.lstrip(" (\n").split(" ", 1)[0].upper()
    if verb in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "COPY") and not any(table in sql for table in _WRITABLE):
        raise WroteOnGet(sql[:80])
    return execute(sql, params, many, context)

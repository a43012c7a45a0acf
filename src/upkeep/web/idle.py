"""Whoever does nothing for a while is logged out: the server counts, the browser is not asked."""

import datetime as dt
from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

_SEEN, _MINUTES, _ENDED = "seen_at", "idle_minutes", "ended_after_minutes"
#: Where the login did not say otherwise (the defaults of `policy.login_rule` are 15 and 30).
_DEFAULT_MINUTES = 30
#: A session is written for this at most once a minute.
_GRAIN = dt.timedelta(minutes=1)


def begin_counting(request: HttpRequest, *, minutes: int, at: dt.datetime) -> None:
    """From now on; the city's rule is kept in the session, so that no request has to look it up."""
    request.session[_MINUTES], request.session[_SEEN] = minutes, at.timestamp()


def minutes_before_the_end(request: HttpRequest) -> int:
    """After how many idle minutes the last session was ended; 0 when it was not. Said once, then forgotten."""
    return int(request.session.pop(_ENDED, 0))


class IdleMiddleware:
    """Ends the session of whoever was idle too long, before anything else looks who he is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # The session alone tells whether somebody is logged in: no user is loaded for a visitor.
        if request.session.get("_auth_user_id"):
            self._count(request, now=timezone.now())
        return self.get_response(request)

    @staticmethod
    def _count(request: HttpRequest, *, now: dt.datetime) -> None:
        minutes = request.session.get(_MINUTES, _DEFAULT_MINUTES)
        idle = now.timestamp() - request.session.get(_SEEN, now.timestamp())
        if idle > minutes * 60:
            logout(request)
            request.session[_ENDED] = minutes
        elif idle >= _GRAIN.total_seconds() or _SEEN not in request.session:
            request.session[_SEEN] = now.timestamp()

"""Who may open a page. Deny by default: a view without `@access` fails `tests/web/test_access.py`."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from upkeep.parties.actor import Actor
from upkeep.parties.models import Jurisdiction
from upkeep.parties.roles import Role

View = Callable[..., HttpResponseBase]


class ActorRequest(HttpRequest):
    """A request whose actor is known: `web.middleware.ActorMiddleware` sets it."""

    actor: Actor
    city: Jurisdiction


def access(*roles: Role) -> Callable[[View], View]:
    """Let only actors with one of the roles in; a stranger is led to the login, the wrong role is refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ActorRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if Role.PUBLIC in roles or request.actor.has(*roles):
                return view(request, *args, **kwargs)
            if request.actor.is_anonymous:
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied

        guarded.access = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate

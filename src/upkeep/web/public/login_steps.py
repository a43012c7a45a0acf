"""Between the right password and being logged in: the steps that a user still has to take, one page each.

Until the last of them is done nobody is logged in: the session only remembers who is on the way.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from axes.utils import reset as forget_failures
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from upkeep.identity import passwords, second_factor
from upkeep.identity.key_rule import key_is_needed
from upkeep.kernel.dates import day_of
from upkeep.parties import actions, queries
from upkeep.parties.models import User
from upkeep.parties.roles import portal_of
from upkeep.policy.login_rule import login_rule
from upkeep.web.idle import begin_counting
from upkeep.web.shell import home_url

_PENDING, _BY_CODE = "pending_login", "came_by_code"
#: Whoever takes longer than this over the steps begins again.
_PATIENCE = dt.timedelta(minutes=10)
_BACKEND = "upkeep.identity.authentication.CityBackend"


@dataclass(frozen=True)
class LoginStep:
    """A page between password and home: its name, its address, and for whom it is."""

    name: str
    url_name: str
    is_needed: Callable[[User, dt.datetime], bool]


def _second_factor_is_needed(user: User, at: dt.datetime) -> bool:
    """A hardware key is a second factor already."""
    has_key = any(step.name == "key" and step.is_needed(user, at) for step in STEPS)
    return not has_key and second_factor.is_needed(user, at=at)


#: In this order. A package of pages that has a step of its own puts it here.
STEPS: list[LoginStep] = [
    LoginStep("key", "keys:step", key_is_needed),
    LoginStep("second_factor", "public:login_second_factor", _second_factor_is_needed),
    LoginStep("password", "public:login_password", lambda user, at: bool(passwords.why_change(user, at=at))),
]


def begin(request: HttpRequest, user: User) -> HttpResponse:
    """Name and password (or the code sent to the phone) are right: to the first step still needed, or logged in.

    Whose organisation is suspended is told so only now that he has proved who he is.
    """
    if why := queries.why_not_in(user):
        messages.error(request, why)
        return redirect("public:city_login", user.city.slug)
    request.session.cycle_key()
    request.session[_PENDING] = {
        "user": user.pk,
        "proof": user.get_session_auth_hash(),
        "until": (timezone.now() + _PATIENCE).timestamp(),
        "done": [],
        "next": safe_next(request),
    }
    return _go_on(request, user)


def pending_user(request: HttpRequest) -> User | None:
    """Who is on the way in, as long as his account is what it was at the first step."""
    kept = request.session.get(_PENDING)
    if not kept or timezone.now().timestamp() > kept["until"]:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["proof"], user.get_session_auth_hash()):
        return None
    return user


def step_done(request: HttpRequest, step: str) -> HttpResponse:
    """The step is taken: to the next one, or logged in. Whoever is not on the way is led to the login."""
    user = pending_user(request)
    if user is None:
        return redirect("public:login")
    kept = request.session[_PENDING]
    request.session[_PENDING] = kept | {"done": [*kept["done"], step]}
    return _go_on(request, user)


def is_at(request: HttpRequest, user: User, step: str) -> bool:
    """Whether this step is the one that waits: nobody takes a later one first."""
    return _waiting(request, user) == step


def renew_proof(request: HttpRequest, user: User) -> None:
    """The user on the way changed his own password: that does not throw him out."""
    request.session[_PENDING] = request.session[_PENDING] | {"proof": user.get_session_auth_hash()}


def note_code(request: HttpRequest) -> None:
    """This session proved a telephone by a code."""
    request.session[_BY_CODE] = True


def forget_code(request: HttpRequest) -> None:
    """Whatever this session proved before, its user comes by his password now."""
    request.session.pop(_BY_CODE, None)


def came_by_code(request: HttpRequest) -> bool:
    """Whether the user logged in with a code sent to his telephone, not with his password."""
    return bool(request.session.get(_BY_CODE))


def safe_next(request: HttpRequest) -> str:
    """The page the user was led away from, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else ""


def locked_name(*, city_id: int, realm: str, username: str) -> str:
    """Under which name failures are counted: the same login name of another city or realm is not locked with it."""
    return f"{city_id}/{realm}/{username.strip().lower()}"


def _waiting(request: HttpRequest, user: User) -> str | None:
    at, done = timezone.now(), request.session[_PENDING]["done"]
    for step in STEPS:
        if step.name not in done and step.is_needed(user, at):
            return step.name
    return None


def _go_on(request: HttpRequest, user: User) -> HttpResponse:
    waiting = _waiting(request, user)
    if waiting is not None:
        return redirect(next(step.url_name for step in STEPS if step.name == waiting))
    at, next_page = timezone.now(), request.session.pop(_PENDING)["next"]
    name = locked_name(city_id=user.city_id, realm=user.realm, username=user.username)
    request.login_name = name  # type: ignore[attr-defined]
    login(request, user, backend=_BACKEND)
    forget_failures(username=name)
    if user.has_usable_password():
        actions.note_first_use_of_password(user=user, at=at)
    rule = login_rule(jurisdiction_id=user.jurisdiction_id, on=day_of(at))
    is_staff = passwords.scope_of(user.realm) == "staff"
    begin_counting(request, minutes=rule.staff_idle_minutes if is_staff else rule.other_idle_minutes, at=at)
    return redirect(next_page or home_url(portal_of(queries.actor_of(user).roles)))

"""动态口令: setting the app up, and the step of the login that asks for its code."""

from typing import cast

import segno
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from upkeep.identity import limits, second_factor
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import User
from upkeep.parties.roles import BANK, EVERYONE, OFFICE
from upkeep.web.access import ActorRequest, access
from upkeep.web.public import login_steps
from upkeep.web.shell import layout_of

_STEP = "second_factor"
_WRONG = "动态口令不正确，请等应用显示下一个口令后再输入"


class CodeForm(forms.Form):
    """What the app shows."""

    code = forms.CharField(
        label="动态口令",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("code")
def login_page(request: ActorRequest) -> HttpResponse:
    """A step of the login: the code of the app, or a recovery code; who has no app yet and must have one sets it up."""
    user = login_steps.pending_user(request)
    if user is None or not login_steps.is_at(request, user, _STEP):
        return redirect("public:login")
    if not second_factor.is_enrolled(user.pk):
        return _set_up(request, user, layout="layout/public.html", is_login=True)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_right(form, user):
        return login_steps.step_done(request, _STEP)
    return render(request, "public/login_second_factor.html", {"form": form, "who": user.name})


@access(*OFFICE, *BANK)
@never_cache
@sensitive_post_parameters("code")
def manage_page(request: ActorRequest) -> HttpResponse:
    """One's own app: set up, or taken away again where the city leaves it to the user."""
    user, layout = cast(User, request.user), layout_of(request.actor.portal)
    if not second_factor.is_enrolled(user.pk):
        return _set_up(request, user, layout=layout, is_login=False)
    is_free = second_factor.wanted(user, on=timezone.localdate()) != "REQUIRED"
    form = CodeForm(request.POST or None)
    if request.method == "POST" and is_free and form.is_valid() and _is_right(form, user):
        second_factor.remove(user_id=user.pk)
        messages.success(request, "动态口令已停用")
        return redirect("public:second_factor")
    left = second_factor.recovery_codes_left(user.pk)
    context = {"form": form, "layout": layout, "left": left, "is_free": is_free}
    return render(request, "public/second_factor.html", context)


def _set_up(request: ActorRequest, user: User, *, layout: str, is_login: bool) -> HttpResponse:
    """Begin, show the picture, see one code of it; then the recovery codes, once."""
    form = CodeForm(request.POST if "code" in request.POST else None)
    at = timezone.now()
    if request.method == "POST" and "begin" in request.POST:
        second_factor.begin(user=user, at=at)
    waiting = second_factor.begun(user)
    context: dict[str, object] = {"form": form, "layout": layout, "is_login": is_login, "waiting": waiting}
    if waiting is not None and form.is_bound and form.is_valid():
        is_allowed = limits.allows(limits.FACTORS, key=str(user.pk), at=at)
        recovery = second_factor.confirm(user=user, code=form.cleaned_data["code"], at=at) if is_allowed else []
        if recovery:
            if is_login:
                request.session[_TAKEN] = user.pk
            return render(request, "public/recovery_codes.html", context | {"codes": recovery})
        form.add_error("code", _WRONG if is_allowed else "动态口令连续输错，请 15 分钟后再试")
    if waiting is not None:
        context["picture"] = segno.make(second_factor.address(waiting), error="m").svg_data_uri(scale=5, border=2)
        context["secret"] = " ".join(waiting.secret[at : at + 4] for at in range(0, len(waiting.secret), 4))
    return render(request, "public/set_up_second_factor.html", context)


#: The session's word that the app was set up and proved in this very login.
_TAKEN = "second_factor_set_up"


@access(*EVERYONE)
@never_cache
def go_on(request: ActorRequest) -> HttpResponse:
    """After the recovery codes were shown: on with the login that asked for the app."""
    user = login_steps.pending_user(request)
    if user is None or request.method != "POST" or request.session.pop(_TAKEN, None) != user.pk:
        return redirect("public:login")
    return login_steps.step_done(request, _STEP)


def _is_right(form: CodeForm, user: User) -> bool:
    try:
        if second_factor.passes(user=user, code=form.cleaned_data["code"], at=timezone.now()):
            return True
        form.add_error("code", _WRONG)
    except Refusal as refused:
        form.add_error("code", str(refused))
    return False

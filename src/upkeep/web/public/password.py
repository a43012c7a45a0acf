"""Changing one's password: at will, and at login when it is too old or was chosen by somebody else."""

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from upkeep.identity import limits, passwords
from upkeep.kernel.errors import HasProblems
from upkeep.parties.models import User
from upkeep.parties.roles import EVERYONE, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.public import login_steps
from upkeep.web.shell import home_url, layout_of

_LOGGED_IN = tuple(role for role in EVERYONE if role is not Role.PUBLIC)
_STEP = "password"


class NewPasswordForm(forms.Form):
    """The new password, twice."""

    new = forms.CharField(
        label="新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再次输入新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> None:
        """Both the same."""
        if "new" in self.cleaned_data and self.cleaned_data["new"] != self.cleaned_data.get("again"):
            self.add_error("again", "两次输入的新密码不一致")


class PasswordForm(NewPasswordForm):
    """The old password once, the new one twice."""

    old = forms.CharField(
        label="原密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old", "new", "again")


@access(*_LOGGED_IN)
@never_cache
@sensitive_post_parameters("old", "new", "again")
def password_page(request: ActorRequest) -> HttpResponse:
    """Changes one's own password; sessions elsewhere end with it."""
    user, at = cast(User, request.user), timezone.now()
    if not user.has_usable_password():
        return redirect("owner:account" if request.actor.has(Role.OWNER) else "public:home")
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not limits.allows(limits.OLD_PASSWORDS, key=str(user.pk), at=at):
            form.add_error("old", "原密码连续输错，请 15 分钟后再试")
        elif not user.check_password(form.cleaned_data["old"]):
            form.add_error("old", "原密码不正确")
        else:
            limits.forget(limits.OLD_PASSWORDS, key=str(user.pk))
            if change_password(form, user):
                update_session_auth_hash(request, user)
                messages.success(request, "密码已修改，下次请使用新密码登录")
                return redirect(home_url(request.actor.portal))
    return render(request, "public/password.html", _page(form, user) | {"layout": layout_of(request.actor.portal)})


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("new", "again")
def login_password_page(request: ActorRequest) -> HttpResponse:
    """A step of the login: the password has to be changed before one goes on. The old one was typed a moment ago."""
    user = login_steps.pending_user(request)
    if user is None or not login_steps.is_at(request, user, _STEP):
        return redirect("public:login")
    form, reason = NewPasswordForm(request.POST or None), passwords.why_change(user, at=timezone.now())
    if request.method == "POST" and form.is_valid() and change_password(form, user):
        login_steps.renew_proof(request, user)
        messages.success(request, "密码已修改，下次请使用新密码登录")
        return login_steps.step_done(request, _STEP)
    return render(request, "public/login_password.html", _page(form, user) | {"reason": reason})


def change_password(form: NewPasswordForm, user: User) -> bool:
    """The new password takes effect, or the form says what is wrong with it."""
    try:
        passwords.change(user=user, password=form.cleaned_data["new"], at=timezone.now())
    except HasProblems as weak:
        for problem in weak.problems:
            form.add_error("new", problem.text)
        return False
    return True


def _page(form: forms.Form, user: User) -> dict[str, object]:
    return {"form": form, "rules": passwords.in_words(passwords.rule_of(user, on=timezone.localdate()))}

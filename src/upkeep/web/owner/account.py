"""账号设置: a login name and password of one's own, beside the telephone."""

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from upkeep.identity import passwords
from upkeep.kernel.errors import HasProblems
from upkeep.kernel.masking import mask_phone
from upkeep.parties.actions import NameTaken, rename_account
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.public.login_steps import came_by_code
from upkeep.web.public.password import NewPasswordForm


class OwnNameForm(NewPasswordForm):
    """Name and password, for who does not want to wait for an SMS each time."""

    username = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9_]{3,29}$",
        label="用户名",
        help_text="4 至 30 位，字母开头，可用字母、数字和下划线",
        error_messages={"invalid": "用户名为 4 至 30 位，字母开头，只能用字母、数字和下划线"},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("username", "new", "again")


@access(Role.OWNER)
@never_cache
@sensitive_post_parameters("new", "again")
def account(request: ActorRequest) -> HttpResponse:
    """Sets name and password the first time, and again for who came in by a code because he forgot them."""
    user = cast(User, request.user)
    may_set = not user.has_usable_password() or came_by_code(request)
    initial = {"username": user.username} if user.has_usable_password() else {}
    form = OwnNameForm(request.POST or None, initial=initial)
    if request.method == "POST" and may_set and form.is_valid() and _set(form, user):
        update_session_auth_hash(request, user)
        messages.success(request, "用户名和密码已设置，下次可以用它们登录")
        return redirect("owner:home")
    context = {
        "form": form,
        "may_set": may_set,
        "has_password": user.has_usable_password(),
        "phone": mask_phone(user.phone),
        "rules": passwords.in_words(passwords.rule_of(user, on=timezone.localdate())),
    }
    return render(request, "owner/account.html", context)


def _set(form: OwnNameForm, user: User) -> bool:
    """Both or neither."""
    before = user.username
    try:
        with transaction.atomic():
            rename_account(user=user, username=form.cleaned_data["username"])
            passwords.change(user=user, password=form.cleaned_data["new"], at=timezone.now())
            return True
    except NameTaken as taken:
        form.add_error("username", str(taken))
    except HasProblems as weak:
        for problem in weak.problems:
            form.add_error("new", problem.text)
    user.username = before
    return False

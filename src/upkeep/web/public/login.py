"""Logging in and out, and changing one's password. Says the same whatever was wrong, and locks after five failures."""

from typing import Any, cast

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from upkeep.kernel.errors import HasProblems
from upkeep.parties import actions, queries
from upkeep.parties.models import User
from upkeep.parties.roles import EVERYONE, Portal, Role, portal_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.public import captcha
from upkeep.web.shell import home_url, layout_of

#: Tabs of the login page: which portal, what the name of the account is called there.
TABS = {
    "organisation": ("单位用户", "机构代码 / 登录名"),
    "office": ("管理中心", "登录名"),
    "bank": ("专户银行", "柜员号 / 登录名"),
}
_DEMO_SALT = "upkeep.web.public.login.demo"
_LOGGED_IN = tuple(role for role in EVERYONE if role is not Role.PUBLIC)


class LoginForm(forms.Form):
    """Name, password and the letters of the picture; a demo pass stands in for the letters."""

    username = forms.CharField(
        label="登录名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label="登录密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    captcha = forms.CharField(
        label="验证码",
        max_length=captcha.LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class PasswordForm(forms.Form):
    """The old password once, the new one twice."""

    old = forms.CharField(
        label="原密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        max_length=128,
        strip=False,
        help_text="至少 12 位，不能与登录名相近，也不能是常见密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再次输入新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("password")
def login_page(request: ActorRequest) -> HttpResponse:
    """Shows the form; checks picture, lock and password in this order, so that nobody makes us hash for nothing."""
    if request.method != "POST":
        if not request.actor.is_anonymous:
            return redirect(home_url(request.actor.portal))
        return _show(request, LoginForm())
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=400)
    if not _is_no_machine(request, form.cleaned_data):
        form.add_error("captcha", "验证码不正确或已过期，请按新图片重新输入")
        return _show(request, form, status=400)
    user = authenticate(request, username=form.cleaned_data["username"], password=form.cleaned_data["password"])
    if user is None:
        left = _tries_left(request, form.cleaned_data["username"])
        form.add_error(None, f"登录名或密码不正确，还可尝试 {left} 次" if left else "登录名或密码不正确")
        return _show(request, form, status=400)
    login(request, user)
    roles = queries.actor_of(user).roles
    return redirect(_safe_next(request) or home_url(portal_of(roles)))


@access(*EVERYONE)
@never_cache
@require_safe
def captcha_image(request: ActorRequest) -> HttpResponse:
    """A new picture of letters; the one shown before no longer counts."""
    return HttpResponse(captcha.draw(session=request.session, at=timezone.now()), content_type="image/png")


@access(*EVERYONE)
@require_POST
def logout_page(request: ActorRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    messages.success(request, "您已安全退出")
    return redirect("public:login")


@access(*_LOGGED_IN)
@never_cache
@sensitive_post_parameters("old", "new", "again")
def password_page(request: ActorRequest) -> HttpResponse:
    """Changes one's own password; sessions elsewhere end with it."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = cast(User, request.user)
        new = form.cleaned_data["new"]
        if not user.check_password(form.cleaned_data["old"]):
            form.add_error("old", "原密码不正确")
        elif new != form.cleaned_data["again"]:
            form.add_error("again", "两次输入的新密码不一致")
        else:
            try:
                actions.change_password(user=user, password=new)
            except HasProblems as weak:
                for problem in weak.problems:
                    form.add_error("new", problem.text)
            else:
                update_session_auth_hash(request, user)
                messages.success(request, "密码已修改，下次请使用新密码登录")
                return redirect(home_url(request.actor.portal))
    return render(request, "public/password.html", {"form": form, "layout": layout_of(request.actor.portal)})


def locked_out(request: ActorRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """What django-axes answers once five tries have failed: the login page with the reason and the way on."""
    form = LoginForm(request.POST)
    form.is_valid()
    form.add_error(
        None, "连续 5 次登录失败，该账号已锁定 15 分钟。请稍后再试；忘记密码请联系单位管理员或管理中心重置。"
    )
    return _show(request, form, status=429)


def _show(request: ActorRequest, form: LoginForm, *, status: int = 200) -> HttpResponse:
    tab = request.GET.get("as", "organisation")
    tab = tab if tab in TABS else "organisation"
    keep = {"next": safe} if (safe := _safe_next(request)) else {}
    form.fields["username"].label = TABS[tab][1]
    context = {
        "form": form,
        "tab": TABS[tab][0],
        "tabs": [(title, _tab_url(request, key, keep), None) for key, (title, _) in TABS.items()],
        "next": keep.get("next", ""),
        "demo_groups": _demo_groups() if settings.DEMO else [],
        "demo_password": settings.DEMO_PASSWORD,
    }
    return render(request, "public/login.html", context, status=status)


def _tab_url(request: HttpRequest, key: str, keep: dict[str, str]) -> str:
    parameters = request.GET.copy()
    parameters.clear()
    parameters.update({"as": key, **keep})
    return f"{request.path}?{parameters.urlencode()}"


def _is_no_machine(request: HttpRequest, sent: dict[str, str]) -> bool:
    if settings.DEMO and (demo_pass := request.POST.get("demo_pass")):
        try:
            return bool(signing.loads(demo_pass, salt=_DEMO_SALT, max_age=3600) == sent["username"])
        except signing.BadSignature:
            return False
    return captcha.passes(session=request.session, answer=sent["captcha"], at=timezone.now())


def _tries_left(request: HttpRequest, username: str) -> int:
    failed = AxesProxyHandler.get_failures(request, {"username": username})
    return max(0, int(settings.AXES_FAILURE_LIMIT) - int(failed))


def _safe_next(request: HttpRequest) -> str:
    """The page the user was led away from, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else ""


def _demo_groups() -> list[tuple[str, list[dict[str, str]]]]:
    """Demo accounts by portal, each with a pass that stands in for the picture."""
    groups: dict[Portal, list[dict[str, str]]] = {}
    for account in queries.demo_accounts():
        groups.setdefault(account.portal, []).append(
            {
                "username": account.username,
                "name": account.name,
                "role": "、".join(role.label for role in account.roles),
                "organisation": account.organisation,
                "demo_pass": signing.dumps(account.username, salt=_DEMO_SALT),
            }
        )
    return [(portal.label, groups[portal]) for portal in Portal if portal in groups]

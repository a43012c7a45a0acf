"""Logging in by name and password, and out. Says the same whatever was wrong, and locks after five failures."""

from dataclasses import dataclass
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from upkeep.identity import limits
from upkeep.parties import queries
from upkeep.parties.models import Jurisdiction, OrganisationKind
from upkeep.parties.roles import EVERYONE, Portal
from upkeep.policy.login_rule import login_rule
from upkeep.web.access import ActorRequest, access
from upkeep.web.address import address_of
from upkeep.web.idle import minutes_before_the_end
from upkeep.web.public import captcha, login_steps
from upkeep.web.public.login_steps import locked_name, safe_next
from upkeep.web.shell import home_url


@dataclass(frozen=True)
class Tab:
    """One kind of user on the login page: what he is called, where his account lives, what his login name is."""

    title: str
    realm: Portal
    name_label: str
    kind: str = ""


#: By the word in the address (`?as=`).
TABS = {
    "developer": Tab("开发建设单位", Portal.ORGANISATION, "机构代码 / 登录名", OrganisationKind.DEVELOPER),
    "company": Tab("物业服务企业", Portal.ORGANISATION, "机构代码 / 登录名", OrganisationKind.PROPERTY_COMPANY),
    "committee": Tab("业主委员会", Portal.ORGANISATION, "机构代码 / 登录名", OrganisationKind.OWNERS_COMMITTEE),
    "selling": Tab("售房单位", Portal.ORGANISATION, "机构代码 / 登录名", OrganisationKind.SELLING_UNIT),
    "owner": Tab("业主", Portal.OWNER, "用户名"),
    "office": Tab("管理中心", Portal.OFFICE, "登录名"),
    "bank": Tab("专户银行", Portal.BANK, "柜员号 / 登录名"),
}
FIRST_TAB = "developer"
_DEMO_SALT = "upkeep.web.public.login.demo"
#: Tries of one name at once are judged one after another: without it, many at once would outrun the lock.
_ONE_BY_ONE = limits.Limit("login-name", 1_000_000, limits.LOGINS_AN_HOUR.window)
_TOO_OFTEN = "您所在的网络登录尝试过于频繁，请稍后再试"


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


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("password")
def login_page(request: ActorRequest, city: str = "") -> HttpResponse:
    """The form of a city; without a city, the one last visited, the only one, or the choice among several."""
    if request.method != "POST" and not request.actor.is_anonymous:
        return redirect(home_url(request.actor.portal))
    if city and (not request.city or request.city.slug != city):
        raise Http404
    if not request.city or (not city and "choose" in request.GET):
        return _choose_city(request)
    key = tab_key(request)
    if request.method != "POST":
        ways = owner_ways(request.city)
        if key == "owner" and "PASSWORD" not in ways and "CODE" in ways:
            return redirect(f"{reverse('public:login_by_code', args=[request.city.slug])}?{_query(request, {})}")
        return _show(request, LoginForm(), city=request.city)
    return _try(request, LoginForm(request.POST), city=request.city, tab=TABS[key])


def _try(request: ActorRequest, form: LoginForm, *, city: Jurisdiction, tab: Tab) -> HttpResponse:
    """Address, picture, lock and password in this order, so that nobody makes us hash for nothing."""
    if is_too_often(request):
        form.is_valid()
        form.add_error(None, _TOO_OFTEN)
        return _show(request, form, city=city, status=429)
    if not form.is_valid():
        return _show(request, form, city=city, status=400)
    if not _is_no_machine(request, form.cleaned_data, city=city, tab=tab):
        form.add_error("captcha", "验证码不正确或已过期，请按新图片重新输入")
        return _show(request, form, city=city, status=400)
    name = locked_name(city_id=city.pk, realm=tab.realm, username=form.cleaned_data["username"])
    request.login_name = name  # type: ignore[attr-defined]
    limits.allows(_ONE_BY_ONE, key=name, at=timezone.now())
    user = authenticate(
        request,
        username=form.cleaned_data["username"],
        password=form.cleaned_data["password"],
        city_id=city.pk,
        realm=tab.realm,
        kind=tab.kind,
    )
    if user is None or (tab.realm == Portal.OWNER and "PASSWORD" not in owner_ways(city)):
        left = _tries_left(request, name)
        form.add_error(None, f"登录名或密码不正确，还可尝试 {left} 次" if left else "登录名或密码不正确")
        return _show(request, form, city=city, status=400)
    login_steps.forget_code(request)
    return login_steps.begin(request, user)


@access(*EVERYONE)
@never_cache
@require_safe
def captcha_image(request: ActorRequest) -> HttpResponse:
    """A new picture of letters; the one shown before no longer counts."""
    return HttpResponse(captcha.draw(session=request.session, at=timezone.now()), content_type="image/png")


@access(*EVERYONE)
@require_POST
def logout_page(request: ActorRequest) -> HttpResponse:
    """Ends the session, and leads back to the login of the same city."""
    city = request.city
    logout(request)
    messages.success(request, "您已安全退出")
    return redirect("public:city_login", city.slug) if city else redirect("public:login")


def name_that_is_locked(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What django-axes counts failures by: city, realm and login name together."""
    return str(getattr(request, "login_name", "") or (credentials or {}).get("username", ""))


def locked_out(request: ActorRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """What django-axes answers once five tries have failed: the login page with the reason and the way on."""
    form = LoginForm(request.POST)
    form.is_valid()
    form.add_error(
        None, "连续 5 次登录失败，该账号已锁定 15 分钟。请稍后再试；忘记密码请联系单位管理员或管理中心重置。"
    )
    return _show(request, form, city=request.city, status=429)


def is_too_often(request: HttpRequest) -> bool:
    """Whether this address has tried to log in too often; counts the try."""
    at, address = timezone.now(), address_of(request)
    counted = [limits.allows(limit, key=address, at=at) for limit in (limits.LOGINS_A_MINUTE, limits.LOGINS_AN_HOUR)]
    return not all(counted)


def owner_ways(city: Jurisdiction) -> tuple[str, ...]:
    """By which ways the city's owners log in: "PASSWORD", "CODE"."""
    return login_rule(jurisdiction_id=city.pk, on=timezone.localdate()).owner_ways


def tab_key(request: HttpRequest) -> str:
    """Which tab is open."""
    key = request.GET.get("as", FIRST_TAB)
    return key if key in TABS else FIRST_TAB


def frame(request: ActorRequest, *, city: Jurisdiction, key: str) -> dict[str, Any]:
    """What every login page of a city shows around its form."""
    keep = {"next": safe} if (safe := safe_next(request)) else {}
    address = reverse("public:city_login", args=[city.slug])
    return {
        "city": city,
        "tab": TABS[key].title,
        "tabs": [(one.title, f"{address}?{urlencode({'as': word, **keep})}", None) for word, one in TABS.items()],
        "next": keep.get("next", ""),
        "address": f"{address}?{urlencode({'as': key})}",
        "idle_minutes": minutes_before_the_end(request),
        "several_cities": queries.cities().count() > 1,
        "choose_city_url": f"{reverse('public:login')}?{urlencode({'choose': '1', **keep})}",
        "demo_cities": [one for one in _demo_cities() if one["city"] == city],
        "demo_password": settings.DEMO_PASSWORD,
    }


def _show(request: ActorRequest, form: LoginForm, *, city: Jurisdiction, status: int = 200) -> HttpResponse:
    key = tab_key(request)
    form.fields["username"].label = TABS[key].name_label
    context = frame(request, city=city, key=key) | {"form": form, "is_owner": key == "owner"}
    if key == "owner":
        ways, word = owner_ways(city), _query(request, {})
        context["code_url"] = f"{reverse('public:login_by_code', args=[city.slug])}?{word}" if "CODE" in ways else ""
    return render(request, "public/login.html", context, status=status)


def _choose_city(request: ActorRequest) -> HttpResponse:
    query = _query(request, {})
    places = [
        (city, f"{reverse('public:city_login', args=[city.slug])}{'?' + query if query else ''}")
        for city in queries.cities()
    ]
    context = {
        "places": places,
        "next": safe_next(request),
        "idle_minutes": minutes_before_the_end(request),
        "demo_cities": _demo_cities(),
        "demo_password": settings.DEMO_PASSWORD,
    }
    return render(request, "public/login_cities.html", context)


def _query(request: HttpRequest, more: dict[str, str]) -> str:
    """What is carried from one login page to the next."""
    keep = {"as": request.GET["as"]} if request.GET.get("as") in TABS else {}
    if safe := safe_next(request):
        keep["next"] = safe
    return urlencode(keep | more)


def _is_no_machine(request: HttpRequest, sent: dict[str, str], *, city: Jurisdiction, tab: Tab) -> bool:
    if settings.DEMO and (demo_pass := request.POST.get("demo_pass")):
        account = locked_name(city_id=city.pk, realm=tab.realm, username=sent["username"])
        try:
            return bool(signing.loads(demo_pass, salt=_DEMO_SALT, max_age=3600) == account)
        except signing.BadSignature:
            return False
    return captcha.passes(session=request.session, answer=sent["captcha"], at=timezone.now())


def _tries_left(request: HttpRequest, name: str) -> int:
    failed = AxesProxyHandler.get_failures(request, {"username": name})
    return max(0, int(settings.AXES_FAILURE_LIMIT) - int(failed))


def _tab_of(account: queries.DemoAccount) -> str:
    """Where the account logs in; who is of no organisation yet may use the tab of any."""
    kinds = ("", account.kind) if account.kind else [tab.kind for tab in TABS.values()]
    return next(word for word, tab in TABS.items() if tab.realm == account.realm and tab.kind in kinds)


def _demo_cities() -> list[dict[str, Any]]:
    """Demo accounts by city and portal, each with a pass that stands in for the picture. None outside the demo."""
    if not settings.DEMO:
        return []
    found: dict[int, dict[str, Any]] = {}
    for account in queries.demo_accounts():
        place = found.setdefault(account.city.pk, {"city": account.city, "groups": {}})
        key = _tab_of(account)
        place["groups"].setdefault(account.portal, []).append(
            {
                "username": account.username,
                "name": account.name,
                "role": "、".join(role.label for role in account.roles),
                "organisation": account.organisation,
                "address": f"{reverse('public:city_login', args=[account.city.slug])}?{urlencode({'as': key})}",
                "demo_pass": signing.dumps(
                    locked_name(city_id=account.city.pk, realm=account.realm, username=account.username),
                    salt=_DEMO_SALT,
                ),
            }
        )
    for place in found.values():
        groups = place["groups"]
        place["groups"] = [(portal.label, groups[portal]) for portal in Portal if portal in groups]
    return list(found.values())

"""The key as a step of the login, after the password: a security key, or the USB key given by the office."""

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from upkeep.identity import security_keys
from upkeep.identity.key_certificates import message_to_sign, must_confirm, prove_by_certificate
from upkeep.identity.key_rule import live_certificates
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import User
from upkeep.parties.roles import EVERYONE
from upkeep.web.access import ActorRequest, access
from upkeep.web.keys.exchange import better_address, refused, sent_json, session_of, site_of, text_of
from upkeep.web.public import login_steps

NAME = "key"
_GONE = "登录已超时，请返回登录页重新输入密码"
CONFIRM_FIRST = "该密钥是旧系统发放的，首次使用请先办理“经办人信息确认”"


@access(*EVERYONE)
@never_cache
@require_safe
@csp_update({"connect-src": [settings.KEY_SERVICE]})  # type: ignore[arg-type]
def show(request: ActorRequest) -> HttpResponse:
    """Asks for the key; who has none and must have one reads where to get it, and gets no further."""
    user = _pending(request)
    if user is None:
        return redirect("public:login")
    keys, host = list(security_keys.live_keys(user_id=user.pk)), site_of(request).host
    working = [key for key in keys if key.suspended_at is None]
    context = {
        "who": user.name,
        "office": user.city,
        "has_key": bool(keys),
        "usable": [key for key in working if key.site == host],
        "elsewhere": [key for key in working if key.site != host],
        "has_certificate": live_certificates(user_id=user.pk),
        "key_service": settings.KEY_SERVICE,
        "better_address": better_address(request),
    }
    return render(request, "keys/step.html", context)


@access(*EVERYONE)
@require_POST
def options(request: ActorRequest) -> HttpResponse:
    """A challenge for the user's security keys."""
    user = _pending(request)
    if user is None:
        return refused(_GONE)
    at = timezone.now()
    told = security_keys.login_options(user=user, session_key=session_of(request), site=site_of(request), at=at)
    return HttpResponse(told, content_type="application/json")


@access(*EVERYONE)
@require_POST
def check(request: ActorRequest) -> HttpResponse:
    """The security key's answer."""
    user = _pending(request)
    if user is None:
        return refused(_GONE)
    answer = sent_json(request).get("answer")
    try:
        security_keys.prove_by_key(
            user=user, answer=answer, session_key=session_of(request), site=site_of(request), at=timezone.now()
        )
    except Refusal as wrong:
        return refused(wrong)
    return JsonResponse({"url": login_steps.step_done(request, NAME)["Location"]})


@access(*EVERYONE)
@require_POST
def message(request: ActorRequest) -> HttpResponse:
    """What the USB key is to sign."""
    user = _pending(request)
    if user is None:
        return refused(_GONE)
    at, site = timezone.now(), site_of(request)
    return JsonResponse(
        {"message": message_to_sign(session_key=session_of(request), user_id=user.pk, site=site, at=at)}
    )


@access(*EVERYONE)
@require_POST
def certificate(request: ActorRequest) -> HttpResponse:
    """The USB key's certificate and signature."""
    user, told, at = _pending(request), sent_json(request), timezone.now()
    if user is None:
        return refused(_GONE)
    try:
        given = prove_by_certificate(
            certificate=text_of(told, "certificate"),
            signature=text_of(told, "signature"),
            user=user,
            jurisdiction_id=user.city_id,
            session_key=session_of(request),
            site=site_of(request),
            at=at,
        )
    except Refusal as wrong:
        return refused(wrong)
    if must_confirm(given, at=at):
        return refused(CONFIRM_FIRST)
    return JsonResponse({"url": login_steps.step_done(request, NAME)["Location"]})


def _pending(request: ActorRequest) -> User | None:
    """Who stands at this step; nobody takes it out of turn."""
    user = login_steps.pending_user(request)
    return user if user is not None and login_steps.is_at(request, user, NAME) else None

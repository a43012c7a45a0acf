"""密钥登录: the USB key shows its certificate's number as the user name by itself; the password is the second factor."""

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from upkeep.identity.key_certificates import message_to_sign, must_confirm, prove_by_certificate
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import EVERYONE
from upkeep.policy.login_rule import login_rule
from upkeep.web.access import ActorRequest, access
from upkeep.web.keys.exchange import refused, sent_json, session_of, site_of, text_of
from upkeep.web.keys.step import CONFIRM_FIRST, NAME
from upkeep.web.public import login_steps
from upkeep.web.public.login import is_too_often
from upkeep.web.public.notices import city_or_404
from upkeep.web.shell import home_url


@access(*EVERYONE)
@never_cache
@require_safe
@csp_update({"connect-src": [settings.KEY_SERVICE]})  # type: ignore[arg-type]
def show(request: ActorRequest, city: str) -> HttpResponse:
    """The form."""
    if not request.actor.is_anonymous:
        return redirect(home_url(request.actor.portal))
    found = city_or_404(request, city)
    rule = login_rule(jurisdiction_id=found.pk, on=timezone.localdate())
    context = {"city": found, "key_service": settings.KEY_SERVICE, "confirms": rule.confirm_operator}
    return render(request, "keys/login.html", context)


@access(*EVERYONE)
@require_POST
def message(request: ActorRequest, city: str) -> HttpResponse:
    """What the USB key is to sign."""
    city_or_404(request, city)
    at, site = timezone.now(), site_of(request)
    return JsonResponse({"message": message_to_sign(session_key=session_of(request), user_id=None, site=site, at=at)})


@access(*EVERYONE)
@require_POST
@sensitive_variables("told", "password")
def check(request: ActorRequest, city: str) -> HttpResponse:
    """Certificate and signature first, then the password: without the key nobody can even try passwords."""
    found, told, at = city_or_404(request, city), sent_json(request), timezone.now()
    if is_too_often(request):
        return refused("您所在的网络登录尝试过于频繁，请稍后再试", status=429)
    try:
        given = prove_by_certificate(
            certificate=text_of(told, "certificate"),
            signature=text_of(told, "signature"),
            user=None,
            jurisdiction_id=found.pk,
            session_key=session_of(request),
            site=site_of(request),
            at=at,
        )
    except Refusal as wrong:
        return refused(wrong)
    if must_confirm(given, at=at):
        return refused(CONFIRM_FIRST)
    user = given.user
    request.login_name = login_steps.locked_name(  # type: ignore[attr-defined]
        city_id=user.city_id, realm=user.realm, username=user.username
    )
    password = text_of(told, "password")
    known = authenticate(request, username=user.username, password=password, city_id=user.city_id, realm=user.realm)
    if known is None:
        return refused("密码不正确，请重新输入；连续 5 次输错，账号将锁定 15 分钟")
    answer = login_steps.begin(request, user)
    if login_steps.pending_user(request) is not None:
        answer = login_steps.step_done(request, NAME)
    return JsonResponse({"url": answer["Location"]})

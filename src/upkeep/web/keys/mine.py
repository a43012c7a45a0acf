"""我的密钥: one's own security keys, the certificates given by the office, and what happened to them."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from upkeep.identity import limits, security_keys
from upkeep.identity.key_rule import check_may_remove, key_rule_for
from upkeep.identity.models import KeyCertificate, KeyEvent
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import User
from upkeep.parties.roles import BANK, OFFICE, ORGANISATION
from upkeep.web.access import ActorRequest, access
from upkeep.web.keys.exchange import better_address, refused, sent_json, session_of, site_of, text_of
from upkeep.web.shell import layout_of

_HOLDERS = (*OFFICE, *BANK, *ORGANISATION)
_LATEST = 20


@access(*_HOLDERS)
@never_cache
@require_safe
def my_keys(request: ActorRequest) -> HttpResponse:
    """The list, with a form to add one."""
    user = cast(User, request.user)
    context = {
        "layout": layout_of(request.actor.portal),
        "keys": security_keys.live_keys(user_id=user.pk),
        "certificates": KeyCertificate.objects.filter(user=user, revoked_at__isnull=True),
        "events": KeyEvent.objects.filter(user=user).order_by("-at", "-id")[:_LATEST],
        "rule": key_rule_for(user, at=timezone.now()),
        "better_address": better_address(request),
    }
    return render(request, "keys/mine.html", context)


@access(*_HOLDERS)
@require_POST
def options(request: ActorRequest) -> HttpResponse:
    """What the browser needs to register a key; given only to whoever knows the password."""
    user, at = cast(User, request.user), timezone.now()
    try:
        _check_password(user, text_of(sent_json(request), "password"))
    except Refusal as wrong:
        return refused(wrong)
    told = security_keys.registration_options(user=user, session_key=session_of(request), site=site_of(request), at=at)
    return HttpResponse(told, content_type="application/json")


@access(*_HOLDERS)
@require_POST
def add(request: ActorRequest) -> HttpResponse:
    """Keep the key that was registered."""
    told, user = sent_json(request), cast(User, request.user)
    try:
        key = security_keys.register_key(
            user=user,
            name=text_of(told, "name"),
            answer=told.get("answer"),
            session_key=session_of(request),
            site=site_of(request),
            by_id=user.pk,
            at=timezone.now(),
        )
    except Refusal as wrong:
        return refused(wrong)
    messages.success(request, f"密钥“{key.name}”已登记，下次登录时请插入密钥")
    return JsonResponse({"url": reverse("keys:mine")})


@access(*_HOLDERS)
@never_cache
@sensitive_post_parameters("password")
def remove(request: ActorRequest, key_id: int) -> HttpResponse:
    """Take one's key out of use; the password is asked again."""
    user, at, problem = cast(User, request.user), timezone.now(), ""
    key = security_keys.live_keys(user_id=user.pk).filter(pk=key_id).first()
    if key is None:
        raise Http404
    if request.method == "POST":
        try:
            _check_password(user, request.POST.get("password", ""))
            check_may_remove(user, at=at)
        except Refusal as wrong:
            problem = str(wrong)
        else:
            security_keys.remove_key(key=key, by_id=user.pk, at=at)
            messages.success(request, f"密钥“{key.name}”已删除")
            return redirect("keys:mine")
    context = {"layout": layout_of(request.actor.portal), "key": key, "problem": problem}
    return render(request, "keys/remove.html", context, status=400 if problem else 200)


def _check_password(user: User, password: str) -> None:
    if not limits.allows(limits.OLD_PASSWORDS, key=str(user.pk), at=timezone.now()):
        raise Refusal("密码连续输错，请 15 分钟后再试")
    if not user.check_password(password):
        raise Refusal("登录密码不正确，请重新输入")
    limits.forget(limits.OLD_PASSWORDS, key=str(user.pk))

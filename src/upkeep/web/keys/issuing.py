"""密钥发放: the security administrator gives keys to the users of his city and takes them back."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from upkeep.identity import security_keys
from upkeep.identity.key_certificates import issue_certificate, revoke_certificate
from upkeep.identity.models import KeyCertificate, KeyEvent, SecurityKey
from upkeep.identity.sm2 import tidy_number
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.parties.models import User
from upkeep.parties.queries import within
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.keys.exchange import better_address, refused, sent_json, session_of, site_of, text_of

_PER_PAGE, _LATEST = 20, 20


class CertificateForm(forms.Form):
    """A certificate and the days on which the office lets it be used."""

    certificate = forms.FileField(label="证书文件", help_text="密钥中的签名证书，扩展名为 cer、crt 或 pem")
    valid_from = DayField(label="启用日期")
    valid_until = DayField(label="停用日期", help_text="不得晚于证书自身的有效期")
    is_old = forms.BooleanField(label="旧系统发放的密钥（首次登录须确认经办人信息）", required=False)


class ReasonForm(forms.Form):
    """Why a key is taken back."""

    reason = forms.CharField(label="收回原因", max_length=200)


@access(Role.SECURITY_ADMIN)
@require_safe
def holders(request: ActorRequest) -> HttpResponse:
    """The users of the city, found by name, login name, organisation or certificate number, with their keys counted."""
    words = request.GET.get("q", "").strip()[:60]
    users = _users(request).order_by("jurisdiction_id", "organisation__name", "username")
    if words:
        numbered = KeyCertificate.objects.filter(number=tidy_number(words), revoked_at__isnull=True).values("user")
        named = Q(name__icontains=words) | Q(username__icontains=words) | Q(organisation__name__icontains=words)
        users = users.filter(named | Q(pk__in=numbered))
    kept, given = Q(security_keys__removed_at__isnull=True), Q(key_certificates__revoked_at__isnull=True)
    users = users.annotate(
        key_count=Count("security_keys", filter=kept, distinct=True),
        certificate_count=Count("key_certificates", filter=given, distinct=True),
    )
    page = Paginator(users, _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "keys/holders.html", {"page": page, "q": words})


@access(Role.SECURITY_ADMIN)
@never_cache
def holder(request: ActorRequest, user_id: int) -> HttpResponse:
    """One user's keys, with the forms that give him one more."""
    user = _user_or_404(request, user_id)
    form = CertificateForm(request.POST or None, request.FILES or None, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid() and _issue(request, user, form):
        return redirect("keys:holder", user.pk)
    context = {
        "holder": user,
        "keys": security_keys.live_keys(user_id=user.pk),
        "certificates": KeyCertificate.objects.filter(user=user).select_related("authority").order_by("-issued_at"),
        "events": KeyEvent.objects.filter(user=user).select_related("by").order_by("-at", "-id")[:_LATEST],
        "form": form,
        "better_address": better_address(request),
    }
    return render(request, "keys/holder.html", context, status=400 if form.is_bound else 200)


@access(Role.SECURITY_ADMIN)
@require_POST
def options(request: ActorRequest, user_id: int) -> HttpResponse:
    """What the browser needs to register the key that the user has brought along."""
    user, at = _user_or_404(request, user_id), timezone.now()
    told = security_keys.registration_options(user=user, session_key=session_of(request), site=site_of(request), at=at)
    return HttpResponse(told, content_type="application/json")


@access(Role.SECURITY_ADMIN)
@require_POST
def add(request: ActorRequest, user_id: int) -> HttpResponse:
    """Keep the key that was registered at the window."""
    user, told = _user_or_404(request, user_id), sent_json(request)
    try:
        key = security_keys.register_key(
            user=user,
            name=text_of(told, "name"),
            answer=told.get("answer"),
            session_key=session_of(request),
            site=site_of(request),
            by_id=request.actor.user_id,
            at=timezone.now(),
        )
    except Refusal as wrong:
        return refused(wrong)
    messages.success(request, f"安全密钥“{key.name}”已为 {user.name} 登记")
    return JsonResponse({"url": reverse("keys:holder", args=[user.pk])})


@access(Role.SECURITY_ADMIN)
@require_POST
def remove(request: ActorRequest, key_id: int) -> HttpResponse:
    """Take a lost or copied security key out of use."""
    key = SecurityKey.objects.filter(pk=key_id, removed_at__isnull=True, user__in=_users(request)).first()
    if key is None:
        raise Http404
    security_keys.remove_key(key=key, by_id=request.actor.user_id, at=timezone.now())
    messages.success(request, f"安全密钥“{key.name}”已收回")
    return redirect("keys:holder", key.user_id)


@access(Role.SECURITY_ADMIN)
def revoke(request: ActorRequest, given_id: int) -> HttpResponse:
    """Take a certificate back, with the reason."""
    waiting = KeyCertificate.objects.filter(pk=given_id, revoked_at__isnull=True, user__in=_users(request))
    given = waiting.select_related("user").first()
    if given is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        revoke_certificate(given=given, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now())
        messages.success(request, f"证书密钥 {given.number} 已收回，不能再用于登录")
        return redirect("keys:holder", given.user_id)
    return render(request, "keys/revoke.html", {"given": given, "form": form})


@access(Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
@require_safe
def log(request: ActorRequest) -> HttpResponse:
    """密钥记录 of the city, the newest first."""
    lines = KeyEvent.objects.filter(user__in=_users(request)).select_related("user__organisation", "by")
    page = Paginator(lines.order_by("-at", "-id"), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "keys/log.html", {"page": page})


def _issue(request: ActorRequest, user: User, form: CertificateForm) -> bool:
    told = form.cleaned_data
    try:
        given = issue_certificate(
            user=user,
            content=told["certificate"].read(64 * 1024),
            valid_from=told["valid_from"],
            valid_until=told["valid_until"],
            is_old=told["is_old"],
            by=request.actor,
            at=timezone.now(),
        )
    except HasProblems as wrong:
        for problem in wrong.problems:
            form.add_error(problem.field, problem.text)
        return False
    except Refusal as wrong:
        form.add_error("certificate", str(wrong))
        return False
    messages.success(request, f"证书密钥 {given.number} 已发放给 {user.name}")
    return True


def _users(request: ActorRequest) -> QuerySet[User]:
    """The users of the administrator's city, organisations' and the office's alike; owners have no keys."""
    mine = User.objects.filter(jurisdiction_id__in=within(request.actor.jurisdiction_id))
    return mine.exclude(realm="owner")


def _user_or_404(request: ActorRequest, user_id: int) -> User:
    found = _users(request).filter(pk=user_id).first()
    if found is None:
        raise Http404
    return found

"""认证机构与吊销列表: whose certificates the city believes."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from upkeep.identity.authorities import add_authority, authorities_of, load_list, withdraw_authority
from upkeep.identity.models import CertificateAuthority
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access

_LARGEST_CERTIFICATE, _LARGEST_LIST = 64 * 1024, 17 * 1024 * 1024


class AuthorityForm(forms.Form):
    """The certificate of a CA."""

    certificate = forms.FileField(
        label="认证机构证书", help_text="国密（SM2）根证书；下级机构的证书须在其根证书之后添加"
    )


@access(Role.SECURITY_ADMIN)
def authorities(request: ActorRequest) -> HttpResponse:
    """The list, and the form that adds one."""
    form, now = AuthorityForm(request.POST or None, request.FILES or None), timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            content = form.cleaned_data["certificate"].read(_LARGEST_CERTIFICATE)
            added = add_authority(content=content, by=request.actor, at=now)
        except Refusal as wrong:
            form.add_error("certificate", str(wrong))
        else:
            messages.success(request, f"已添加认证机构“{added.name}”，请导入它的吊销列表")
            return redirect("keys:authorities")
    found = authorities_of(jurisdiction_id=request.actor.jurisdiction_id)
    rows = [(one, getattr(one, "revocation_list", None)) for one in found.select_related("revocation_list")]
    context = {"rows": rows, "form": form, "now": now, "mine": request.actor.jurisdiction_id}
    return render(request, "keys/authorities.html", context, status=400 if form.is_bound else 200)


@access(Role.SECURITY_ADMIN)
@require_POST
def withdraw(request: ActorRequest, authority_id: int) -> HttpResponse:
    """Believe a CA no longer."""
    authority = _authority_or_404(request, authority_id)
    withdraw_authority(authority=authority, by=request.actor, at=timezone.now())
    messages.success(request, f"已停用认证机构“{authority.name}”，它签发的密钥不能再登录")
    return redirect("keys:authorities")


@access(Role.SECURITY_ADMIN)
@require_POST
def load(request: ActorRequest, authority_id: int) -> HttpResponse:
    """Take over a revocation list."""
    authority, sent = _authority_or_404(request, authority_id), request.FILES.get("list")
    if sent is None:
        messages.error(request, "请选择吊销列表文件（扩展名为 crl）")
        return redirect("keys:authorities")
    try:
        kept = load_list(authority=authority, content=sent.read(_LARGEST_LIST), by=request.actor, at=timezone.now())
    except Refusal as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, f"已导入“{authority.name}”的吊销列表，含 {kept.revoked_count} 张吊销的证书")
    return redirect("keys:authorities")


def _authority_or_404(request: ActorRequest, authority_id: int) -> CertificateAuthority:
    """One of the administrator's own jurisdiction: what the province believes, the province changes."""
    mine = authorities_of(jurisdiction_id=request.actor.jurisdiction_id)
    found = mine.filter(pk=authority_id, jurisdiction_id=request.actor.jurisdiction_id).first()
    if found is None:
        raise Http404
    return found

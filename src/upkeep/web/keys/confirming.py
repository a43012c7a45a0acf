"""经办人信息确认: who was given a key before this platform confirms once that he is the one it was given to."""

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from upkeep.identity.key_certificates import confirm_operator, to_confirm
from upkeep.identity.models import KeyCertificate
from upkeep.identity.sm2 import tidy_number
from upkeep.kernel.masking import mask_name, mask_phone
from upkeep.parties.models import Jurisdiction
from upkeep.parties.roles import EVERYONE
from upkeep.policy.login_rule import login_rule
from upkeep.web.access import ActorRequest, access
from upkeep.web.public import captcha
from upkeep.web.public.login import is_too_often
from upkeep.web.public.login_steps import locked_name
from upkeep.web.public.notices import city_or_404

_CONFIRMING = "confirming_key"
_PATIENCE = 600


class ConfirmForm(forms.Form):
    """The manual's three fields."""

    number = forms.CharField(
        label="证书编号",
        max_length=60,
        help_text="密钥外壳或发放凭条上的编号",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
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
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("password")
def ask(request: ActorRequest, city: str) -> HttpResponse:
    """The form; what was typed stays after a mistake, but for the password and the letters."""
    found = _city(request, city)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST":
        given = _proved(request, form, city=found)
        if given is not None:
            request.session[_CONFIRMING] = {"key": given.pk, "until": timezone.now().timestamp() + _PATIENCE}
            return redirect("keys:confirm_operator", city)
    return render(request, "keys/confirm.html", {"city": found, "form": form}, status=400 if form.is_bound else 200)


@access(*EVERYONE)
@never_cache
def operator(request: ActorRequest, city: str) -> HttpResponse:
    """Name and phone on record, masked; 确认 makes the key good for login."""
    found, kept, now = _city(request, city), request.session.get(_CONFIRMING), timezone.now()
    given = None
    if kept and now.timestamp() <= kept["until"]:
        given = KeyCertificate.objects.filter(pk=kept["key"], revoked_at__isnull=True).select_related("user").first()
    if given is None:
        return redirect("keys:confirm", city)
    if request.method == "POST":
        del request.session[_CONFIRMING]
        confirm_operator(given=given, at=now)
        messages.success(request, "经办人信息已确认，请使用密钥登录")
        return redirect("keys:login", city)
    user = given.user
    rows = [
        ("证书编号", given.number),
        ("所属单位", user.organisation.name if user.organisation else user.jurisdiction.office_name),
        ("经办人姓名", mask_name(user.name)),
        ("经办人手机", mask_phone(user.phone) if user.phone else "未登记"),
    ]
    return render(request, "keys/confirm_operator.html", {"city": found, "rows": rows})


def _proved(request: ActorRequest, form: ConfirmForm, *, city: Jurisdiction) -> KeyCertificate | None:
    """The key, if letters and password are right. An unknown number and a wrong password get one answer, in equal time."""
    if is_too_often(request):
        form.add_error(None, "您所在的网络尝试过于频繁，请稍后再试")
        return None
    if not form.is_valid():
        return None
    told = form.cleaned_data
    if not captcha.passes(session=request.session, answer=told["captcha"], at=timezone.now()):
        form.add_error("captcha", "验证码不正确或已过期，请按新图片重新输入")
        return None
    given = to_confirm(number=told["number"], city_id=city.pk)
    name, realm = (given.user.username, given.user.realm) if given else (tidy_number(told["number"]), "key")
    request.login_name = locked_name(city_id=city.pk, realm=realm, username=name)  # type: ignore[attr-defined]
    known = authenticate(request, username=name, password=told["password"], city_id=city.pk, realm=realm)
    if given is None or known is None:
        form.add_error(None, "证书编号或登录密码不正确，或该密钥无须确认。请修改后再次提交；新领取的密钥可直接登录")
        return None
    return given


def _city(request: ActorRequest, slug: str) -> Jurisdiction:
    """A city that has keys of before; elsewhere there is no such page."""
    found = city_or_404(request, slug)
    if not login_rule(jurisdiction_id=found.pk, on=timezone.localdate()).confirm_operator:
        raise Http404
    return found

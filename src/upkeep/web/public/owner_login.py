"""业主用户手机动态密码登录 (I4): telephone and picture, then the code that was sent to it."""

import base64
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from upkeep.identity import codes
from upkeep.identity.owners import account_of_phone
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import PhoneField
from upkeep.kernel.masking import mask_phone
from upkeep.kernel.secrecy import seal, unseal
from upkeep.parties.roles import EVERYONE
from upkeep.web.access import ActorRequest, access
from upkeep.web.address import address_of
from upkeep.web.public import captcha, login_steps
from upkeep.web.public.login import frame, is_too_often, owner_ways
from upkeep.web.shell import home_url

PURPOSE = "login"
_WRONG = "动态密码不正确或已失效，请核对短信或重新获取"


class PhoneForm(forms.Form):
    """Where the code is sent. Mobile phones only."""

    phone = PhoneField(label="手机号码", help_text="请使用在维修资金管理部门登记的手机号")
    captcha = forms.CharField(
        label="验证码",
        max_length=captcha.LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    phone.widget.attrs |= {"autocomplete": "tel", "autofocus": True}

    def clean_phone(self) -> str:
        """A fixed line gets no SMS."""
        number = str(self.cleaned_data["phone"])
        if not number.startswith("1"):
            raise forms.ValidationError("请输入 11 位手机号码")
        return number


class CodeForm(forms.Form):
    """What the SMS said."""

    code = forms.CharField(
        label="动态密码",
        max_length=6,
        help_text="短信中的 6 位数字，5 分钟内有效",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("phone", "code")
def code_page(request: ActorRequest, city: str) -> HttpResponse:
    """Two forms on one address: with a code sent, the second."""
    if request.method != "POST" and not request.actor.is_anonymous:
        return redirect(home_url(request.actor.portal))
    if not request.city or request.city.slug != city or "CODE" not in owner_ways(request.city):
        raise Http404
    if request.method == "POST" and is_too_often(request):
        return _show(request, PhoneForm(), said="您所在的网络登录尝试过于频繁，请稍后再试", status=429)
    if request.method == "POST":
        return _check(request) if "code" in request.POST else _send(request)
    if "again" in request.GET:
        request.session.pop(_PHONE, None)
    return _show(request, CodeForm() if _PHONE in request.session else PhoneForm())


#: Where the session keeps the telephone that a code was sent to.
_PHONE = "code_phone"


def _send(request: ActorRequest) -> HttpResponse:
    form, at = PhoneForm(request.POST), timezone.now()
    if not form.is_valid():
        return _show(request, form, status=400)
    if not captcha.passes(session=request.session, answer=form.cleaned_data["captcha"], at=at):
        form.add_error("captcha", "验证码不正确或已过期，请按新图片重新输入")
        return _show(request, form, status=400)
    try:
        codes.send_code(
            phone=form.cleaned_data["phone"],
            purpose=PURPOSE,
            session_key=session_key(request),
            jurisdiction_id=request.city.pk,
            at=at,
            address=address_of(request),
        )
    except Refusal as refused:
        form.add_error(None, str(refused))
        return _show(request, form, status=429)
    request.session[_PHONE] = base64.b64encode(seal(form.cleaned_data["phone"].encode())).decode()
    return _show(request, CodeForm())


def _check(request: ActorRequest) -> HttpResponse:
    form, phone, at = CodeForm(request.POST), _phone(request), timezone.now()
    if not form.is_valid():
        return _show(request, form, status=400)
    is_right = codes.check_code(
        code=form.cleaned_data["code"], phone=phone, purpose=PURPOSE, session_key=session_key(request), at=at
    )
    user = account_of_phone(phone=phone, city_id=request.city.pk, at=at) if is_right else None
    if user is None or not user.is_active:
        form.add_error("code", _WRONG)
        return _show(request, form, status=400)
    request.session.pop(_PHONE, None)
    login_steps.note_code(request)
    return login_steps.begin(request, user)


def _phone(request: HttpRequest) -> str:
    """Where this session's code was sent; sessions lie in the database, so it is kept encrypted."""
    kept = request.session.get(_PHONE)
    return unseal(base64.b64decode(kept)).decode() if kept else ""


def session_key(request: HttpRequest) -> str:
    """The session's own key; a session that has none yet is begun."""
    if request.session.session_key is None:
        request.session.create()
    return str(request.session.session_key)


def _show(request: ActorRequest, form: forms.Form, *, said: str = "", status: int = 200) -> HttpResponse:
    here = reverse("public:login_by_code", args=[request.city.slug])
    page = frame(request, city=request.city, key="owner")
    keep = {"as": "owner"} | ({"next": page["next"]} if page["next"] else {})
    password_url = f"{reverse('public:city_login', args=[request.city.slug])}?{urlencode(keep)}"
    context: dict[str, Any] = page | {
        "form": form,
        "said": said,
        "is_owner": True,
        "address": f"{here}?{urlencode(keep)}",
        "again_url": f"{here}?{urlencode(keep | {'again': '1'})}",
        "password_url": password_url if "PASSWORD" in owner_ways(request.city) else "",
        "sent_to": mask_phone(_phone(request)) if isinstance(form, CodeForm) else "",
    }
    return render(request, "public/login_by_code.html", context, status=status)

"""个人信息: what is known of oneself, how to change it, and what was changed."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from upkeep.identity import profile
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import PhoneField
from upkeep.kernel.masking import mask_phone
from upkeep.parties.models import User
from upkeep.parties.roles import EVERYONE, Role
from upkeep.parties.user_changes import LABELS, history_of_user, role_names, shown
from upkeep.web.access import ActorRequest, access
from upkeep.web.address import address_of
from upkeep.web.shell import layout_of

MOST_CHANGES = 30
_LOGGED_IN = tuple(role for role in EVERYONE if role is not Role.PUBLIC)
_WRONG_CODE = "动态密码不正确或已过期，请核对后再填；多次不对请重新获取"


class NameForm(forms.Form):
    """The name."""

    name = forms.CharField(label="姓名", max_length=50, error_messages={"required": "请填写姓名"})


class _CodeForm(forms.Form):
    """What a code proves; the code is only needed for the last step."""

    code = forms.CharField(
        label="动态密码",
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class PhoneForm(_CodeForm):
    """A new phone number."""

    phone = PhoneField(label="新手机号", error_messages={"required": "请填写新手机号"})
    field_order = ("phone", "code")

    def clean_phone(self) -> str:
        """A code reaches mobiles only."""
        phone = str(self.cleaned_data["phone"])
        if not phone.startswith("1"):
            raise forms.ValidationError("动态密码只能发到手机，请填写 11 位手机号")
        return phone


class EmailForm(_CodeForm):
    """A new e-mail address; empty takes the old one away."""

    email = forms.EmailField(
        label="新电子邮箱", required=False, max_length=100, error_messages={"invalid": "电子邮箱格式不正确"}
    )
    field_order = ("email", "code")


@access(*_LOGGED_IN)
@sensitive_post_parameters("phone", "email", "code")
@require_http_methods(["GET", "POST"])
def own(request: ActorRequest) -> HttpResponse:
    """Shows everything; `do` says which part was sent: name, phone_code, phone, email_code or email."""
    user = cast(User, request.user)
    do = request.POST.get("do", "")
    sent = request.POST if request.method == "POST" else None
    part = do.removesuffix("_code")
    forms_ = {
        "name": NameForm(sent if part == "name" else None, initial={"name": user.name}, use_required_attribute=False),
        "phone": PhoneForm(sent if part == "phone" else None, auto_id="phone_%s", use_required_attribute=False),
        "email": EmailForm(sent if part == "email" else None, auto_id="email_%s", use_required_attribute=False),
    }
    form = forms_.get(part)
    if form is not None and form.is_valid():
        try:
            done = _send_code(request, form, part) if do != part else _change(request, form, part)
        except HasProblems as found:
            for problem in found.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.text)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            if done:
                return redirect("profile:own")
    return _show(request, user, forms_)


def _change(request: ActorRequest, form: forms.Form, part: str) -> bool:
    """Whether the part was changed; where the code was wrong, the form says so."""
    at, by, typed = timezone.now(), request.actor, form.cleaned_data
    key = str(request.session.session_key)
    if part == "name":
        profile.change_name(name=typed["name"], by=by, at=at)
        right = True
    elif part == "phone":
        right = profile.change_phone(phone=typed["phone"], code=typed["code"], session_key=key, by=by, at=at)
    else:
        right = profile.change_email(email=typed["email"], code=typed["code"], session_key=key, by=by, at=at)
    if right:
        messages.success(request, f"{LABELS[part]}已修改")
    else:
        form.add_error("code", _WRONG_CODE)
    return right


def _send_code(request: ActorRequest, form: forms.Form, part: str) -> bool:
    """Never done with it: the page stays, with what was typed, for the code that is on its way."""
    where = profile.send_code(
        field=part,
        phone=form.cleaned_data.get("phone", ""),
        session_key=str(request.session.session_key),
        address=address_of(request),
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, f"动态密码已发送到 {where}，5 分钟内有效")
    return False


def _show(request: ActorRequest, user: User, forms_: dict[str, forms.Form]) -> HttpResponse:
    changes = [
        (LABELS[one.field], shown(one.field, one.before), shown(one.field, one.after), one)
        for one in history_of_user(user.pk)[:MOST_CHANGES]
    ]
    organisation = user.organisation.name if user.organisation else user.jurisdiction.office_name
    context = {
        "layout": layout_of(request.actor.portal),
        "facts": [
            ("登录名", user.username),
            ("姓名", user.name),
            ("单位" if user.organisation else "管理机构", organisation),
            ("角色", role_names(request.actor.roles)),
            ("手机号", mask_phone(user.phone)),
            ("电子邮箱", shown("email", user.email)),
        ],
        "last_login": user.last_login,
        "name_form": forms_["name"],
        "phone_form": forms_["phone"],
        "email_form": forms_["email"],
        "email_needs_code": bool(user.phone),
        "changes": changes,
    }
    wrong = any(form.errors for form in forms_.values())
    return render(request, "profile/own.html", context, status=400 if wrong else 200)

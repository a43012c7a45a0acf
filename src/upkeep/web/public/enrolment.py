"""未认证用户注册 (I2): the form, the choice how to activate, the link of the e-mail, another name, the end page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from upkeep.identity import enrolment as enrolments
from upkeep.identity import passwords
from upkeep.identity.codes import check_code, send_code
from upkeep.identity.models import DocumentKind, Enrolment
from upkeep.identity.registering import kinds_by_way
from upkeep.kernel import checks
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import SocialCreditCodeField
from upkeep.kernel.masking import mask_phone
from upkeep.parties.actions import NameTaken
from upkeep.parties.models import Jurisdiction
from upkeep.parties.roles import EVERYONE
from upkeep.policy.password_rule import PasswordRule, password_rule
from upkeep.web.access import ActorRequest, access
from upkeep.web.address import address_of
from upkeep.web.public import captcha
from upkeep.web.public.notices import city_or_404

PURPOSE = "registration"
#: Where the session remembers who is about to prove himself.
_ENROLMENT = "enrolment"
STEPS = ("填写信息", "选择激活方式", "激活成功")
_NAME = r"^[A-Za-z][A-Za-z0-9_.-]{3,29}$"
_NAME_HELP = "字母开头的 4 至 30 位字母、数字、点、横线或下划线"


def _username(**kwargs: Any) -> forms.RegexField:
    widget = forms.TextInput(attrs={"autocomplete": "username"})
    wrong = {"invalid": f"用户名为{_NAME_HELP}"}
    return forms.RegexField(_NAME, label="用户名", help_text=_NAME_HELP, widget=widget, error_messages=wrong, **kwargs)


class EnrolmentForm(forms.Form):
    """What a person says of himself, his organisation and his account (manual 003 §2.1 step 2)."""

    name = forms.CharField(label="个人姓名", max_length=50)
    document_kind = forms.ChoiceField(label="证件类型", choices=DocumentKind.choices)
    document_number = forms.CharField(label="证件号码", max_length=30)
    organisation_name = forms.CharField(label="单位名称", max_length=100)
    social_credit_code = SocialCreditCodeField(label="社会诚信代码", help_text="统一社会信用代码，18 位")
    phone = forms.CharField(label="手机号码", max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    email = forms.EmailField(
        label="邮箱", max_length=100, error_messages={"invalid": "请填写正确的邮箱地址，如 name@example.com"}
    )
    username = _username()
    password = forms.CharField(
        label="登录密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label="确认登录密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    captcha = forms.CharField(
        label="验证码",
        max_length=captcha.LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "id": "id_captcha"}
        ),
    )
    GROUPS = (
        ("用户基本信息", ("name", "document_kind", "document_number")),
        ("单位基本信息", ("organisation_name", "social_credit_code")),
        ("用户注册信息", ("phone", "email", "username", "password", "password_again")),
    )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def __init__(self, *args: Any, rule: PasswordRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.rule = rule
        self.fields["password"].help_text = "；".join(passwords.in_words(rule)[:3])

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if not checks.is_mobile(phone):
            raise forms.ValidationError("请填写能接收短信的 11 位手机号")
        return checks.phone_number(phone)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if number := data.get("document_number"):
            self._check_document(data.get("document_kind", ""), number)
        if "password" in data and "password_again" in data:
            self._check_password(data)
        return data

    def _check_document(self, kind: str, number: str) -> None:
        """Only the identity card has a check digit."""
        if kind == DocumentKind.ID_CARD:
            try:
                self.cleaned_data["document_number"] = checks.id_number(number)
            except ValueError as wrong:
                self.add_error("document_number", str(wrong))
        elif not 4 <= len(number.strip()) <= 30:
            self.add_error("document_number", "证件号码应为 4 至 30 位")

    def _check_password(self, data: dict[str, Any]) -> None:
        if data["password"] != data["password_again"]:
            self.add_error("password_again", "两次输入的密码不一致")
            return
        try:
            passwords.check(data["password"], username=data.get("username", ""), rule=self.rule)
        except HasProblems as weak:
            for problem in weak.problems:
                self.add_error("password", problem.text)


class NameForm(forms.Form):
    """Another user name for one whose first one was taken."""

    username = _username()


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def register(request: ActorRequest, city: str) -> HttpResponse:
    """The form. Checks the picture before it hashes; looks no name and no code up."""
    found, at, on = city_or_404(request, city), timezone.now(), timezone.localdate()
    is_asked = bool(kinds_by_way(jurisdiction_id=found.pk, on=on, is_unverified_first=True))
    rule = password_rule(jurisdiction_id=found.pk, on=on, scope="organisation")
    form = EnrolmentForm(request.POST if request.method == "POST" and is_asked else None, rule=rule)
    if form.is_bound and form.is_valid():
        if captcha.passes(session=request.session, answer=form.cleaned_data["captcha"], at=at):
            request.session[_ENROLMENT] = _enrol(found, form.cleaned_data).pk
            return redirect("public:activation", found.slug)
        form.add_error("captcha", "验证码不正确或已过期，请按新图片重新输入")
    context = {"city": found, "form": form, "is_asked": is_asked, "steps": STEPS}
    return render(request, "public/enrol.html", context, status=400 if form.errors else 200)


def _enrol(city: Jurisdiction, said: dict[str, Any]) -> Enrolment:
    kept = {key: value for key, value in said.items() if key not in ("password", "password_again", "captcha")}
    password_hash = make_password(said["password"])
    return enrolments.enrol(jurisdiction_id=city.pk, password_hash=password_hash, at=timezone.now(), **kept)


def _pending(request: ActorRequest) -> Enrolment | None:
    found = enrolments.open_enrolment(request.session.get(_ENROLMENT, 0), at=timezone.now())
    return found if found is not None and found.jurisdiction_id == request.city.pk else None


@access(*EVERYONE)
@never_cache
@require_http_methods(["GET", "POST"])
def activation(request: ActorRequest, city: str) -> HttpResponse:
    """短信验证码校验 or 电子邮箱校验. `action`: send (a code), code (typed), email (send the link)."""
    found = city_or_404(request, city)
    pending = _pending(request)
    if pending is None:
        return redirect("public:register", found.slug)
    if pending.proved_at is not None:
        return redirect("public:enrolment_name", found.slug)
    if request.method == "POST":
        acts: dict[str, Callable[[ActorRequest, Enrolment], HttpResponse | None]]
        acts = {"send": _send_code, "code": _take_code, "email": _send_link}
        try:
            leads_to = acts.get(request.POST.get("action", ""), _nothing)(request, pending)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            leads_to = None
        return leads_to or redirect("public:activation", found.slug)
    context = {"city": found, "enrolment": pending, "phone": mask_phone(pending.phone), "steps": STEPS}
    return render(request, "public/activation.html", context)


def _nothing(request: ActorRequest, pending: Enrolment) -> None:
    return None


def _send_code(request: ActorRequest, pending: Enrolment) -> None:
    send_code(
        phone=pending.phone,
        purpose=PURPOSE,
        session_key=request.session.session_key or "",
        jurisdiction_id=pending.jurisdiction_id,
        at=timezone.now(),
        address=address_of(request),
    )
    messages.success(request, f"短信验证码已发送至 {mask_phone(pending.phone)}，5 分钟内有效")


def _take_code(request: ActorRequest, pending: Enrolment) -> HttpResponse | None:
    at, session_key = timezone.now(), request.session.session_key or ""
    typed = request.POST.get("code", "")
    if not check_code(code=typed, phone=pending.phone, purpose=PURPOSE, session_key=session_key, at=at):
        messages.error(request, "短信验证码不正确或已过期，请核对后重新输入，或重新获取")
        return None
    return _activated(request, enrolments.activate_by_code(pending.pk, at=at))


def _send_link(request: ActorRequest, pending: Enrolment) -> None:
    def link(token: str) -> str:
        return str(settings.PUBLIC_URL) + reverse("public:activate", args=[request.city.slug, token])

    enrolments.send_link(pending.pk, link=link, at=timezone.now())
    messages.success(request, f"激活邮件已发送至 {pending.email}，请登录邮箱，打开邮件中的链接完成激活")


def _activated(request: ActorRequest, proved: Enrolment) -> HttpResponse:
    """To the end page; to the choice of another name when somebody else has this one."""
    request.session[_ENROLMENT] = proved.pk
    page = "public:enrolled" if proved.user_id else "public:enrolment_name"
    return redirect(page, request.city.slug)


@access(*EVERYONE)
@never_cache
@require_http_methods(["GET", "POST"])
def activate(request: ActorRequest, city: str, token: str) -> HttpResponse:
    """The link of the e-mail. Opening it changes nothing, since mail scanners open links; the button activates."""
    found, at = city_or_404(request, city), timezone.now()
    if request.method == "POST":
        try:
            return _activated(request, enrolments.activate_by_link(token, jurisdiction_id=found.pk, at=at))
        except enrolments.NotActivatable as refusal:
            messages.error(request, str(refusal))
            return redirect("public:activate", found.slug, token)
    waiting = enrolments.by_token(token, jurisdiction_id=found.pk, at=at)
    return render(request, "public/activate.html", {"city": found, "enrolment": waiting})


@access(*EVERYONE)
@never_cache
@require_http_methods(["GET", "POST"])
def another_name(request: ActorRequest, city: str) -> HttpResponse:
    """The name was taken: said to nobody but the one who has proved phone or e-mail."""
    found = city_or_404(request, city)
    pending = _pending(request)
    if pending is None or pending.proved_at is None:
        return redirect("public:register", found.slug)
    form = NameForm(request.POST if request.method == "POST" else None, use_required_attribute=False)
    if form.is_bound and form.is_valid():
        try:
            name = form.cleaned_data["username"]
            return _activated(request, enrolments.rename(pending.pk, username=name, at=timezone.now()))
        except NameTaken as taken:
            form.add_error("username", str(taken))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    return render(request, "public/enrolment_name.html", {"city": found, "enrolment": pending, "form": form})


@access(*EVERYONE)
@never_cache
@require_safe
def enrolled(request: ActorRequest, city: str) -> HttpResponse:
    """激活成功: the user name and the way to the login."""
    found = city_or_404(request, city)
    done = Enrolment.objects.filter(
        pk=request.session.get(_ENROLMENT, 0), jurisdiction_id=found.pk, user__isnull=False
    ).first()
    if done is None:
        return redirect("public:register", found.slug)
    return render(request, "public/enrolled.html", {"city": found, "enrolment": done})

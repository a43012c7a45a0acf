"""人员管理: staff accounts, kept by the system administrator; their roles, granted by the security administrator."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.identity import staff
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import PhoneField
from upkeep.kernel.masking import mask_phone
from upkeep.parties import lists
from upkeep.parties.actor import Actor
from upkeep.parties.models import Office, User
from upkeep.parties.roles import ADMINISTRATORS, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.administration.places import ReasonForm
from upkeep.web.projects.reach import put_on_form

PER_PAGE = 20
_LABELS = {role.value: role.label for role in staff.STAFF_ROLES}


class StaffFilterForm(forms.Form):
    """What the list of staff is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="姓名 / 登录名", required=False)
    office = forms.ChoiceField(label="管理部", required=False)
    role = forms.ChoiceField(
        label="角色", required=False, choices=[("", "全部"), ("NONE", "尚未授权"), *_LABELS.items()]
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), ("ACTIVE", "可登录"), ("DEACTIVATED", "停用")]
    )

    def __init__(self, actor: Actor, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        _offer(self, [("", "全部"), *((one.pk, one.name) for one in lists.offices_under(actor))])


class AccountForm(forms.Form):
    """Who he is and where he sits."""

    name = forms.CharField(label="姓名", max_length=50)
    phone = PhoneField(label="手机号", help_text="接收验证码和业务提醒")
    office = forms.TypedChoiceField(label="管理部", coerce=int, help_text="人员只能看到和办理管理部所在管辖区的业务")

    def __init__(self, offices: list[Office], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        _offer(self, [("", "请选择"), *((one.pk, f"{one.jurisdiction.name} · {one.name}") for one in offices)])
        self.use_required_attribute = False


class NewAccountForm(AccountForm):
    """The same with the name he logs in by."""

    username = forms.RegexField(
        label="登录名",
        regex=r"\A[A-Za-z][A-Za-z0-9._-]{2,39}\Z",
        help_text="3 至 40 个字母、数字或 . _ -，以字母开头，例如 li.chuang；设立后不能修改",
        error_messages={"invalid": "登录名应为 3 至 40 个字母、数字或 . _ -，以字母开头"},
    )
    field_order = ["username", "name", "phone", "office"]


class RolesForm(forms.Form):
    """Every role of the office as a box."""

    roles = forms.MultipleChoiceField(
        label="角色", required=False, choices=list(_LABELS.items()), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label="授权依据", max_length=200, help_text="例如 2026 年第 12 号岗位调整通知")


def _offer(form: forms.Form, choices: list[tuple[object, str]]) -> None:
    field = form.fields["office"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


@access(*ADMINISTRATORS)
@require_safe
def staff_list(request: ActorRequest) -> HttpResponse:
    """人员管理: the accounts of staff with their offices and roles."""
    form = StaffFilterForm(request.actor, request.GET)
    form.is_valid()
    data = form.cleaned_data
    found = lists.staff_list(
        actor=request.actor,
        text=data.get("q", ""),
        office_id=int(data.get("office") or 0),
        role=data.get("role", ""),
        state=data.get("state", ""),
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(one, _role_labels(one)) for one in page],
        "may_add": request.actor.has(Role.SYSTEM_ADMIN),
    }
    return render(request, "administration/staff_list.html", context)


@access(Role.SYSTEM_ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def add_staff(request: ActorRequest) -> HttpResponse:
    """A new account; its one-time password is shown once, on the answer to this form."""
    offices = _open_offices(request.actor)
    form = NewAccountForm(offices, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user, password = staff.open_staff_account(
                username=data["username"],
                name=data["name"],
                phone=data["phone"],
                office=_office(offices, data["office"]),
                by=request.actor,
                at=timezone.now(),
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        else:
            context = {"person": user, "password": password, "title": "账号已建立", "is_new": True}
            return render(request, "administration/password.html", context)
    context = {
        "form": form,
        "title": "新建人员账号",
        "note": "新账号没有任何权限，须由安全管理员授权后才能办理业务",
        "back": reverse("administration:staff"),
    }
    return render(request, "administration/form.html", context)


@access(*ADMINISTRATORS)
@require_safe
def show_staff(request: ActorRequest, user_id: int) -> HttpResponse:
    """One account: where he sits, what he may do, and everything that was done to it."""
    person = _person_or_404(request, user_id)
    is_other = person.pk != request.actor.user_id
    context = {
        "person": person,
        "roles": _role_labels(person),
        "phone": mask_phone(person.phone),
        "history": lists.history_of_user(person),
        "may_change": request.actor.has(Role.SYSTEM_ADMIN),
        "may_close": request.actor.has(Role.SYSTEM_ADMIN) and is_other,
        "may_grant": request.actor.has(Role.SECURITY_ADMIN) and is_other,
    }
    return render(request, "administration/person.html", context)


@access(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "POST"])
def edit_staff(request: ActorRequest, user_id: int) -> HttpResponse:
    """Changes name, phone and office; an office of another jurisdiction costs the roles."""
    person = _person_or_404(request, user_id)
    offices = [one for one in lists.offices_under(request.actor) if not one.retired_at or one.pk == person.office_id]
    known = {"name": person.name, "phone": person.phone, "office": person.office_id}
    form = AccountForm(offices, request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            lost = staff.change_staff_account(
                person.pk,
                name=data["name"],
                phone=data["phone"],
                office=_office(offices, data["office"]),
                by=request.actor,
                at=timezone.now(),
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            said = f"；因调整到另一管辖区，原有角色（{'、'.join(one.label for one in lost)}）已收回" if lost else ""
            messages.success(request, f"{data['name']}的账号已保存{said}")
            return redirect("administration:person", person.pk)
    context = {
        "form": form,
        "title": f"修改{person.name}的账号",
        "note": "调整到另一管辖区的管理部时，原有角色全部收回，由安全管理员重新授权",
        "back": reverse("administration:person", args=[person.pk]),
    }
    return render(request, "administration/form.html", context)


@access(Role.SYSTEM_ADMIN)
@require_POST
def deactivate_staff(request: ActorRequest, user_id: int) -> HttpResponse:
    """Closes the account to logins, with a reason."""
    person, reason = _person_or_404(request, user_id), _reason(request)
    if reason:
        try:
            staff.deactivate_staff_account(person.pk, reason=reason, by=request.actor, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{person.name}的账号已停用，已登录的会话立即结束")
    return redirect("administration:person", person.pk)


@access(Role.SYSTEM_ADMIN)
@require_POST
def reactivate_staff(request: ActorRequest, user_id: int) -> HttpResponse:
    """Opens the account again, with a reason."""
    person, reason = _person_or_404(request, user_id), _reason(request)
    if reason:
        try:
            staff.reactivate_staff_account(person.pk, reason=reason, by=request.actor, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{person.name}的账号已恢复，可以登录")
    return redirect("administration:person", person.pk)


@access(Role.SYSTEM_ADMIN)
@never_cache
@require_POST
def reset_password(request: ActorRequest, user_id: int) -> HttpResponse:
    """A new one-time password, shown once."""
    person = _person_or_404(request, user_id)
    try:
        password = staff.reset_staff_password(person.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("administration:person", person.pk)
    context = {"person": person, "password": password, "title": "密码已重置", "is_new": False}
    return render(request, "administration/password.html", context)


@access(Role.SECURITY_ADMIN)
@require_http_methods(["GET", "POST"])
def grant_roles(request: ActorRequest, user_id: int) -> HttpResponse:
    """Grants and revokes roles, with what it is based on; nobody's own."""
    person = _person_or_404(request, user_id)
    if person.pk == request.actor.user_id:
        messages.error(request, "不能给本人授权，须由其他安全管理员办理")
        return redirect("administration:person", person.pk)
    form = RolesForm(request.POST or None, initial={"roles": [one.value for one in staff.roles_of(person)]})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        roles = [Role(one) for one in form.cleaned_data["roles"]]
        reason = form.cleaned_data["reason"]
        try:
            staff.set_roles(person.pk, roles, reason=reason, by=request.actor, at=timezone.now())
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{person.name}的角色已保存，须重新登录后办理业务")
            return redirect("administration:person", person.pk)
    return render(request, "administration/roles.html", {"form": form, "person": person})


def _reason(request: ActorRequest) -> str:
    form = ReasonForm(request.POST)
    if form.is_valid():
        return str(form.cleaned_data["reason"])
    messages.error(request, "请填写原因，最多 200 字")
    return ""


def _role_labels(person: User) -> str:
    held = {one.role for one in person.held_roles.all()}
    return "、".join(role.label for role in Role if role.value in held)


def _open_offices(actor: Actor) -> list[Office]:
    return [one for one in lists.offices_under(actor) if one.retired_at is None]


def _office(offices: list[Office], office_id: int) -> Office:
    return next(one for one in offices if one.pk == office_id)


def _person_or_404(request: ActorRequest, user_id: int) -> User:
    person = lists.staff_under(request.actor).filter(pk=user_id).first()
    if person is None:
        raise Http404
    return person

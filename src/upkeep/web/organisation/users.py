"""机构管理 》 机构用户管理: the users of one's own organisation; another organisation's do not exist here."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.identity import organisation_users as users
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import PhoneField
from upkeep.parties.models import Organisation, User
from upkeep.parties.queries import get_organisation
from upkeep.parties.roles import Role
from upkeep.parties.user_changes import LABELS, history_of_user, role_names, roles_of, shown
from upkeep.web.access import ActorRequest, access

PER_PAGE = 20
MOST_CHANGES = 50


class UserFilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(label="姓名或登录名", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), ("active", "正常"), ("inactive", "已注销")]
    )


class UserForm(forms.Form):
    """What is known of a user, and what he may do."""

    username = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{3,39}$",
        label="登录名",
        help_text="4 至 40 位字母、数字或 . _ -，添加后不能修改",
        error_messages={
            "invalid": "登录名为 4 至 40 位字母、数字或 . _ -，以字母或数字开头",
            "required": "请填写登录名",
        },
    )
    name = forms.CharField(label="姓名", max_length=50, error_messages={"required": "请填写姓名"})
    phone = PhoneField(label="手机号", error_messages={"required": "请填写手机号"})
    email = forms.EmailField(
        label="电子邮箱", required=False, max_length=100, error_messages={"invalid": "电子邮箱格式不正确"}
    )
    roles = forms.MultipleChoiceField(
        label="角色", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请选择角色"}
    )

    def __init__(self, *args: Any, kind: str, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        offered = users.offered_roles(kind)
        field = self.fields["roles"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(role.value, _role_words(role)) for role in offered]
        if not is_new:
            del self.fields["username"]

    def values(self) -> dict[str, str]:
        """Name, phone and e-mail."""
        return {field: self.cleaned_data[field] for field in ("name", "phone", "email")}

    def chosen(self) -> list[Role]:
        """The roles."""
        return [Role(code) for code in self.cleaned_data["roles"]]


def _role_words(role: Role) -> str:
    return "单位管理员（管理用户、变更单位信息）" if role is Role.ORG_ADMIN else f"{role.label}（办理业务）"


def _organisation(request: ActorRequest) -> Organisation:
    return get_organisation(request.actor.organisation_id or 0)


def _user_or_404(request: ActorRequest, user_id: int) -> User:
    found = users.users_of(request.actor.organisation_id or 0).filter(pk=user_id).first()
    if found is None:
        raise Http404
    return found


@access(Role.ORG_ADMIN)
@require_safe
def user_list(request: ActorRequest) -> HttpResponse:
    """The users, with the buttons for whoever may use them."""
    organisation = _organisation(request)
    form = UserFilterForm(request.GET)
    form.is_valid()
    state = form.cleaned_data.get("state", "")
    found = users.users_of(
        organisation.pk,
        text=form.cleaned_data.get("q", ""),
        is_active=None if not state else state == "active",
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "organisation": organisation,
        "form": form,
        "page": page,
        "rows": [(one, role_names(Role(held.role) for held in one.held_roles.all())) for one in page.object_list],
        "why_not": users.why_not(organisation, on=day_of(timezone.now())),
    }
    return render(request, "organisation/users.html", context)


@access(Role.ORG_ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def add(request: ActorRequest) -> HttpResponse:
    """添加用户. The answer shows the first password, this once: the page is its only copy."""
    organisation = _organisation(request)
    sent = request.POST if request.method == "POST" else None
    form = UserForm(sent, kind=organisation.kind, is_new=True)
    if sent is not None and form.is_valid():
        try:
            user, password = users.add_user(
                username=form.cleaned_data["username"],
                values=form.values(),
                roles=form.chosen(),
                by=request.actor,
                at=timezone.now(),
            )
        except Refusal as refusal:
            _tell(form, refusal)
        else:
            return _show_password(request, user, password, "用户已添加")
    return _show_form(request, organisation, form, "添加用户")


@access(Role.ORG_ADMIN)
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, user_id: int) -> HttpResponse:
    """修改用户."""
    organisation, user = _organisation(request), _user_or_404(request, user_id)
    known = {"name": user.name, "phone": user.phone, "email": user.email, "roles": sorted(roles_of(user))}
    sent = request.POST if request.method == "POST" else None
    form = UserForm(sent, initial=known, kind=organisation.kind, is_new=False)
    if sent is not None and form.is_valid():
        try:
            users.modify_user(
                user_id=user.pk, values=form.values(), roles=form.chosen(), by=request.actor, at=timezone.now()
            )
        except Refusal as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, f"用户“{form.cleaned_data['name']}”已修改")
            return redirect("organisation:users")
    return _show_form(request, organisation, form, f"修改用户 {user.username}")


def _tell(form: forms.Form, refusal: Refusal) -> None:
    if not isinstance(refusal, HasProblems):
        form.add_error(None, str(refusal))
        return
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.text)


def _show_form(request: HttpRequest, organisation: Organisation, form: forms.Form, title: str) -> HttpResponse:
    reason = users.why_not(organisation, on=day_of(timezone.now()))
    context = {"organisation": organisation, "form": form, "title": title, "why_not": reason}
    return render(request, "organisation/user_form.html", context, status=400 if form.errors else 200)


@access(Role.ORG_ADMIN)
@require_safe
def show(request: ActorRequest, user_id: int) -> HttpResponse:
    """查看用户: data, roles, and what was changed about him."""
    user = _user_or_404(request, user_id)
    changes = [
        (LABELS[one.field], shown(one.field, one.before), shown(one.field, one.after), one)
        for one in history_of_user(user.pk)[:MOST_CHANGES]
    ]
    context = {
        "shown_user": user,
        "email": shown("email", user.email),
        "roles": role_names(roles_of(user)),
        "changes": changes,
        "why_not": users.why_not(_organisation(request), on=day_of(timezone.now())),
    }
    return render(request, "organisation/user.html", context)


@access(Role.ORG_ADMIN)
@require_POST
def deactivate(request: ActorRequest, user_id: int) -> HttpResponse:
    """注销用户."""
    user = _user_or_404(request, user_id)
    try:
        changed = users.deactivate_user(user_id=user.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        said = "已注销，该账号不能再登录" if changed else "此前已经注销"
        messages.success(request, f"用户“{user.name}”{said}")
    return redirect("organisation:users")


@access(Role.ORG_ADMIN)
@require_POST
def reactivate(request: ActorRequest, user_id: int) -> HttpResponse:
    """激活用户."""
    user = _user_or_404(request, user_id)
    try:
        changed = users.reactivate_user(user_id=user.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"用户“{user.name}”{'已激活，可以登录' if changed else '本来就可以登录'}")
    return redirect("organisation:users")


@access(Role.ORG_ADMIN)
@never_cache
@require_POST
def new_password(request: ActorRequest, user_id: int) -> HttpResponse:
    """重置密码 for a colleague: the new one is shown this once."""
    user = _user_or_404(request, user_id)
    try:
        password = users.give_password(user_id=user.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("organisation:user", user.pk)
    return _show_password(request, user, password, "密码已重置")


def _show_password(request: HttpRequest, user: User, password: str, title: str) -> HttpResponse:
    context = {"shown_user": user, "password": password, "title": title}
    return render(request, "organisation/user_password.html", context)

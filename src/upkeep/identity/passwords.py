"""Passwords: how strong, how old, which not again. What a city asks stands in `policy.password_rule`."""

import datetime as dt
import unicodedata

from django.contrib.auth.hashers import check_password as is_hash_of
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.db import transaction

from upkeep.identity.models import FormerPassword
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.parties import actions
from upkeep.parties.models import User
from upkeep.parties.roles import Portal
from upkeep.policy.password_rule import PasswordRule, password_rule

#: Tellers handle money as staff do: the same rules hold for them.
_SCOPES = {Portal.OFFICE: "staff", Portal.BANK: "staff", Portal.ORGANISATION: "organisation", Portal.OWNER: "owner"}
#: So many former passwords are kept whatever the rule: the most that a rule can ask for.
_KEPT = 24


def scope_of(realm: str) -> str:
    """Whose password rules hold for accounts of the realm: "staff", "organisation" or "owner"."""
    return _SCOPES[Portal(realm)]


def rule_of(user: User, *, on: dt.date) -> PasswordRule:
    """The rule of the user's city for such as him."""
    return password_rule(jurisdiction_id=user.jurisdiction_id, on=on, scope=scope_of(user.realm))


def in_words(rule: PasswordRule) -> list[str]:
    """What is asked of a password, one sentence each, for whoever has to choose one."""
    said = [f"至少 {rule.least_length} 位"]
    if rule.kinds_of_character > 1:
        said.append(f"大写字母、小写字母、数字、符号中至少含 {rule.kinds_of_character} 类")
    said.append("不能全是数字，不能是常见密码，不能与登录名相近")
    if rule.not_the_last:
        said.append(f"不能与最近 {rule.not_the_last} 次用过的密码相同")
    if rule.valid_days:
        said.append(f"有效期 {rule.valid_days} 天，到期须修改")
    return said


def check(password: str, *, username: str, rule: PasswordRule) -> str:
    """The password if it is strong enough. Raises: HasProblems with every rule it breaks."""
    problems = []
    if len(password) < rule.least_length:
        problems.append(f"密码太短，至少 {rule.least_length} 位")
    if len({_kind(char) for char in password}) < rule.kinds_of_character:
        problems.append(f"密码应含大写字母、小写字母、数字、符号中的至少 {rule.kinds_of_character} 类")
    if _is_refused(CommonPasswordValidator(), password, username):
        problems.append("密码太常见，请换一个")
    if _is_refused(NumericPasswordValidator(), password, username):
        problems.append("密码不能全是数字")
    if _is_refused(UserAttributeSimilarityValidator(user_attributes=("username",)), password, username):
        problems.append("密码与登录名太相似，请换一个")
    if problems:
        raise HasProblems(Problem("password", text) for text in problems)
    return password


@transaction.atomic
def change(*, user: User, password: str, at: dt.datetime) -> None:
    """The user gives himself a new password; his sessions end. Raises: HasProblems."""
    rule = rule_of(user, on=day_of(at))
    check(password, username=user.username, rule=rule)
    if rule.not_the_last and _was_used(user, password, rule.not_the_last):
        raise HasProblems([Problem("password", f"不能与最近 {rule.not_the_last} 次用过的密码相同，请换一个")])
    _keep_former(user, at=at)
    actions.set_password(user=user, password=password, at=at)


@transaction.atomic
def set_by_other(*, user: User, password: str, at: dt.datetime) -> None:
    """Somebody else (an administrator) gives the user a password, good until he logs in and chooses his own; his
    sessions end. Raises: HasProblems."""
    check(password, username=user.username, rule=rule_of(user, on=day_of(at)))
    _keep_former(user, at=at)
    actions.set_password(user=user, password=password, at=at, must_change=True)


def why_change(user: User, *, at: dt.datetime) -> str:
    """Why the user must choose another password before he goes on, in a sentence; empty when he need not."""
    if not user.has_usable_password():
        return ""
    if user.must_change_password:
        return "您的密码由他人设置，请先改成只有您自己知道的密码"
    days = rule_of(user, on=day_of(at)).valid_days
    if days and user.password_set_at and day_of(at) > day_of(user.password_set_at) + dt.timedelta(days=days):
        return f"您的密码已使用超过 {days} 天，按规定须修改后继续"
    return ""


def _kind(char: str) -> str:
    category = unicodedata.category(char)
    return {"Lu": "upper", "Ll": "lower", "Nd": "digit"}.get(category, "sign")


def _is_refused(
    validator: CommonPasswordValidator | NumericPasswordValidator | UserAttributeSimilarityValidator,
    password: str,
    username: str,
) -> bool:
    try:
        validator.validate(password, User(username=username))
    except ValidationError:
        return True
    return False


def _was_used(user: User, password: str, last: int) -> bool:
    former = FormerPassword.objects.filter(user=user).order_by("-replaced_at", "-pk")[: last - 1]
    return any(is_hash_of(password, one) for one in (user.password, *(row.password_hash for row in former)))


def _keep_former(user: User, *, at: dt.datetime) -> None:
    if user.has_usable_password():
        FormerPassword.objects.create(user=user, password_hash=user.password, replaced_at=at)
    kept = FormerPassword.objects.filter(user=user).order_by("-replaced_at", "-pk").values("pk")[:_KEPT]
    FormerPassword.objects.filter(user=user).exclude(pk__in=kept).delete()

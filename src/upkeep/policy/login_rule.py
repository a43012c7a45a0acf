"""登录方式: by which ways the people of a city get in."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

OWNER_WAYS = (("PASSWORD", "用户名和密码"), ("CODE", "手机动态密码"))
KEYS = (("NONE", "不使用"), ("OPTIONAL", "持有密钥的用户须插入密钥"), ("REQUIRED", "单位用户一律使用密钥"))
SECOND = (("NONE", "不要求"), ("OPTIONAL", "用户自行开启"), ("REQUIRED", "一律要求"))


@dataclass(frozen=True, kw_only=True)
class LoginRule:
    """What a city asks of those who log in. `staff_second_factor` holds where the user has no hardware key."""

    owner_ways: tuple[str, ...] = setting("业主登录方式", ("PASSWORD", "CODE"), choices=OWNER_WAYS)
    organisation_key: str = setting("单位用户密钥", "OPTIONAL", choices=KEYS)
    staff_key: str = setting("工作人员密钥", "OPTIONAL", choices=KEYS)
    staff_second_factor: str = setting("工作人员动态口令", "OPTIONAL", choices=SECOND, help="未使用密钥时")
    confirm_operator: bool = setting("旧密钥首次登录须确认经办人信息", False)
    key_verifies_user: bool = setting("安全密钥须验证持有人", True, help="PIN 或指纹")
    list_grace_hours: int = setting("吊销列表过期后密钥仍可使用", 0, most=72, unit="小时")
    staff_idle_minutes: int = setting("工作人员无操作自动退出", 15, least=5, most=60, unit="分钟")
    other_idle_minutes: int = setting("其他用户无操作自动退出", 30, least=5, most=60, unit="分钟")


def login_rule(*, jurisdiction_id: int, on: dt.date) -> LoginRule:
    """The rule of the city."""
    return in_force(LoginRule, kind=PolicyKind.LOGIN_RULE, jurisdiction_id=jurisdiction_id, on=on)

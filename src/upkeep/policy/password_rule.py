"""密码规则: how strong a password is and how long it holds (scope: "staff", "organisation", "owner").

Source: GB/T 22239-2019 8.1.4.1 (等保三级) for staff and organisations; NIST SP 800-63B for owners, who log in once in years.
"""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.queries import value_in_force
from upkeep.policy.settings import from_json, setting

SCOPES = (("staff", "工作人员"), ("organisation", "单位用户"), ("owner", "业主"))


@dataclass(frozen=True, kw_only=True)
class PasswordRule:
    """What is asked of a password beside the list of common ones. 0 days: it does not run out."""

    least_length: int = setting("最少位数", 12, least=8, most=64, unit="位")
    kinds_of_character: int = setting("至少含几类字符", 3, least=1, most=4, help="大写、小写、数字、符号")
    valid_days: int = setting("有效天数", 90, least=0, most=3_650, unit="天", help="0 表示不过期")
    not_the_last: int = setting("不得与最近几次相同", 5, least=0, most=24, unit="次")


DENGBAO = PasswordRule()
NIST = PasswordRule(least_length=8, kinds_of_character=1, valid_days=0, not_the_last=0)


def password_rule(*, jurisdiction_id: int, on: dt.date, scope: str) -> PasswordRule:
    """The rule of the city for staff, organisations or owners."""
    value = value_in_force(kind=PolicyKind.PASSWORD_RULE, jurisdiction_id=jurisdiction_id, on=on, scope=scope)
    if value is None:
        return NIST if scope == "owner" else DENGBAO
    return from_json(PasswordRule, value)

"""注册规则: how organisations get in (scope: the kind of organisation, or "" for all)."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

WAYS = (
    ("AT_ONCE", "提交后即可登录"),
    ("REVIEW", "窗口受理、审核通过后方可登录"),
    ("UNVERIFIED_FIRST", "先注册为未认证用户并激活，再提交单位注册申请"),
)
AGREEMENTS = (("NONE", "不要求"), ("READ", "须阅读"), ("TICK", "须阅读并勾选"))
NAMES = (("CODE", "机构代码即登录名"), ("FREE", "自定登录名"))
ORIGINALS = (
    ("NONE", "不要求"),
    ("WINDOW", "注册时携原件到窗口"),
    ("FIRST_CASE", "首次办理业务时携复印件（加盖公章）"),
)
AREAS = (("NONE", "注册时不选择"), ("REGISTRATION", "注册时选择服务的物业区域"))


@dataclass(frozen=True, kw_only=True)
class RegistrationRule:
    """What a city asks of an organisation that registers."""

    way: str = setting("注册方式", "REVIEW", choices=WAYS)
    agreement: str = setting("机构注册协议", "TICK", choices=AGREEMENTS)
    papers: bool = setting("须上传要件", True)
    login_name: str = setting("登录名", "CODE", choices=NAMES)
    originals: str = setting("原件核验", "WINDOW", choices=ORIGINALS)
    areas: str = setting("服务区域", "NONE", choices=AREAS, help="物业服务企业、业主委员会")
    printed: bool = setting("打印注册申请表", True)
    phone_code: bool = setting("经办人手机须短信验证", False, help="提交后即可登录的一律验证")
    activation_hours: int = setting("激活链接有效时长", 24, least=1, most=168, unit="小时")

    @property
    def asks_phone_code(self) -> bool:
        """Where nobody looks at the papers first, the phone at least is proved."""
        return self.phone_code or self.way == "AT_ONCE"


def registration_rule(*, jurisdiction_id: int, on: dt.date, organisation_kind: str = "") -> RegistrationRule:
    """The rule of the city for a kind of organisation."""
    return in_force(
        RegistrationRule,
        kind=PolicyKind.REGISTRATION_RULE,
        jurisdiction_id=jurisdiction_id,
        on=on,
        scope=organisation_kind,
    )

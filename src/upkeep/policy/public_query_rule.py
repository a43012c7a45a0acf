"""公众查询规则: what anyone may read of a house without a login (manual 002 快捷服务 is the open mode)."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

MODES = (("PROOF", "须验证业主身份"), ("OPEN_MASKED", "凭地址查询，个人信息脱敏"))
CASE_PROOFS = (
    ("PHONE_TAIL", "业务单编号和预留电话后四位"),
    ("SMS", "业务单编号和预留手机收到的动态密码"),
    ("NUMBER", "凭业务单编号查询，个人信息脱敏"),
)
UNREGISTERED = (("REVIEW", "先审核后入库"), ("PROVISIONAL", "暂列入，银行到账后生效"))


@dataclass(frozen=True, kw_only=True)
class PublicQueryRule:
    """Queries and self-service without a login."""

    mode: str = setting("维修资金公众查询", "PROOF", choices=MODES)
    case_proof: str = setting("业务受理状态查询", "PHONE_TAIL", choices=CASE_PROOFS)
    area_totals: bool = setting("公开小区资金总额", True, help="户数过少、会显出单户余额的小区不公开")
    unregistered_house: str = setting("未备案房屋交款", "REVIEW", choices=UNREGISTERED)
    payer_becomes_owner: bool = setting(
        "自主交款后登记为业主",
        False,
        help="尚未登记业主的房屋，银行到账后把交款人登记为业主；不选的，须到窗口办理业主绑定",
    )


def public_query_rule(*, jurisdiction_id: int, on: dt.date) -> PublicQueryRule:
    """The rule of the city."""
    return in_force(PublicQueryRule, kind=PolicyKind.PUBLIC_QUERY_RULE, jurisdiction_id=jurisdiction_id, on=on)

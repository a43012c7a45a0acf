"""机构管理规则: how an organisation's data change (manuals 001, 003, 004), and who keeps users of its own."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

WAYS = (("AT_ONCE", "保存后即时生效"), ("REGISTRY_CHECK", "质监校验通过后生效"), ("REVIEW", "提交审核"))
MANAGERS = (
    ("DEVELOPER", "开发建设单位"),
    ("PROPERTY_COMPANY", "物业服务企业"),
    ("OWNERS_COMMITTEE", "业主委员会"),
    ("SELLING_UNIT", "公有住房售房单位"),
    ("BANK", "专户银行"),
)


@dataclass(frozen=True, kw_only=True)
class OrganisationRule:
    """Core fields are name, nature, social credit code, legal representative; all the others are auxiliary."""

    core_change: str = setting(
        "基本信息变更", "REVIEW", choices=WAYS, help="单位名称、单位性质、统一社会信用代码、法定代表人"
    )
    auxiliary_change: str = setting("辅助信息变更", "AT_ONCE", choices=WAYS)
    user_managers: tuple[str, ...] = setting(
        "可自行管理机构用户", tuple(code for code, _ in MANAGERS), choices=MANAGERS
    )
    committee_users_when_self_managed: bool = setting("业主委员会仅在自管模式下管理用户", False)


def organisation_rule(*, jurisdiction_id: int, on: dt.date) -> OrganisationRule:
    """The rule of the city."""
    return in_force(OrganisationRule, kind=PolicyKind.ORGANISATION_RULE, jurisdiction_id=jurisdiction_id, on=on)

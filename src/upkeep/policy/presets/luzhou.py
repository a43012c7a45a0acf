"""Manual 001, 泸州市住宅专项维修资金管理系统: the developer's businesses, printed, to the window, then reviewed."""

from upkeep.parties.roles import Role
from upkeep.policy.collection_rule import REGISTRY, WORKBOOK, CollectionRule
from upkeep.policy.models import PolicyKind
from upkeep.policy.organisation_rule import OrganisationRule
from upkeep.policy.presets.preset import Preset, PresetValue
from upkeep.policy.registration_rule import RegistrationRule
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.policy.service_rule import ServiceRule
from upkeep.policy.wording import Wording

_MANUAL = "《泸州市住宅专项维修资金管理系统操作手册（开发建设单位）》"
_WINDOW_THEN_REVIEW = ReviewChain(steps=(ChainStep(Role.WINDOW_CLERK, 1), ChainStep(Role.FIRST_REVIEWER, 3)))

LUZHOU = Preset(
    "luzhou",
    "泸州（住宅专项维修资金管理系统）",
    (
        PresetValue(
            PolicyKind.REGISTRATION_RULE,
            RegistrationRule(
                way="REVIEW", agreement="READ", papers=True, login_name="CODE", originals="WINDOW", printed=True
            ),
            f"{_MANUAL}2.1 开发建设单位注册",
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN,
            _WINDOW_THEN_REVIEW,
            f"{_MANUAL}2.1 开发建设单位注册",
            "organisation_registration",
        ),
        PresetValue(PolicyKind.REVIEW_CHAIN, _WINDOW_THEN_REVIEW, f"{_MANUAL}2.2 物业区域采集", "area_collection"),
        PresetValue(
            PolicyKind.REVIEW_CHAIN,
            ReviewChain(starters=(Role.DEVELOPER,)),
            f"{_MANUAL}2.3.1 开发建设单位批量交款：持通知单到银行交款",
            "developer_deposit",
        ),
        PresetValue(
            PolicyKind.ORGANISATION_RULE,
            OrganisationRule(core_change="AT_ONCE", auxiliary_change="AT_ONCE"),
            f"{_MANUAL}2.10 信息变更",
        ),
        PresetValue(
            PolicyKind.SERVICE_RULE, ServiceRule(ways=()), f"{_MANUAL}2.2 物业区域采集：区域由开发建设单位登记"
        ),
        PresetValue(
            PolicyKind.COLLECTION_RULE,
            CollectionRule(sources=(WORKBOOK, REGISTRY)),
            f"{_MANUAL}2.2 物业区域采集：下载模板导入，或接口获取",
        ),
        PresetValue(
            PolicyKind.WORDING,
            Wording(area="物业区域", building="楼栋", house="房屋", office="维修资金管理部门"),
            f"{_MANUAL}用语",
        ),
    ),
)

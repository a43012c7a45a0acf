"""Manual 000, 住宅维修资金云管理平台: registration complete at once, areas by 入驻, the housing office decides online."""

from upkeep.parties.roles import Role
from upkeep.policy.collection_rule import BY_HAND, CollectionRule
from upkeep.policy.models import PolicyKind
from upkeep.policy.organisation_rule import OrganisationRule
from upkeep.policy.payout_gate import PayoutGate
from upkeep.policy.presets.preset import Preset, PresetValue
from upkeep.policy.project_rule import ProjectRule
from upkeep.policy.registration_rule import RegistrationRule
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.policy.service_rule import ServiceRule
from upkeep.policy.wording import Wording

_MANUAL = "《住宅维修资金云管理平台用户操作手册》"

GANSU = Preset(
    "gansu",
    "甘肃（住宅维修资金云管理平台）",
    (
        PresetValue(
            PolicyKind.REGISTRATION_RULE,
            RegistrationRule(
                way="AT_ONCE", agreement="NONE", papers=False, login_name="FREE", originals="NONE", printed=False
            ),
            f"{_MANUAL}开发商用户 1.1 用户注册",
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN, ReviewChain(), f"{_MANUAL}开发商用户 1.1 用户注册", "organisation_registration"
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN,
            ReviewChain(steps=(ChainStep(Role.FIRST_REVIEWER, 3),)),
            f"{_MANUAL}开发商用户 2.1 小区管理：提交房管局审核",
            "area_collection",
        ),
        *(
            PresetValue(
                PolicyKind.REVIEW_CHAIN,
                ReviewChain(steps=(ChainStep(Role.FIRST_REVIEWER, 3), ChainStep(Role.APPROVER, 3))),
                f"{_MANUAL}物业用户 2.5 维修项目管理：{words}",
                procedure,
            )
            for procedure, words in (
                ("simple_disbursement", "提交房管局审核"),
                ("project_application", "提交审核"),
                ("fund_disbursement", "拨款申请"),
            )
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN,
            ReviewChain(),
            f"{_MANUAL}开发商用户 2.1、物业用户 2.2 户室管理：绑定",
            "owner_binding",
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN,
            ReviewChain(),
            f"{_MANUAL}物业用户 2.2、业主委员会用户 2.2 户室管理：过户",
            "owner_transfer",
        ),
        PresetValue(
            PolicyKind.ORGANISATION_RULE,
            OrganisationRule(core_change="AT_ONCE", auxiliary_change="AT_ONCE"),
            f"{_MANUAL}1.3 个人信息",
        ),
        PresetValue(
            PolicyKind.SERVICE_RULE,
            ServiceRule(ways=("MOVE_IN",), move_in_decided_by="DEVELOPER", proposed_when_named=True),
            f"{_MANUAL}开发商用户 2.5 入驻审批",
        ),
        PresetValue(
            PolicyKind.PROJECT_RULE,
            ProjectRule(
                starters=("PROPERTY_COMPANY", "OWNERS_COMMITTEE"),
                emergency_confirmed=False,
                payment_notice="APPLICANT",
            ),
            f"{_MANUAL}物业用户 2.5（最后提交拨款通知单）、业主委员会用户 2.4 维修项目管理",
        ),
        PresetValue(
            PolicyKind.PAYOUT_GATE,
            PayoutGate(accepted_beyond_percent=100, last_phase_needs_acceptance=False),
            f"{_MANUAL}物业用户 2.5（未设拨付限制）",
        ),
        PresetValue(
            PolicyKind.COLLECTION_RULE,
            CollectionRule(sources=(BY_HAND,)),
            f"{_MANUAL}开发商用户 2.1 新建小区添加：录入楼幢、生成户室",
        ),
        PresetValue(
            PolicyKind.WORDING,
            Wording(
                area="小区",
                building="楼幢",
                house="户室",
                developer="开发商",
                property_company="物业单位",
                office="房管局",
            ),
            f"{_MANUAL}用语",
        ),
    ),
)

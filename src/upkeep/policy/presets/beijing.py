"""Manual 003, 北京市住宅专项维修资金管理系统: unverified user first, then the organisation's application; keys; 任务单."""

from upkeep.parties.roles import Role
from upkeep.policy.login_rule import LoginRule
from upkeep.policy.models import PolicyKind
from upkeep.policy.organisation_rule import OrganisationRule
from upkeep.policy.payout_gate import PayoutGate
from upkeep.policy.presets.preset import Preset, PresetValue
from upkeep.policy.project_rule import ProjectRule
from upkeep.policy.registration_rule import RegistrationRule
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.policy.service_rule import ServiceRule
from upkeep.policy.wording import Wording

_MANUAL = "《北京市住宅专项维修资金管理系统操作手册（物业服务企业）》"

BEIJING = Preset(
    "beijing",
    "北京（住宅专项维修资金管理系统）",
    (
        PresetValue(
            PolicyKind.REGISTRATION_RULE,
            RegistrationRule(
                way="UNVERIFIED_FIRST",
                agreement="NONE",
                papers=False,
                login_name="FREE",
                originals="WINDOW",
                printed=True,
            ),
            f"{_MANUAL}2.1 未认证用户注册、2.2 单位注册申请",
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN,
            ReviewChain(steps=(ChainStep(Role.WINDOW_CLERK, 1), ChainStep(Role.FIRST_REVIEWER, 3))),
            f"{_MANUAL}2.2 单位注册申请",
            "organisation_registration",
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN,
            ReviewChain(
                steps=(ChainStep(Role.FIRST_REVIEWER, 3), ChainStep(Role.APPROVER, 3)),
                starters=(Role.PROPERTY_COMPANY,),
            ),
            f"{_MANUAL}4.2 商品房维修支取申请：建委审核",
            "simple_disbursement",
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN,
            ReviewChain(
                steps=(
                    ChainStep(Role.WINDOW_CLERK, 1),
                    ChainStep(Role.FIRST_REVIEWER, 3),
                    ChainStep(Role.APPROVER, 3),
                ),
                starters=(Role.PROPERTY_COMPANY,),
            ),
            f"{_MANUAL}4.2 商品房维修支取申请：签字表随任务单交窗口，建委审核",
            "withdrawal_order",
        ),
        PresetValue(
            PolicyKind.ORGANISATION_RULE,
            OrganisationRule(core_change="REGISTRY_CHECK", auxiliary_change="AT_ONCE"),
            f"{_MANUAL}8 单位信息管理：质监校验",
        ),
        PresetValue(
            PolicyKind.SERVICE_RULE,
            ServiceRule(ways=("ASSOCIATION",), association_days=3, papers_may_be_brought=True),
            f"{_MANUAL}3 物业区域关联",
        ),
        PresetValue(
            PolicyKind.PROJECT_RULE,
            ProjectRule(starters=("PROPERTY_COMPANY",), form="ORDER", vote="SIGNED_AFTER"),
            f"{_MANUAL}4.2 商品房维修支取申请",
        ),
        PresetValue(
            PolicyKind.PAYOUT_GATE,
            PayoutGate(accepted_beyond_percent=100, last_phase_needs_acceptance=False),
            f"{_MANUAL}4.2（未设拨付限制）",
        ),
        PresetValue(
            PolicyKind.LOGIN_RULE,
            LoginRule(organisation_key="OPTIONAL", confirm_operator=True),
            f"{_MANUAL}1 用户登录：数字证书、经办人信息确认",
        ),
        PresetValue(
            PolicyKind.WORDING,
            Wording(
                area="小区",
                building="自然幢",
                house="分户",
                developer="开发企业",
                property_company="物业服务企业",
                case_number="申请编号",
                office="管理部",
            ),
            f"{_MANUAL}用语",
        ),
    ),
)

"""Manual 004, 江门市物业管理公众服务平台 (业主委员会): the committee runs projects, double two thirds, the 70 % gate."""

from upkeep.parties.roles import Role
from upkeep.policy.models import PolicyKind
from upkeep.policy.organisation_rule import OrganisationRule
from upkeep.policy.payout_gate import PayoutGate
from upkeep.policy.presets.preset import Preset, PresetValue
from upkeep.policy.project_rule import ProjectRule
from upkeep.policy.registration_rule import RegistrationRule
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.policy.service_rule import ServiceRule
from upkeep.policy.voting_rule import OLD_DOUBLE_2_3
from upkeep.policy.wording import Wording

_MANUAL = "《江门市物业管理公众服务平台操作手册（业主委员会）》"

JIANGMEN = Preset(
    "jiangmen",
    "江门（物业管理公众服务平台）",
    (
        PresetValue(
            PolicyKind.REGISTRATION_RULE,
            RegistrationRule(
                way="AT_ONCE",
                agreement="READ",
                papers=True,
                login_name="CODE",
                originals="FIRST_CASE",
                areas="REGISTRATION",
                printed=False,
            ),
            f"{_MANUAL}1.1 业主委员会注册",
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN, ReviewChain(), f"{_MANUAL}1.1 业主委员会注册", "organisation_registration"
        ),
        PresetValue(
            PolicyKind.REVIEW_CHAIN,
            ReviewChain(
                steps=(
                    ChainStep(Role.WINDOW_CLERK, 1),
                    ChainStep(Role.FIRST_REVIEWER, 3),
                    ChainStep(Role.APPROVER, 3),
                ),
                starters=(Role.OWNERS_COMMITTEE,),
            ),
            f"{_MANUAL}1.3.3 简单拨付项目：立项与拨付一并受理、审核",
            "simple_disbursement",
        ),
        *(
            PresetValue(
                PolicyKind.REVIEW_CHAIN,
                ReviewChain(
                    steps=(
                        ChainStep(Role.WINDOW_CLERK, 1),
                        ChainStep(Role.FIRST_REVIEWER, 3),
                        ChainStep(Role.APPROVER, 3),
                    ),
                    starters=(Role.OWNERS_COMMITTEE,),
                ),
                f"{_MANUAL}{section}：窗口受理，审核通过后办理",
                procedure,
            )
            for procedure, section in (
                ("project_application", "1.3.1 第四步 立项申请"),
                ("fund_disbursement", "1.3.1 第五步 资金拨付"),
            )
        ),
        PresetValue(
            PolicyKind.ORGANISATION_RULE,
            OrganisationRule(
                core_change="AT_ONCE", auxiliary_change="AT_ONCE", committee_users_when_self_managed=True
            ),
            f"{_MANUAL}1.2.1 信息变更、1.2.2 机构用户管理",
        ),
        PresetValue(PolicyKind.SERVICE_RULE, ServiceRule(ways=()), f"{_MANUAL}1.1 注册时选择物业区域"),
        PresetValue(
            PolicyKind.PROJECT_RULE,
            ProjectRule(starters=("OWNERS_COMMITTEE",), form="PROJECT", vote="TOTALS", emergency_confirmed=False),
            f"{_MANUAL}1.3 维修项目管理",
        ),
        PresetValue(PolicyKind.VOTING_RULE, OLD_DOUBLE_2_3, f"{_MANUAL}1.3.1 投票表决管理：双三分之二", scope="use"),
        PresetValue(
            PolicyKind.PAYOUT_GATE,
            PayoutGate(accepted_beyond_percent=70, last_phase_needs_acceptance=True),
            f"{_MANUAL}1.3.1 资金拨付：累计超过 70% 及末期拨付前须验收并公示",
        ),
        PresetValue(
            PolicyKind.WORDING,
            Wording(area="物业区域", building="楼幢", house="房屋", office="维修资金管理部门"),
            f"{_MANUAL}用语",
        ),
    ),
)

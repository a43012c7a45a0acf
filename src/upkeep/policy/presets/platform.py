"""Manual 002, 物业专项维修资金公众服务平台: anyone finds a house by its address and pays; registration is complete at once."""

from upkeep.policy.login_rule import LoginRule
from upkeep.policy.models import PolicyKind
from upkeep.policy.presets.preset import Preset, PresetValue
from upkeep.policy.public_query_rule import PublicQueryRule
from upkeep.policy.registration_rule import RegistrationRule
from upkeep.policy.review_chain import ReviewChain
from upkeep.policy.service_rule import ServiceRule
from upkeep.policy.wording import Wording

_MANUAL = "《物业专项维修资金公众服务平台操作手册》"

PLATFORM = Preset(
    "platform",
    "公众服务平台",
    (
        PresetValue(
            PolicyKind.REGISTRATION_RULE,
            RegistrationRule(
                way="AT_ONCE",
                agreement="TICK",
                papers=True,
                login_name="FREE",
                originals="NONE",
                areas="REGISTRATION",
                printed=False,
            ),
            f"{_MANUAL}机构注册 1 至 3",
        ),
        PresetValue(PolicyKind.REVIEW_CHAIN, ReviewChain(), f"{_MANUAL}机构注册 1 至 3", "organisation_registration"),
        PresetValue(PolicyKind.SERVICE_RULE, ServiceRule(ways=()), f"{_MANUAL}机构注册：注册时选择物业区域"),
        PresetValue(
            PolicyKind.PUBLIC_QUERY_RULE,
            PublicQueryRule(
                mode="OPEN_MASKED",
                case_proof="NUMBER",
                unregistered_house="PROVISIONAL",
                payer_becomes_owner=True,
            ),
            f"{_MANUAL}快捷服务 1 至 4",
        ),
        PresetValue(PolicyKind.LOGIN_RULE, LoginRule(owner_ways=("PASSWORD", "CODE")), f"{_MANUAL}登录 1 业主登录"),
        PresetValue(
            PolicyKind.WORDING,
            Wording(area="物业区域", house="房屋", case_number="业务单编号", office="审核部门"),
            f"{_MANUAL}用语",
        ),
    ),
)

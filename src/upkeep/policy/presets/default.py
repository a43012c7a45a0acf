"""The way the platform works where a city has not chosen another: window and review, proof before query."""

from upkeep.policy.models import PolicyKind
from upkeep.policy.pay_slip_rule import PaySlipRule
from upkeep.policy.presets.preset import Preset, PresetValue
from upkeep.policy.registration_rule import RegistrationRule
from upkeep.policy.unit_deposit_rule import UnitDepositRule
from upkeep.policy.voting_rule import CC278_RAISE, CC278_USE

DEFAULT = Preset(
    "default",
    "通用",
    (
        PresetValue(PolicyKind.REGISTRATION_RULE, RegistrationRule(), "系统通用流程"),
        PresetValue(PolicyKind.PAY_SLIP_RULE, PaySlipRule(), "系统通用流程"),
        PresetValue(PolicyKind.UNIT_DEPOSIT_RULE, UnitDepositRule(), "165号令第八条、第十二条"),
        PresetValue(PolicyKind.VOTING_RULE, CC278_USE, "《民法典》第二百七十八条", scope="use"),
        PresetValue(PolicyKind.VOTING_RULE, CC278_RAISE, "《民法典》第二百七十八条", scope="raise"),
    ),
)

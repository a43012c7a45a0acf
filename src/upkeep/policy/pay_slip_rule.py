"""交款通知单规则: how long a pay slip holds and who may make it void."""

import datetime as dt
from dataclasses import dataclass

from upkeep.parties.roles import Role
from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

VOIDERS = tuple(
    (role.value, str(role.label)) for role in (Role.DEVELOPER, Role.SELLING_UNIT, Role.WINDOW_CLERK, Role.ACCOUNTANT)
)


@dataclass(frozen=True, kw_only=True)
class PaySlipRule:
    """`valid_days` counts the days after the day of issue; `voiders` are roles, the payer's own or the office's."""

    valid_days: int = setting("有效天数", 30, least=1, most=3_660, unit="天", help="自开具次日起算")
    voiders: tuple[str, ...] = setting(
        "可作废通知单", (Role.DEVELOPER, Role.WINDOW_CLERK, Role.ACCOUNTANT), choices=VOIDERS
    )

    def __post_init__(self) -> None:
        if not 1 <= self.valid_days <= 3_660:
            raise ValueError("a pay slip holds for 1 to 3,660 days")
        for role in self.voiders:
            Role(role)

    def last_day(self, issued_on: dt.date) -> dt.date:
        """The last day on which the bank takes the money."""
        return issued_on + dt.timedelta(days=self.valid_days)


def pay_slip_rule(*, jurisdiction_id: int, on: dt.date) -> PaySlipRule:
    """The city's rule, or 30 days where it has set none."""
    return in_force(PaySlipRule, kind=PolicyKind.PAY_SLIP_RULE, jurisdiction_id=jurisdiction_id, on=on)

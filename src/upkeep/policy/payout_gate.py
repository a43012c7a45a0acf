"""拨付规则: what must be done before money goes out for a repair (manual 004 1.3.1: 70 % and the last phase)."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting


@dataclass(frozen=True, kw_only=True)
class PayoutGate:
    """Percentages of the project's budget. 100 for `first_payment_most` means no cap."""

    accepted_beyond_percent: int = setting(
        "累计拨付超过预算的百分之几须先验收并公示", 70, least=0, most=100, unit="%", help="100 表示不限制"
    )
    last_phase_needs_acceptance: bool = setting("末期拨付须先验收并公示", True)
    first_payment_most_percent: int = setting("首次拨付不超过预算的百分之几", 100, least=1, most=100, unit="%")


def payout_gate(*, jurisdiction_id: int, on: dt.date) -> PayoutGate:
    """The rule of the city."""
    return in_force(PayoutGate, kind=PolicyKind.PAYOUT_GATE, jurisdiction_id=jurisdiction_id, on=on)

"""退款规则: for which reasons a city pays deposits back, how much of them, and on which papers (manual 002 业主退款; 165号令)."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

OVERPAID, MISPAID, CANCELLED, AREA = "OVERPAID", "MISPAID", "CANCELLED", "AREA"
#: The reasons, which are the scopes of the policy.
REASONS = (
    (OVERPAID, "多交"),
    (MISPAID, "错交"),
    (CANCELLED, "退房"),
    (AREA, "面积差"),
)
WHOLE, EXCESS = "WHOLE", "EXCESS"
MOST = ((WHOLE, "已交且未使用的全部"), (EXCESS, "超过应交金额的部分"))
PAPERS = (
    ("identity", "申请人身份证明"),
    ("receipt", "交款票据"),
    ("bank_card", "收款银行卡或存折"),
    ("statement", "多交、错交情况说明及凭证"),
    ("cancellation", "退房协议或解除购房合同的证明"),
    ("survey", "房屋实测面积报告或不动产权证书"),
)


@dataclass(frozen=True, kw_only=True)
class RefundRule:
    """What holds for one reason. `most` says how far a refund may go; the ledger's available balance always limits it."""

    allowed: bool = setting("受理该事由的退款", True)
    most: str = setting("最多退还", EXCESS, choices=MOST, help="任何时候都不超过分户可用余额")
    papers: tuple[str, ...] = setting("退款要件", ("identity", "receipt", "bank_card"), choices=PAPERS)


_USUAL = ("identity", "receipt", "bank_card")
DEFAULTS: dict[str, RefundRule] = {
    OVERPAID: RefundRule(papers=(*_USUAL, "statement")),
    MISPAID: RefundRule(most=WHOLE, papers=(*_USUAL, "statement")),
    CANCELLED: RefundRule(most=WHOLE, papers=(*_USUAL, "cancellation")),
    AREA: RefundRule(papers=(*_USUAL, "survey")),
}


def refund_rule(reason: str, *, jurisdiction_id: int, on: dt.date) -> RefundRule:
    """The city's rule for a reason, or the usual one. Raises: KeyError for a reason that is none."""
    usual = DEFAULTS[reason]
    found = in_force(
        RefundRule, kind=PolicyKind.REFUND_RULE, jurisdiction_id=jurisdiction_id, on=on, scope=reason, otherwise=usual
    )
    return found


def open_reasons(*, jurisdiction_id: int, on: dt.date) -> list[tuple[str, str]]:
    """The reasons for which the city pays back, code and name."""
    return [
        (code, name) for code, name in REASONS if refund_rule(code, jurisdiction_id=jurisdiction_id, on=on).allowed
    ]

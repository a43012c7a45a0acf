"""手工凭证 and 期初建账."""

from upkeep.accounting.models.manual import ManualLine, ManualState, ManualVoucher
from upkeep.accounting.models.opening import Opening, OpeningFault, OpeningLine, OpeningState, OpeningTotal

__all__ = [
    "ManualLine",
    "ManualState",
    "ManualVoucher",
    "Opening",
    "OpeningFault",
    "OpeningLine",
    "OpeningState",
    "OpeningTotal",
]

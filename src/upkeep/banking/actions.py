"""The public door of banking: everything that changes a slip, an order or a custody account."""

from upkeep.banking.custody import default_custody, fund_kind_of, open_custody
from upkeep.banking.orders import (
    amounts_of,
    confirm_order,
    fail_order,
    order_payment,
    reissue_order,
    void_order,
)
from upkeep.banking.purposes import SlipItem
from upkeep.banking.reversals import ask_reversal, decide_reversal
from upkeep.banking.slips import (
    NewSlip,
    confirm_slip,
    expire_slips,
    issue_slips,
    reissue_slip,
    source_of,
    void_slip,
)

__all__ = [
    "NewSlip",
    "SlipItem",
    "amounts_of",
    "ask_reversal",
    "confirm_order",
    "confirm_slip",
    "decide_reversal",
    "default_custody",
    "expire_slips",
    "fail_order",
    "fund_kind_of",
    "issue_slips",
    "open_custody",
    "order_payment",
    "reissue_order",
    "reissue_slip",
    "source_of",
    "void_order",
    "void_slip",
]

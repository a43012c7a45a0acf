"""Custody accounts, bank serials, pay slips, payment orders, reversals."""

from upkeep.banking.models.custody import BankSerial, CustodyAccount
from upkeep.banking.models.order import OrderState, PaymentOrder, PaymentOrderLine
from upkeep.banking.models.reversal import BankReversal, ReversalState
from upkeep.banking.models.slip import PaySlip, PaySlipLine, ReceiptMode, SlipState

__all__ = [
    "BankReversal",
    "BankSerial",
    "CustodyAccount",
    "OrderState",
    "PaySlip",
    "PaySlipLine",
    "PaymentOrder",
    "PaymentOrderLine",
    "ReceiptMode",
    "ReversalState",
    "SlipState",
]

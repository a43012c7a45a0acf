"""Custody accounts, bank serials, pay slips, payment orders."""

from upkeep.banking.models.custody import BankSerial, CustodyAccount
from upkeep.banking.models.order import OrderState, PaymentOrder, PaymentOrderLine
from upkeep.banking.models.slip import PaySlip, PaySlipLine, ReceiptMode, SlipState

__all__ = [
    "BankSerial",
    "CustodyAccount",
    "OrderState",
    "PaySlip",
    "PaySlipLine",
    "PaymentOrder",
    "PaymentOrderLine",
    "ReceiptMode",
    "SlipState",
]

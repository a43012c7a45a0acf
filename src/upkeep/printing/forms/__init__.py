"""What each printed form needs: one frozen dataclass per form, beside the Typst file that lays it out.

Values stay typed: `*_fen` shows as yuan (on the form itself in capitals too), `*_dm2` in m², `*_on` as a date.
"""

from upkeep.printing.forms.annual import AnnualStatement
from upkeep.printing.forms.application import Application
from upkeep.printing.forms.demands import DemandLetters
from upkeep.printing.forms.fund_statement import FundStatement
from upkeep.printing.forms.notices import BallotReceipt, PublicNotice, Resolution, SignatureSheet
from upkeep.printing.forms.payments import (
    BankSlip,
    Journal,
    OwnerNotices,
    PaymentOrder,
    PayNotice,
    Receipt,
    Receipts,
    Statement,
)
from upkeep.printing.forms.reconciling import BalanceAdjustment
from upkeep.printing.forms.vouchers import Vouchers

#: Form name (the Typst file) -> the dataclass of its data.
FORMS: dict[str, type] = {
    "application": Application,
    "pay_notice": PayNotice,
    "owner_notices": OwnerNotices,
    "receipt": Receipt,
    "receipts": Receipts,
    "payment_order": PaymentOrder,
    "public_notice": PublicNotice,
    "signature_sheet": SignatureSheet,
    "bank_slip": BankSlip,
    "journal": Journal,
    "statement": Statement,
    "resolution": Resolution,
    "ballot_receipt": BallotReceipt,
    "annual_statement": AnnualStatement,
    "demand_letters": DemandLetters,
    "fund_statement": FundStatement,
    "vouchers": Vouchers,
    "balance_adjustment": BalanceAdjustment,
}

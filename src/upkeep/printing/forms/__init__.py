"""What each printed form needs: one frozen dataclass per form, beside the Typst file that lays it out.

Values stay typed: `*_fen` shows as yuan (on the form itself in capitals too), `*_dm2` in m², `*_on` as a date.
"""

from upkeep.printing.forms.application import Application
from upkeep.printing.forms.demands import DemandLetters
from upkeep.printing.forms.notices import PublicNotice, Resolution, SignatureSheet
from upkeep.printing.forms.payments import BankSlip, PaymentOrder, PayNotice, Receipt, Statement

#: Form name (the Typst file) -> the dataclass of its data.
FORMS: dict[str, type] = {
    "application": Application,
    "pay_notice": PayNotice,
    "receipt": Receipt,
    "payment_order": PaymentOrder,
    "public_notice": PublicNotice,
    "signature_sheet": SignatureSheet,
    "bank_slip": BankSlip,
    "statement": Statement,
    "resolution": Resolution,
    "demand_letters": DemandLetters,
}

"""续交 as a purpose of pay slips: the books, the receipt, the register of arrears. The first deposit's level stays as it is."""

import contextlib
import datetime as dt

from upkeep.banking.actions import source_of
from upkeep.banking.models import PaySlip
from upkeep.banking.purposes import SlipPurpose, purpose
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.deposits.arrears import register_arrears
from upkeep.deposits.further_slips import FURTHER
from upkeep.deposits.receipts import NoReceiptNumbers, issue_receipts
from upkeep.estate.models.case_house import ClaimKind
from upkeep.parties.actor import Actor


@purpose(FURTHER)
class FurtherDeposit(SlipPurpose):
    """续交: 借 1001 银行存款, 贷 4001 交存收入, like a first deposit; the payer is the owner the slip names."""

    title = "续交"
    claims = ClaimKind.DEPOSIT

    def confirmed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        amounts = dict(slip.lines.values_list("house_id", "amount_fen"))
        sub_accounts.open_for(slip.area_id, list(amounts))
        postings.deposit_confirmed(
            area_id=slip.area_id,
            custody_id=slip.custody_id,
            fund_kind=FundKind(slip.custody.fund_kind),
            amounts=amounts,
            source=source_of(slip),
            booked_on=booked_on,
        )
        register_arrears(on=booked_on, house_ids=amounts)
        # As with a first deposit: what is missing is issued once a book of receipts is there.
        with contextlib.suppress(NoReceiptNumbers):
            issue_receipts(slip=slip, payers={}, at=at)

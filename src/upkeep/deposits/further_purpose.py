"""续交 as a purpose of pay slips: the books, the receipt, the register of arrears. The first deposit's level stays as it is."""

import datetime as dt

from upkeep.banking.actions import source_of
from upkeep.banking.models import PaySlip
from upkeep.banking.purposes import SlipPurpose, purpose
from upkeep.books import corrections, postings, sub_accounts
from upkeep.books.balance_messages import tell_balance
from upkeep.books.chart import FundKind
from upkeep.deposits.arrears import register_arrears
from upkeep.deposits.further_slips import FURTHER
from upkeep.deposits.issuing import issue_with_payment
from upkeep.deposits.receipts import void_receipts_of
from upkeep.deposits.reversals import check_money_and_houses
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
        issue_with_payment(slip=slip, payers={}, at=at)
        tell_balance(area_id=slip.area_id, source=source_of(slip), at=at)

    def check_reversal(self, slip: PaySlip) -> None:
        check_money_and_houses(slip)

    def reversed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """Money, receipts and the register of arrears as they were; the house's share of the plan is unpaid again."""
        corrections.take_back_deposit(area_id=slip.area_id, source=source_of(slip), booked_on=booked_on)
        void_receipts_of(slip, reason="冲正", by=by, at=at)
        register_arrears(on=booked_on, house_ids=list(slip.lines.values_list("house_id", flat=True)))
        tell_balance(area_id=slip.area_id, source=f"{source_of(slip)}:reversed", at=at)

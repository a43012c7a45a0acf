"""What follows when a first deposit has come in: the books, the register, the receipts."""

import contextlib
import datetime as dt

from upkeep.banking.actions import source_of
from upkeep.banking.models import PaySlip
from upkeep.banking.purposes import SlipPurpose, purpose
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.deposits.actions import DEPOSIT
from upkeep.deposits.owners import new_owner, payer_of_row, rows_by_house
from upkeep.deposits.receipts import NoReceiptNumbers, issue_receipts
from upkeep.estate import provisional
from upkeep.estate.actions import bind_owners, set_first_deposits_due
from upkeep.estate.models import House
from upkeep.estate.models.case_house import ClaimKind
from upkeep.parties.actor import Actor
from upkeep.parties.queries import city_id_of


def payers_of(slip: PaySlip) -> dict[int, str]:
    """Who paid for each house by the slip's owner sheet, by house id."""
    if slip.case is None:
        return {}
    return {house_id: payer_of_row(values) for house_id, values in rows_by_house(slip.case, houses_of(slip)).items()}


def houses_of(slip: PaySlip) -> list[House]:
    """The slip's houses with their buildings."""
    return list(House.objects.filter(slip_lines__slip=slip).select_related("building"))


@purpose(DEPOSIT)
class FirstDeposit(SlipPurpose):
    """首期交存: one entry for the slip, owners bound, receipts issued."""

    title = "首期交存"
    claims = ClaimKind.DEPOSIT

    def confirmed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        amounts = dict(slip.lines.values_list("house_id", "amount_fen"))
        provisional.take_into_register(amounts)
        sub_accounts.open_for(slip.area_id, list(amounts))
        postings.deposit_confirmed(
            area_id=slip.area_id,
            custody_id=slip.custody_id,
            fund_kind=FundKind(slip.custody.fund_kind),
            amounts=amounts,
            source=source_of(slip),
            booked_on=booked_on,
        )
        set_first_deposits_due(amounts)
        rows = rows_by_house(slip.case, houses_of(slip)) if slip.case else {}
        if rows:
            bind_owners(
                jurisdiction_id=city_id_of(slip.jurisdiction_id),
                owners=[new_owner(house_id, values) for house_id, values in rows.items()],
                since=booked_on,
                basis=f"首期交存登记（交款通知单 {slip.number}）",
                at=at,
            )
        # The money lies at the bank whether or not numbers are left; what is missing is issued once a book is there.
        with contextlib.suppress(NoReceiptNumbers):
            payers = {house_id: payer_of_row(values) for house_id, values in rows.items()}
            issue_receipts(slip=slip, payers=payers, at=at)

    def voided(self, slip: PaySlip, *, at: dt.datetime, by: Actor | None) -> None:
        provisional.drop(slip.lines.values_list("house_id", flat=True))

"""What follows when a first deposit has come in: the books, the register, the receipts."""

import datetime as dt
from collections.abc import Sequence

from upkeep.banking.actions import SlipItem, fund_kind_of, source_of
from upkeep.banking.models import PaySlip, PaySlipLine
from upkeep.banking.purposes import SlipPurpose, purpose
from upkeep.books import postings, sub_accounts
from upkeep.books.balance_messages import tell_balance
from upkeep.books.chart import FundKind
from upkeep.deposits.actions import DEPOSIT, named, refuse_paid, slip_items
from upkeep.deposits.due import dues
from upkeep.deposits.issuing import issue_with_payment
from upkeep.deposits.owners import new_owner, payer_of_row, rows_by_house
from upkeep.deposits.reversals import binding_basis, check_first_deposit, take_back_first_deposit
from upkeep.estate import provisional
from upkeep.estate.actions import bind_owners, set_first_deposits_due
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import city_id_of

#: 交款方式 of a developer's batch: from whose pocket the money comes.
DEPOSIT_KINDS = {"COLLECTED": "代交", "ADVANCED": "垫付"}


def payers_of(slip: PaySlip) -> dict[int, str]:
    """Who paid for each house by the slip's owner sheet, by house id; where it names nobody the slip's payer did."""
    if slip.case is None:
        return {}
    rows = rows_by_house(slip.case, houses_of(slip))
    return {house_id: payer for house_id, values in rows.items() if (payer := payer_of_row(values))}


def houses_of(slip: PaySlip) -> list[House]:
    """The houses of the slip with their buildings, those that its payer has entered too."""
    return list(House.everything.filter(slip_lines__slip=slip).select_related("building"))


@purpose(DEPOSIT)
class FirstDeposit(SlipPurpose):
    """首期交存: one entry for the slip, owners bound, receipts issued."""

    title = "首期交存"
    claims = ClaimKind.DEPOSIT

    def renewed(self, slip: PaySlip, *, on: dt.date) -> Sequence[SlipItem]:
        houses = houses_of(slip)
        if left := [house for house in houses if house.state != HouseState.ACTIVE]:
            raise Refusal(f"{named(left)}{left[0].get_state_display()}，不能重新开具，请重新办理业务")
        refuse_paid(houses)
        if any(fund_kind_of(house.nature) != slip.custody.fund_kind for house in houses):
            raise Refusal("有房屋的性质已经变更，应交入的专户不同，不能重新开具，请重新办理业务")
        return slip_items(houses, dues(jurisdiction_id=slip.area.jurisdiction_id, houses=houses, on=on))

    def notice_facts(self, slip: PaySlip) -> Sequence[tuple[str, str]]:
        kind = DEPOSIT_KINDS.get(str(slip.case.data.get("kind", ""))) if slip.case else None
        return [("交款方式", kind)] if kind else ()

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
        if named_owners := [new_owner(house_id, values) for house_id, values in rows.items() if payer_of_row(values)]:
            bind_owners(
                jurisdiction_id=city_id_of(slip.jurisdiction_id),
                owners=named_owners,
                since=booked_on,
                basis=binding_basis(slip),
                at=at,
            )
        payers = {house_id: payer for house_id, values in rows.items() if (payer := payer_of_row(values))}
        tell_balance(area_id=slip.area_id, source=source_of(slip), at=at)
        # Last: other payments of the city wait for the receipt book until this one has committed.
        issue_with_payment(slip=slip, payers=payers, at=at)

    def check_reversal(self, slip: PaySlip) -> None:
        check_first_deposit(slip)

    def reversed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        take_back_first_deposit(slip, booked_on=booked_on, at=at, by=by)

    def voided(self, slip: PaySlip, *, at: dt.datetime, by: Actor | None) -> None:
        provisional.drop(slip.lines.values_list("house_id", flat=True))

    def ran_out(self, slips: Sequence[PaySlip], *, at: dt.datetime) -> None:
        lines = PaySlipLine.objects.filter(slip_id__in=[slip.pk for slip in slips])
        provisional.drop(lines.values_list("house_id", flat=True))

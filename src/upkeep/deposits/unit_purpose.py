"""售房单位交存 as a purpose of pay slips: the money goes to the unit's account of the building, each house's part is kept."""

import datetime as dt
import re
from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from upkeep.banking.actions import SlipItem, source_of
from upkeep.banking.models import PaySlip
from upkeep.banking.purposes import SlipPurpose, purpose
from upkeep.banking.reversals import NotReversible
from upkeep.books import corrections, postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.deposits.issuing import issue_with_payment
from upkeep.deposits.models import UnitSale
from upkeep.deposits.receipts import void_receipts_of
from upkeep.deposits.reversals import refuse_handed_out
from upkeep.deposits.unit_deposits import PURPOSE, items_of, refuse_blocked, unit_dues
from upkeep.estate.claims import names_of
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor

_PRICE = re.compile(r"售房款 [0-9,.]+ 元")
_DEPOSITED = """
    update deposits_unitsale u set slip_id = l.slip_id, deposited_fen = l.amount_fen, deposited_on = %s
    from banking_payslipline l
    where l.slip_id = %s and u.house_id = l.house_id and u.account_id = %s and u.ended_at is null
      and u.deposited_fen is null"""


@purpose(PURPOSE)
class UnitDeposit(SlipPurpose):
    """售房单位交存: 借 1001 银行存款, 贷 4001 交存收入, on the unit's account of the building (售房单位分账)."""

    title = "售房单位交存"
    claims = ClaimKind.UNIT_DEPOSIT

    def renewed(self, slip: PaySlip, *, on: dt.date) -> Sequence[SlipItem]:
        """The same sales by the rule of the day."""
        houses = _houses_of(slip)
        if left := [house for house in houses if house.state != HouseState.ACTIVE]:
            raise Refusal(f"{names_of(left)}{left[0].get_state_display()}，不能重新开具，请重新办理业务")
        refuse_blocked(houses)
        prices = dict(_sales_of(slip).filter(deposited_fen__isnull=True).values_list("house_id", "price_fen"))
        if missing := [house for house in houses if house.pk not in prices]:
            raise Refusal(f"{names_of(missing)}的售房款已重新申报，不能重新开具，请重新办理业务")
        return items_of(houses, unit_dues(slip.area, houses, prices, on=on))

    def notice_facts(self, slip: PaySlip) -> Sequence[tuple[str, str]]:
        assert slip.unit_account is not None
        return [("交存性质", "售房单位交存（从售房款中提取）"), ("入账", slip.unit_account.words)]

    def rule_in_sum(self, rule: str) -> str:
        return _PRICE.sub("售房款", rule)

    def confirmed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        assert slip.unit_account_id is not None
        sub_accounts.open_for(slip.area_id, [slip.unit_account_id])
        postings.deposit_confirmed(
            area_id=slip.area_id,
            custody_id=slip.custody_id,
            fund_kind=FundKind(slip.custody.fund_kind),
            amounts={slip.unit_account_id: slip.total_fen},
            source=source_of(slip),
            booked_on=booked_on,
        )
        with connection.cursor() as cursor:
            cursor.execute(_DEPOSITED, [booked_on, slip.pk, slip.unit_account_id])
            if cursor.rowcount != slip.house_count:
                raise Refusal("通知单上有房屋的售房款已重新申报或已交存，不能收款，请交款单位重新办理通知单")
        issue_with_payment(slip=slip, payers={}, at=at)

    def check_reversal(self, slip: PaySlip) -> None:
        """The money still lies free on the account, and the houses' parts are still what the payment made them."""
        assert slip.unit_account_id is not None
        available = sub_accounts.available([slip.unit_account_id])[slip.unit_account_id]
        if available < slip.total_fen:
            raise NotReversible("售房单位分账的资金已使用或冻结，不能冲正，请联系维修资金管理部门")
        if _sales_of(slip).filter(slip=slip, deposited_fen__isnull=False).count() != slip.house_count:
            raise NotReversible("有房屋已拆分、合并或注销，不能冲正，请联系维修资金管理部门")
        refuse_handed_out(slip)

    def reversed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """Money, houses' parts and receipts as they were before."""
        corrections.take_back_deposit(area_id=slip.area_id, source=source_of(slip), booked_on=booked_on)
        _sales_of(slip).filter(slip=slip).update(slip=None, deposited_fen=None, deposited_on=None)
        void_receipts_of(slip, reason="冲正", by=by, at=at)


def _houses_of(slip: PaySlip) -> list[House]:
    return list(House.objects.filter(slip_lines__slip=slip).select_related("building"))


def _sales_of(slip: PaySlip) -> QuerySet[UnitSale]:
    houses = slip.lines.values("house_id")
    return UnitSale.objects.filter(account_id=slip.unit_account_id, house_id__in=houses, ended_at__isnull=True)

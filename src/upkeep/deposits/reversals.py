"""A first deposit that the bank takes back on its day (冲正): money, register, owners and receipts as they were before."""

import datetime as dt

from upkeep.banking.actions import source_of
from upkeep.banking.models import PaySlip
from upkeep.banking.reversals import NotReversible
from upkeep.books import corrections, sub_accounts
from upkeep.books.balance_messages import tell_balance
from upkeep.deposits.receipts import handed_out, void_receipts_of
from upkeep.estate import claims, owners
from upkeep.estate.actions import clear_first_deposits_due
from upkeep.estate.kinds import HouseState, OwnershipActKind
from upkeep.estate.models import House, HouseClaim, OwnershipAct
from upkeep.parties.actor import Actor


def binding_basis(slip: PaySlip) -> str:
    """On what the owners rest who were bound with the slip's payment."""
    return f"首期交存登记（交款通知单 {slip.number}）"


def check_money_and_houses(slip: PaySlip) -> None:
    """What stands against taking any deposit back: money used or held, houses gone or busy, receipts handed out.

    Raises: NotReversible naming the houses.
    """
    amounts = dict(slip.lines.values_list("house_id", "amount_fen"))
    houses = {house.pk: house for house in House.objects.filter(pk__in=amounts).select_related("building")}
    if gone := [house for house in houses.values() if house.state != HouseState.ACTIVE]:
        raise NotReversible(
            f"{claims.names_of(gone)}已{gone[0].get_state_display()}，不能冲正，请联系维修资金管理部门"
        )
    available = sub_accounts.available(amounts)
    if used := [houses[pk] for pk, fen in amounts.items() if available[pk] < fen]:
        raise NotReversible(f"{claims.names_of(used)}的资金已使用或冻结，不能冲正，请联系维修资金管理部门办理退款")
    busy = HouseClaim.objects.filter(house_id__in=amounts, at__gte=slip.closed_at)
    if found := list(busy.select_related("house__building").order_by("house_id")):
        what = claims.in_words(found)[0]
        raise NotReversible(f"{claims.names_of([one.house for one in found])}{what}，须先办结或撤回后再冲正")
    refuse_handed_out(slip)


def refuse_handed_out(slip: PaySlip) -> None:
    """Raises: NotReversible while somebody may have a receipt of the payment in his hands."""
    if receipts := handed_out(slip):
        raise NotReversible(
            f"票据 {receipts[0].full_number}"
            + (f" 等 {len(receipts)} 张" if len(receipts) > 1 else "")
            + "已打印或已由交款人领取，请联系维修资金管理部门收回并作废票据后再冲正"
        )


def check_first_deposit(slip: PaySlip) -> None:
    """The same, and that the register of the houses is still what the payment made it. Raises: NotReversible."""
    check_money_and_houses(slip)
    wanted = dict(slip.lines.values_list("house_id", "amount_fen"))
    houses = House.objects.filter(pk__in=wanted).select_related("building")
    if changed := [one for one in houses if one.first_deposit_due_fen != wanted[one.pk]]:
        raise NotReversible(f"{claims.names_of(changed)}的首期应交金额已变更，不能冲正，请联系维修资金管理部门")
    later = OwnershipAct.objects.filter(house_id__in=wanted, at__gte=slip.closed_at).exclude(
        basis=binding_basis(slip), kind=OwnershipActKind.BINDING
    )
    if passed := list(houses.filter(pk__in=later.values("house_id"))):
        raise NotReversible(f"{claims.names_of(passed)}的业主登记已变更，不能冲正，请联系维修资金管理部门")


def take_back_first_deposit(slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
    """Undo a first deposit's confirmation. The caller has checked; its source still names that payment."""
    house_ids = list(slip.lines.values_list("house_id", flat=True))
    corrections.take_back_deposit(area_id=slip.area_id, source=source_of(slip), booked_on=booked_on)
    clear_first_deposits_due(house_ids)
    bound = OwnershipAct.objects.filter(house_id__in=house_ids, basis=binding_basis(slip), at__gte=slip.closed_at)
    owners.end(
        list(bound.values_list("house_id", flat=True)),
        until=booked_on,
        basis=f"收款冲正（交款通知单 {slip.number}）",
        case_id=slip.case_id,
        by=by,
        at=at,
    )
    void_receipts_of(slip, reason="冲正", by=by, at=at)
    tell_balance(area_id=slip.area_id, source=f"{source_of(slip)}:reversed", at=at)

"""What stands in the way of handing an area over: each line of the checklist is one question with its answer."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from upkeep.banking.models import OrderState, PaymentOrder, PaySlip, SlipState
from upkeep.books import sub_accounts
from upkeep.books.handing_over import not_in_the_bank, undistributed
from upkeep.estate.models import Area, House, HouseClaim, SellingUnitAccount
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.money import yuan
from upkeep.parties.models import Organisation


@dataclass(frozen=True)
class Check:
    """One line: what is asked, whether it holds, and if not, what is found."""

    title: str
    holds: bool
    found: str = ""


def holders_of(area: Area) -> list[int]:
    """The ids of all sub-accounts of the area: its houses', and those of the units that sold them."""
    houses = House.objects.filter(area=area).values_list("pk", flat=True)
    units = SellingUnitAccount.objects.filter(building__area=area).values_list("pk", flat=True)
    return sorted([*houses, *units])


def committee_of(area: Area) -> Organisation | None:
    """Who acts for the owners' assembly."""
    return area.committee


def checklist(area: Area, *, on: dt.date) -> list[Check]:
    """All questions, those that hold as well. A handful of queries, however many houses."""
    committee = committee_of(area)
    claims = HouseClaim.objects.filter(house__area=area).order_by().values_list("kind").annotate(count=Count("pk"))
    busy = dict(claims)
    slips = PaySlip.objects.filter(area=area, state=SlipState.WAITING).count()
    orders = PaymentOrder.objects.filter(area=area, state=OrderState.WAITING).count()
    balances = sub_accounts.balances(holders_of(area)).values()
    held, total = sum(one.held_fen for one in balances), sum(one.balance_fen for one in balances)
    earned, away = undistributed(area_id=area.pk, on=on), not_in_the_bank(area_id=area.pk, on=on)
    return [
        Check("已成立业主大会并备案业主委员会", committee is not None, "" if committee else "没有在任的业主委员会"),
        *(
            Check(f"没有房屋{kind.label}", not busy.get(kind.value), _count(busy.get(kind.value, 0), "户"))
            for kind in ClaimKind
        ),
        Check("没有待交的交款通知单", not slips, _count(slips, "张")),
        Check("没有待付的付款通知", not orders, _count(orders, "张")),
        Check("没有冻结资金", not held, f"{yuan(held)} 元" if held else ""),
        Check("没有未分配到户的收益", not earned, f"{yuan(earned)} 元" if earned else ""),
        Check("没有国债、备用金和在途资金", not away, f"{yuan(away)} 元" if away else ""),
        Check("分户有余额可以划转", total > 0, "" if total > 0 else "分户余额为零"),
    ]


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number else ""

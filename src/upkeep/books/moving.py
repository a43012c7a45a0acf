"""A building moves to another area (楼栋迁移): its houses' money follows to the fen, within its custody accounts.

The bank sees nothing of it: what one area's 1001 银行存款 loses, the other's gains. Undistributed earnings stay where they
were earned.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from upkeep.books import chart, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.books.errors import in_words
from upkeep.estate.models import SellingUnitAccount
from upkeep.kernel.errors import Refusal
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Entry, Line


class MoneyIsHeld(Refusal):
    """Money of a house is held for a payment and cannot be moved."""


def houses_moved(
    *,
    from_area_id: int,
    to_area_id: int,
    house_ids: Collection[int],
    fund_kinds: Mapping[int, FundKind],
    source: str,
    booked_on: dt.date,
) -> int:
    """迁出: 借 3001/3002 (分户减少) 贷 1001; 迁入: 借 1001 贷 3001/3002 (分户增加). Answers with the fen that moved.

    The buildings stand in the new area already; the accounts of the units that sold their houses (售房单位分账) move with them.
    `fund_kinds` names the fund of each custody account. The old sub-accounts are closed. Raises: MoneyIsHeld, and
    Refusal where a period is closed; KeyError for a custody account that is not named.
    """
    ledger.open_books([to_area_id])
    ledger.lock_books([from_area_id, to_area_id])
    house_ids = [*house_ids, *_unit_accounts(from_area_id, house_ids)]
    if any(one.held_fen for one in sub_accounts.balances(house_ids).values()):
        raise MoneyIsHeld("有房屋的资金已冻结待付，不能迁移，请待付款完成后再办理")
    sub_accounts.open_for(to_area_id, house_ids)
    sub_accounts.reopen_for(to_area_id, house_ids)
    by_custody: dict[int, dict[int, int]] = {}
    for house_id, parts in sub_accounts.balances_by_custody(house_ids).items():
        for custody_id, fen in parts.items():
            by_custody.setdefault(custody_id, {})[house_id] = fen
    entries = []
    for custody_id, amounts in sorted(by_custody.items()):
        kind = fund_kinds[custody_id]
        entries.append(
            _entry(from_area_id, custody_id, kind, amounts, f"{source}:{custody_id}:out", booked_on, out=True)
        )
        entries.append(
            _entry(to_area_id, custody_id, kind, amounts, f"{source}:{custody_id}:in", booked_on, out=False)
        )
    with in_words():
        if entries:
            ledger.post_many(entries)
    sub_accounts.close_for(from_area_id, house_ids, on=booked_on)
    return sum(sum(amounts.values()) for amounts in by_custody.values())


def _unit_accounts(from_area_id: int, house_ids: Collection[int]) -> list[int]:
    """The selling units' accounts of the houses' buildings that are kept in the area which they leave."""
    accounts = (
        SellingUnitAccount.objects.filter(building__houses__in=house_ids).order_by().values_list("pk", flat=True)
    )
    return ledger.kept_in(area_id=from_area_id, ids=set(accounts))


def _entry(
    area_id: int,
    custody_id: int,
    kind: FundKind,
    amounts: Mapping[int, int],
    source: str,
    booked_on: dt.date,
    *,
    out: bool,
) -> Entry:
    total = sum(amounts.values())
    bank = Line(custody_id, chart.BANK, 0, total) if out else Line(custody_id, chart.BANK, total, 0)
    houses = [
        Line(custody_id, kind.net_asset, fen if out else 0, 0 if out else fen, house_id)
        for house_id, fen in sorted(amounts.items())
    ]
    return Entry(
        area_id=area_id,
        source=source,
        reason="houses_moved_out" if out else "houses_moved_in",
        fund=kind.value,
        booked_on=booked_on,
        lines=[*houses, bank] if out else [bank, *houses],
    )

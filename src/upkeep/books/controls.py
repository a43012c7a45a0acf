"""控制公式 of some books, with both sides in figures, for people to look at; `audit` proves the same and more over everything."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from upkeep.books.chart import (
    CHART,
    EARNINGS,
    HOUSE_MONEY,
    IN_TRANSIT,
    OTHER_EXPENSE,
    PAYABLE_FOR_LOST_HOUSES,
    UNDISTRIBUTED,
    AccountKind,
)
from upkeep.ledger import api as ledger
from upkeep.ledger.api import AccountTotal

_BEGINNING = dt.date(1900, 1, 1)
_OFF_BY_AREA = """
select area_id, coalesce(s.fen, 0)::bigint as sub_accounts_fen, coalesce(t.fen, 0)::bigint as control_fen
from (select area_id, sum(balance_fen) as fen from ledger.sub_account where area_id = any (%(areas)s::bigint[])
      group by area_id) s
full join (select area_id, sum(credit_fen - debit_fen) as fen from ledger.day_total
           where code = any (%(house_money)s) and area_id = any (%(areas)s::bigint[]) group by area_id) t using (area_id)
where coalesce(s.fen, 0) <> coalesce(t.fen, 0) order by area_id limit 100
"""


@dataclass(frozen=True, kw_only=True)
class CustodyFigures:
    """One custody account's books in fen, all areas together, at the end of a day; each on its own side."""

    custody_id: int
    debit_fen: int
    credit_fen: int
    assets_fen: int
    liabilities_fen: int
    net_assets_fen: int
    house_money_fen: int
    undistributed_fen: int
    in_transit_fen: int
    payable_fen: int
    below_zero: tuple[str, ...]

    @property
    def unclaimed_fen(self) -> int:
        """What assets have more than liabilities and net assets (unclosed income and expense among them): nothing."""
        return self.assets_fen - self.liabilities_fen - self.net_assets_fen


@dataclass(frozen=True, kw_only=True)
class AreaOff:
    """An area whose sub-accounts are not what its control accounts say, in fen."""

    area_id: int
    sub_accounts_fen: int
    control_fen: int


def figures_of(*, area_ids: Collection[int], on: dt.date) -> list[CustodyFigures]:
    """The figures of every custody account in which the books have money, in the order of ids. One query."""
    by_custody: dict[int, list[AccountTotal]] = {}
    for total in ledger.totals(first=_BEGINNING, last=on, area_ids=area_ids):
        by_custody.setdefault(total.custody_id, []).append(total)
    return [_figures(custody_id, totals) for custody_id, totals in sorted(by_custody.items())]


def _figures(custody_id: int, totals: list[AccountTotal]) -> CustodyFigures:
    standing = {total.code: total.closing_fen for total in totals}
    credit = {code: -fen for code, fen in standing.items()}

    def of(*kinds: AccountKind) -> int:
        return sum(fen for code, fen in standing.items() if CHART[code].kind in kinds)

    return CustodyFigures(
        custody_id=custody_id,
        debit_fen=sum(total.debit_fen for total in totals),
        credit_fen=sum(total.credit_fen for total in totals),
        assets_fen=of(AccountKind.ASSET),
        liabilities_fen=-of(AccountKind.LIABILITY),
        net_assets_fen=-of(AccountKind.NET_ASSET, AccountKind.INCOME, AccountKind.EXPENSE),
        house_money_fen=sum(credit.get(code, 0) for code in HOUSE_MONEY),
        undistributed_fen=sum(credit.get(code, 0) for code in (UNDISTRIBUTED, *EARNINGS, OTHER_EXPENSE)),
        in_transit_fen=standing.get(IN_TRANSIT, 0),
        payable_fen=credit.get(PAYABLE_FOR_LOST_HOUSES, 0),
        below_zero=tuple(
            CHART[code].name
            for code, fen in sorted(standing.items())
            if CHART[code].kind is AccountKind.ASSET and fen < 0
        ),
    )


def areas_off(*, area_ids: Collection[int]) -> list[AreaOff]:
    """The areas whose sub-accounts and control accounts differ now, a hundred at most; none in sound books. One query."""
    values = {"areas": list(area_ids), "house_money": list(HOUSE_MONEY)}
    return [AreaOff(**row) for row in ledger.named_rows(_OFF_BY_AREA, values)]


def sub_account_total(*, area_ids: Collection[int]) -> int:
    """Σ分户余额 of the books in fen."""
    return ledger.sub_account_total(area_ids=area_ids)


def house_money_total(*, area_ids: Collection[int]) -> int:
    """3001 + 3002 + unclosed 4001 - 5001 - 5101 of the books in fen, whenever booked."""
    totals = ledger.totals(first=_BEGINNING, last=dt.date(9999, 12, 31), area_ids=area_ids)
    return -sum(total.closing_fen for total in totals if total.code in HOUSE_MONEY)

"""5901 其他支出 carried to 3001/3002 (a parameter of the city): which houses bear it, in proportion to what they have.

An area's own expense is borne by its houses. That of a custody account as a whole is divided among all houses whose money
lies in it: the account's book gets it back (借 1001 贷 5901), each area's book gives its houses' part (借 3001/3002 贷 1001).
"""

import datetime as dt
from collections.abc import Collection, Mapping

from upkeep.books.chart import BANK, OTHER_EXPENSE, FundKind
from upkeep.kernel.allocation import allocate
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Entry, Line

REASON = "other_expense_borne"
_Scope = tuple[int, int, str]
_Items = Mapping[_Scope, Mapping[str, int]]

# What each house has free in a custody account: its own money there, less what is held of it anywhere.
_FREE = """
select l.area_id, l.sub_account_id, least(sum(l.credit_fen - l.debit_fen), s.balance_fen - s.held_fen)::bigint as fen
from ledger.line l join ledger.sub_account s on s.id = l.sub_account_id and s.area_id = l.area_id
where l.custody_id = %(custody)s and l.area_id = any (%(areas)s) and s.closed_on is null
group by l.area_id, l.sub_account_id, s.balance_fen, s.held_fen
having least(sum(l.credit_fen - l.debit_fen), s.balance_fen - s.held_fen) > 0
order by l.area_id, l.sub_account_id
"""


def borne(
    items: _Items, *, area_ids: Collection[int], through: dt.date, at: dt.datetime
) -> tuple[list[Entry], dict[_Scope, dict[str, int]]]:
    """The entries by which houses bear 5901, and what is left to be carried forward.

    Where no house has money free, 5901 stays among what is left, and goes to 3101. A balance on the unusual side (more came
    back than was spent) stays there too.
    """
    entries: list[Entry] = []
    left = {scope: dict(codes) for scope, codes in items.items()}
    for scope in sorted(items):
        fen = items[scope].get(OTHER_EXPENSE, 0)
        if fen <= 0:
            continue
        made = _entries(scope, fen, area_ids=area_ids, through=through, at=at)
        if made:
            entries += made
            del left[scope][OTHER_EXPENSE]
    return entries, left


def _entries(scope: _Scope, fen: int, *, area_ids: Collection[int], through: dt.date, at: dt.datetime) -> list[Entry]:
    book_id, custody_id, fund = scope
    of_whole_account = book_id == custody_id
    areas = [one for one in area_ids if one != custody_id] if of_whole_account else [book_id]
    shares = _shares(custody_id, fen, areas)
    if not shares:
        return []
    code = FundKind(fund).net_asset
    source = f"close:{through}:{custody_id}:{at.isoformat()}:borne:{book_id}"

    def entry(area_id: int, lines: list[Line]) -> Entry:
        return Entry(area_id=area_id, source=source, reason=REASON, fund=fund, booked_on=through, lines=lines)

    def houses(area_id: int) -> list[Line]:
        return [Line(custody_id, code, part, 0, house_id) for house_id, part in shares[area_id].items()]

    if not of_whole_account:
        return [entry(book_id, [*houses(book_id), Line(custody_id, OTHER_EXPENSE, 0, fen)])]
    back = entry(book_id, [Line(custody_id, BANK, fen, 0), Line(custody_id, OTHER_EXPENSE, 0, fen)])
    given = [
        entry(area_id, [*houses(area_id), Line(custody_id, BANK, 0, sum(shares[area_id].values()))])
        for area_id in sorted(shares)
    ]
    return [back, *given]


def _shares(custody_id: int, fen: int, area_ids: list[int]) -> dict[int, dict[int, int]]:
    """area -> house -> fen, exact in sum; empty when the houses together have less free than is to be borne."""
    free = ledger.named_rows(_FREE, {"custody": custody_id, "areas": area_ids})
    weights = {row["sub_account_id"]: row["fen"] for row in free}
    if sum(weights.values()) < fen:
        return {}
    parts = allocate(fen, weights)
    shares: dict[int, dict[int, int]] = {}
    for row in free:
        if part := parts[row["sub_account_id"]]:
            shares.setdefault(row["area_id"], {})[row["sub_account_id"]] = part
    return shares

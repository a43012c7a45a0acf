"""The lines of the period close (期末结转): what `postings` books for one custody account, `closing` for a whole city."""

from collections.abc import Mapping

from upkeep.books import chart
from upkeep.books.chart import FundKind
from upkeep.ledger.api import Line


def income_lines(*, custody_id: int, fund_kind: FundKind, unclosed: Mapping[str, int]) -> list[Line]:
    """借 4001 贷 3001/3002; 借 4101、4102、4201、4301、4901 贷 3101. Raises: ValueError for a code that is no income."""
    lines: list[Line] = []
    for code, fen in sorted(unclosed.items()):
        if code not in (chart.DEPOSITS, *chart.EARNINGS):
            raise ValueError(f"{code} is no account of income")
        target = fund_kind.net_asset if code == chart.DEPOSITS else chart.UNDISTRIBUTED
        lines += _carried(custody_id, code, target, fen)
    return lines


def expense_lines(
    *,
    custody_id: int,
    fund_kind: FundKind,
    unclosed: Mapping[str, int],
    other_expense_borne_by: Mapping[int, int] | None = None,
) -> list[Line]:
    """借 3001/3002 贷 5001、5101; 借 3101 (or the houses that bear it) 贷 5901.

    Raises: ValueError for a code that is no expense, and when the houses' shares do not add up to 5901.
    """
    lines: list[Line] = []
    for code, fen in sorted(unclosed.items()):
        if code not in (chart.REPAIRS, chart.RETURNS, chart.OTHER_EXPENSE):
            raise ValueError(f"{code} is no account of expense")
        if code == chart.OTHER_EXPENSE and other_expense_borne_by is not None:
            shares = sorted(other_expense_borne_by.items())
            if sum(share for _, share in shares) != fen or min(share for _, share in shares) <= 0:
                raise ValueError("the houses' shares do not add up to the expense")
            lines += [Line(custody_id, fund_kind.net_asset, share, 0, house_id) for house_id, share in shares]
            lines.append(Line(custody_id, code, 0, fen))
        else:
            target = chart.UNDISTRIBUTED if code == chart.OTHER_EXPENSE else fund_kind.net_asset
            lines += _carried(custody_id, target, code, fen)
    return lines


def _carried(custody_id: int, debit: str, credit: str, fen: int) -> list[Line]:
    """A balance carried forward; one that stands on the unusual side is carried the other way round."""
    if not fen:
        return []
    if fen < 0:
        debit, credit, fen = credit, debit, -fen
    return [Line(custody_id, debit, fen, 0), Line(custody_id, credit, 0, fen)]

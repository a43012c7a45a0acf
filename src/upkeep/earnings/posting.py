"""A run booked, and taken back, piece by piece: each piece is one transaction that says what it did, so that a worker that was
killed leaves whole pieces behind and the next one goes on where they end.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.db import transaction

from upkeep.books.balance_messages import tell_balance
from upkeep.books.chart import FundKind
from upkeep.books.earnings import AreaShare, earnings_shared, sharing_reversed
from upkeep.earnings.models import InterestLine, InterestPart, InterestRun, RunState
from upkeep.kernel.dates import day_of

#: So many sub-accounts are booked in one transaction: some seconds, for so long other payments of these areas wait.
PIECE = 20_000


def source_of(run: InterestRun) -> str:
    """Under which a run is booked; the area's and the custody account's ids follow."""
    return f"interest:{run.number}"


@transaction.atomic
def post_piece(run_id: int, *, at: dt.datetime, size: int = PIECE) -> bool:
    """Book the next areas; whether there are more. A run that is not being booked is left alone.

    Raises: Refusal where a period is closed or a sub-account was closed meanwhile; nothing of the piece is then booked.
    """
    run = InterestRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state_now is not RunState.POSTING:
        return False
    parts = list(_next(run, size, reversing=False))
    entries = earnings_shared(_shares(run, parts), source=source_of(run), booked_on=run.booked_on) if parts else []
    for part, entry_id in zip(parts, entries, strict=True):
        part.entry_id = entry_id
        tell_balance(area_id=part.area_id, source=f"{source_of(run)}:{part.area_id}:{part.custody_id}", at=at)
    InterestPart.objects.bulk_update(parts, ["entry_id"], batch_size=1_000)
    run.posted_fen += sum(part.total_fen for part in parts)
    more = run.parts.filter(entry_id=None, total_fen__gt=0).exists()
    if not more:
        run.state, run.posted_at = RunState.POSTED, at
    run.save(update_fields=["posted_fen", "state", "posted_at"])
    return more


@transaction.atomic
def reverse_piece(run_id: int, *, at: dt.datetime, size: int = PIECE) -> bool:
    """Take the next areas back; whether there are more. Raises: NotEnoughMoney where a house has spent it meanwhile; Refusal."""
    run = InterestRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state_now is not RunState.REVERSING:
        return False
    parts = list(_next(run, size, reversing=True))
    booked_on = run.reversed_on or day_of(at)
    mirrors = sharing_reversed([part.entry_id or 0 for part in parts], booked_on=booked_on) if parts else []
    for part, entry_id in zip(parts, mirrors, strict=True):
        part.reversal_id = entry_id
        source = f"{source_of(run)}:{part.area_id}:{part.custody_id}:reversed"
        tell_balance(area_id=part.area_id, source=source, at=at)
    InterestPart.objects.bulk_update(parts, ["reversal_id"], batch_size=1_000)
    run.reversed_fen += sum(part.total_fen for part in parts)
    more = run.parts.filter(entry_id__isnull=False, reversal_id=None).exists()
    if not more:
        run.state = RunState.REVERSED
        run.pools.update(is_live=False)
    run.save(update_fields=["reversed_fen", "state"])
    return more


def _next(run: InterestRun, size: int, *, reversing: bool) -> Iterator[InterestPart]:
    """The next parts in the order of the areas, together at most `size` sub-accounts but one part at least."""
    waiting = run.parts.filter(total_fen__gt=0).select_related("custody").order_by("area_id", "custody_id")
    waiting = waiting.filter(entry_id__isnull=False, reversal_id=None) if reversing else waiting.filter(entry_id=None)
    count = 0
    for part in waiting[:2_000]:
        count += part.accounts
        if count > size and count > part.accounts:
            return
        yield part


def _shares(run: InterestRun, parts: list[InterestPart]) -> list[AreaShare]:
    amounts: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    lines = InterestLine.objects.filter(run=run, area_id__in={part.area_id for part in parts}, is_open=True, fen__gt=0)
    for area_id, custody_id, house_id, fen in lines.values_list("area_id", "custody_id", "sub_account_id", "fen"):
        amounts[area_id, custody_id][house_id] = fen
    return [
        AreaShare(
            area_id=part.area_id,
            custody_id=part.custody_id,
            fund_kind=FundKind(part.custody.fund_kind),
            amounts=amounts[part.area_id, part.custody_id],
        )
        for part in parts
    ]

"""Reading the reconciliation: who sees which account, how each of them stands, and the three-way table of a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from django.db.models import Count, Q, QuerySet, Sum

from upkeep.banking.models import CustodyAccount
from upkeep.banking.models.custody import BankSerial
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import BOOKKEEPERS
from upkeep.reconciliation.models import ActState, BankLine, BankStatement, BookMovement, DifferenceAct

_Item = TypeVar("_Item", BankLine, BookMovement)


def custodies_visible_to(actor: Actor) -> QuerySet[CustodyAccount]:
    """The accounts of the actor's city for those who read its books; nothing for anybody else."""
    found = CustodyAccount.objects.select_related("bank", "jurisdiction")
    if not actor.has(*BOOKKEEPERS):
        return found.none()
    return found.filter(jurisdiction_id__in=within(actor.jurisdiction_id)).order_by(
        "-is_active", "fund_kind", "number"
    )


def statements_of(custody_id: int) -> QuerySet[BankStatement]:
    """The statements that count, the newest first."""
    return BankStatement.objects.filter(custody_id=custody_id, replaced_at__isnull=True).order_by("-day")


def statements_with_counts(custody_id: int) -> QuerySet[BankStatement]:
    """As `statements_of`, each with `open_count`: its lines without a counterpart."""
    is_open = Count("lines", filter=Q(lines__match__isnull=True))
    return statements_of(custody_id).annotate(open_count=is_open)


def last_format(custody_id: int) -> str:
    """The format of the file that was uploaded last; empty where there was none."""
    found = statements_of(custody_id).exclude(format_code="").values_list("format_code", flat=True).first()
    return found or ""


def overdue(found: QuerySet[_Item], *, on: dt.date) -> QuerySet[_Item]:
    """Those that nobody has listed as in transit (在途), or whose day is over."""
    return found.filter(_overdue(on))


def _overdue(on: dt.date) -> Q:
    return Q(transit_until__isnull=True) | Q(transit_until__lt=on)


def open_lines(custody_ids: Sequence[int]) -> QuerySet[BankLine]:
    """What the bank has and we have not, the oldest first."""
    found = BankLine.objects.filter(custody_id__in=custody_ids, match__isnull=True, is_replaced=False)
    return found.select_related("custody__bank").order_by("day", "line_no")


def open_movements(custody_ids: Sequence[int]) -> QuerySet[BookMovement]:
    """What we have and the bank has not, the oldest first."""
    found = BookMovement.objects.filter(custody_id__in=custody_ids, match__isnull=True)
    return found.select_related("custody__bank").order_by("day", "ordinal")


def waiting_acts(custody_ids: Sequence[int]) -> QuerySet[DifferenceAct]:
    """What waits for a second person, the oldest first."""
    found = DifferenceAct.objects.filter(custody_id__in=custody_ids, state=ActState.WAITING)
    return found.select_related("custody__bank", "bank_line", "movement").order_by("asked_at")


def missing_days(custody_id: int, *, until: dt.date) -> list[dt.date]:
    """The days up to `until` without a statement since the first one.

    Between two statements of which the second begins with what the first ended with, the bank had nothing to say.
    """
    kept = list(
        BankStatement.objects.filter(custody_id=custody_id, replaced_at__isnull=True)
        .order_by("day")
        .values_list("day", "opening_fen", "closing_fen")
    )
    missing: list[dt.date] = []
    for (day, _, closing), (next_day, opening, _) in pairwise(kept):
        if closing != opening:
            missing += _days(day, next_day)
    if kept:
        missing += _days(kept[-1][0], until + dt.timedelta(days=1))
    return missing


def _days(after: dt.date, before: dt.date) -> list[dt.date]:
    return [after + dt.timedelta(days=count) for count in range(1, (before - after).days)]


@dataclass(frozen=True, kw_only=True)
class AccountState:
    """How one account stands: what the list of accounts shows."""

    custody: CustodyAccount
    last: BankStatement | None
    missing: Sequence[dt.date]
    open_lines: int
    open_movements: int
    overdue: int
    waiting: int

    @property
    def differences(self) -> int:
        return self.open_lines + self.open_movements


def account_states(actor: Actor, *, on: dt.date) -> list[AccountState]:
    """The actor's accounts. The same few queries for one account as for twenty, but one more for each one's days."""
    custodies = list(custodies_visible_to(actor))
    ids = [one.pk for one in custodies]
    latest = {
        one.custody_id: one
        for one in BankStatement.objects.filter(custody_id__in=ids, replaced_at__isnull=True)
        .order_by("custody_id", "-day")
        .distinct("custody_id")
    }
    lines = _counts(open_lines(ids), _overdue(on))
    movements = _counts(open_movements(ids), _overdue(on))
    waiting = dict(waiting_acts(ids).order_by().values_list("custody_id").annotate(count=Count("pk")))
    return [
        AccountState(
            custody=one,
            last=latest.get(one.pk),
            missing=missing_days(one.pk, until=on - dt.timedelta(days=1)),
            open_lines=lines.get(one.pk, (0, 0))[0],
            open_movements=movements.get(one.pk, (0, 0))[0],
            overdue=lines.get(one.pk, (0, 0))[1] + movements.get(one.pk, (0, 0))[1],
            waiting=waiting.get(one.pk, 0),
        )
        for one in custodies
    ]


def _counts(found: QuerySet[BankLine] | QuerySet[BookMovement], overdue: Q) -> dict[int, tuple[int, int]]:
    rows = found.order_by().values_list("custody_id").annotate(all=Count("pk"), late=Count("pk", filter=overdue))
    return {custody_id: (count, late) for custody_id, count, late in rows}


@dataclass(frozen=True, kw_only=True)
class DaySums:
    """The three-way table in figures: what the bank says, what the books say, and what is matched."""

    statement: BankStatement
    ours: int
    ours_in_fen: int
    ours_out_fen: int
    matched: int
    open_lines: int
    open_movements: int

    @property
    def differences(self) -> int:
        """How many stand alone, on either side."""
        return self.open_lines + self.open_movements

    @property
    def in_difference_fen(self) -> int:
        """Money in: theirs less ours."""
        return self.statement.in_fen - self.ours_in_fen

    @property
    def out_difference_fen(self) -> int:
        """Money out: theirs less ours."""
        return self.statement.out_fen - self.ours_out_fen


def day_sums(statement: BankStatement) -> DaySums:
    """The figures of a statement's day. Two queries."""
    ours = BookMovement.objects.filter(custody_id=statement.custody_id, day=statement.day).aggregate(
        count=Count("pk"),
        came=Sum("fen", filter=Q(fen__gt=0), default=0),
        went=Sum("fen", filter=Q(fen__lt=0), default=0),
        open=Count("pk", filter=Q(match__isnull=True)),
    )
    theirs = statement.lines.aggregate(matched=Count("pk", filter=Q(match__isnull=False)), all=Count("pk"))
    return DaySums(
        statement=statement,
        ours=ours["count"],
        ours_in_fen=ours["came"],
        ours_out_fen=-ours["went"],
        matched=theirs["matched"],
        open_lines=theirs["all"] - theirs["matched"],
        open_movements=ours["open"],
    )


@dataclass(frozen=True)
class Pair:
    """One row of the three-way table: theirs, ours, or both. Both without a match: the same serial and another amount."""

    line: BankLine | None
    movements: Sequence[BookMovement]

    @property
    def ours_fen(self) -> int | None:
        return sum(one.fen for one in self.movements) if self.movements else None

    @property
    def difference_fen(self) -> int:
        return (self.line.fen if self.line else 0) - (self.ours_fen or 0)


def matched_lines(statement: BankStatement) -> QuerySet[BankLine]:
    """The lines of the day that are matched, in the bank's order, to be paged; `pairs_of` puts ours beside them."""
    return statement.lines.filter(match__isnull=False).select_related("match").order_by("line_no")


def pairs_of(lines: Sequence[BankLine]) -> list[Pair]:
    """A page of matched lines, ours beside each. One query."""
    ours: dict[int, list[BookMovement]] = {}
    for one in BookMovement.objects.filter(match_id__in=[line.match_id for line in lines]).order_by("ordinal"):
        ours.setdefault(one.match_id or 0, []).append(one)
    return [Pair(line, ours.get(line.match_id or 0, [])) for line in lines]


def differences(lines: Sequence[BankLine], movements: Sequence[BookMovement]) -> list[Pair]:
    """Open lines and movements as rows: of one serial together (金额不符), the rest each by itself, in order of day."""
    by_serial: dict[tuple[int, str], list[BookMovement]] = {}
    for one in movements:
        if one.serial:
            by_serial.setdefault((one.custody_id, one.serial), []).append(one)
    pairs: list[Pair] = []
    used: set[int] = set()
    for line in lines:
        same = by_serial.get((line.custody_id, line.serial), [])
        used.update(one.pk for one in same)
        pairs.append(Pair(line, same))
    pairs += [Pair(None, [one]) for one in movements if one.pk not in used]
    return sorted(pairs, key=lambda pair: (pair.line or pair.movements[0]).day)


def used_for(line: BankLine) -> BankSerial | None:
    """What the line's serial was confirmed for here already, on whatever account of the bank."""
    return BankSerial.objects.filter(bank_id=line.custody.bank_id, serial=line.serial).first()


def same_serial(item: BankLine | BookMovement) -> BankLine | BookMovement | None:
    """The open item of the other side that bears the same serial: the amounts differ."""
    if item.match_id is not None or not item.serial:
        return None
    if isinstance(item, BankLine):
        return open_movements([item.custody_id]).filter(serial=item.serial).first()
    return open_lines([item.custody_id]).filter(serial=item.serial).first()


def matched_with(item: BankLine | BookMovement) -> list[BankLine | BookMovement]:
    """All that stands in the item's match, the item itself too."""
    if item.match is None:
        return []
    return [*item.match.bank_lines.order_by("day", "line_no"), *item.match.movements.order_by("day", "ordinal")]

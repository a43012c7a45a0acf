"""Bank statements (银行对账单) as they come in, by file or by the bank's interface: checked, kept once, ready to be matched."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection, transaction

from upkeep.banking.models import CustodyAccount
from upkeep.banking.serials import MOST as LONGEST_SERIAL
from upkeep.kernel.dates import day_of, in_letters, to_the_minute
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import MOST_FEN, half_width, yuan
from upkeep.parties.actor import Actor
from upkeep.reconciliation.dissolving import dissolve
from upkeep.reconciliation.models import (
    ActKind,
    BankLine,
    BankStatement,
    Channel,
    DifferenceAct,
    Match,
    MatchKind,
)

#: So many lines one day of one account may have; a city of ten million people has fewer.
MOST_LINES = 200_000
#: Of faults of one kind so many are named; whoever mends the file sees the pattern by then.
_MOST_NAMED = 20


class StatementKept(Refusal):
    """Another statement of that day is kept and has been worked on."""


class Direction(StrEnum):
    """收付方向, seen from the custody account."""

    IN = "IN"
    OUT = "OUT"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementLine:
    """One movement as the bank names it. `amount_fen` is positive; a red one (红字) is its opposite direction."""

    serial: str
    at: dt.datetime
    direction: Direction
    amount_fen: int
    counterparty: str = ""
    summary: str = ""

    @property
    def fen(self) -> int:
        """Signed: positive for money that came in."""
        return self.amount_fen if self.direction is Direction.IN else -self.amount_fen


@transaction.atomic
def receive(
    *,
    custody_id: int,
    day: dt.date,
    opening_fen: int,
    closing_fen: int,
    lines: Sequence[StatementLine],
    channel: Channel,
    at: dt.datetime,
    by: Actor | None = None,
    format_code: str = "",
) -> BankStatement:
    """Keep the bank's statement of one day; the same one again is the one that is kept.

    A different one takes its place unless somebody has worked on the first. Raises: HasProblems with everything that is
    wrong ("lines:<number>:<field>" from 1), StatementKept.
    """
    custody = CustodyAccount.objects.select_for_update(no_key=True, of=("self",)).get(pk=custody_id)
    if problems := list(_problems(custody, day, opening_fen, closing_fen, lines, at=at)):
        raise HasProblems(problems)
    kept = BankStatement.objects.filter(custody=custody, day=day, replaced_at__isnull=True).first()
    content = _content(opening_fen, closing_fen, lines)
    if kept is not None:
        if kept.content == content:
            return kept
        _replace(kept, at=at)
    if problems := list(_problems_with_neighbours(custody, day, opening_fen, closing_fen, lines)):
        raise HasProblems(problems)
    statement = BankStatement.objects.create(
        custody=custody,
        day=day,
        opening_fen=opening_fen,
        closing_fen=closing_fen,
        in_fen=sum(one.fen for one in lines if one.fen > 0),
        out_fen=-sum(one.fen for one in lines if one.fen < 0),
        line_count=len(lines),
        channel=channel,
        format_code=format_code,
        content=content,
        received_at=at,
        received_by_id=by.user_id if by and by.user_id else None,
        received_by_name=by.name if by else "",
    )
    _write(statement, lines)
    return statement


def tidied(serial: str) -> str:
    """A serial as the counter keeps it: no spaces, half width, capitals. Nothing is refused here."""
    return "".join(half_width(serial).split()).upper()


def _problems(
    custody: CustodyAccount,
    day: dt.date,
    opening_fen: int,
    closing_fen: int,
    lines: Sequence[StatementLine],
    *,
    at: dt.datetime,
) -> Iterator[Problem]:
    if day > day_of(at):
        yield Problem("day", f"对账日期 {in_letters(day)}在今天之后，请核对日期")
    if len(lines) > MOST_LINES:
        yield Problem("lines", f"一份对账单最多 {MOST_LINES:,} 笔，现有 {len(lines):,} 笔")
        return
    seen: dict[str, int] = {}
    named = 0
    for number, line in enumerate(lines, start=1):
        serial = tidied(line.serial)
        for field, text in _problems_of_line(line, serial, day, first=seen.get(serial)):
            named += 1
            if named <= _MOST_NAMED:
                yield Problem(f"lines:{number}:{field}", f"第 {number} 笔：{text}")
        seen.setdefault(serial, number)
    if named > _MOST_NAMED:
        yield Problem("lines", f"另有 {named - _MOST_NAMED} 处类似问题，请一并更正后重新提交")
    moved = sum(line.fen for line in lines)
    if opening_fen + moved != closing_fen:
        yield Problem(
            "closing_fen",
            f"期初余额 {yuan(opening_fen)} 元加减各笔流水为 {yuan(opening_fen + moved)} 元，"
            f"与期末余额 {yuan(closing_fen)} 元不符，请核对是否缺少流水",
        )


def _problems_of_line(
    line: StatementLine, serial: str, day: dt.date, *, first: int | None
) -> Iterator[tuple[str, str]]:
    if not serial:
        yield "serial", "缺少银行流水号"
    elif len(serial) > LONGEST_SERIAL or not serial.isascii() or not serial.isprintable():
        yield "serial", f"银行流水号应为不超过 {LONGEST_SERIAL} 位的数字或字母"
    elif first is not None:
        yield "serial", f"银行流水号 {serial} 与第 {first} 笔重复"
    if not 0 < line.amount_fen <= MOST_FEN:
        yield "amount_fen", "金额应大于 0 元"
    if day_of(line.at) != day:
        yield "at", f"交易时间 {to_the_minute(line.at)} 不在对账日期当天"


def _problems_with_neighbours(
    custody: CustodyAccount, day: dt.date, opening_fen: int, closing_fen: int, lines: Sequence[StatementLine]
) -> Iterator[Problem]:
    """A day begins with what the day before ended with, and a serial stands on one day only."""
    kept = BankStatement.objects.filter(custody=custody, replaced_at__isnull=True)
    before = kept.filter(day=day - dt.timedelta(days=1)).first()
    after = kept.filter(day=day + dt.timedelta(days=1)).first()
    if before is not None and before.closing_fen != opening_fen:
        yield Problem(
            "opening_fen",
            f"期初余额 {yuan(opening_fen)} 元与上一日对账单的期末余额 {yuan(before.closing_fen)} 元不符，请与银行核对",
        )
    if after is not None and after.opening_fen != closing_fen:
        yield Problem(
            "closing_fen",
            f"期末余额 {yuan(closing_fen)} 元与下一日对账单的期初余额 {yuan(after.opening_fen)} 元不符，请与银行核对",
        )
    serials = [tidied(line.serial) for line in lines]
    places = {serial: number for number, serial in enumerate(serials, start=1)}
    for serial, kept_on in _kept_already(custody.pk, serials):
        number = places[serial]
        yield Problem(
            f"lines:{number}:serial", f"第 {number} 笔：流水号 {serial} 已在 {in_letters(kept_on)}的对账单中"
        )


def _kept_already(custody_id: int, serials: Sequence[str]) -> list[tuple[str, dt.date]]:
    """Those of the serials that stand on another day's statement. One array, however many lines there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select serial, day from reconciliation_bankline where custody_id = %s and serial = any (%s)"
            " and not is_replaced order by day, line_no limit %s",
            [custody_id, list(serials), _MOST_NAMED],
        )
        found: list[tuple[str, dt.date]] = cursor.fetchall()
    return found


def _content(opening_fen: int, closing_fen: int, lines: Sequence[StatementLine]) -> str:
    """Texts and times may differ from channel to channel; balances, serials and amounts may not."""
    rows = sorted(f"{tidied(line.serial)}|{line.fen}" for line in lines)
    return hashlib.sha256("\n".join([f"{opening_fen}|{closing_fen}", *rows]).encode()).hexdigest()


def _replace(kept: BankStatement, *, at: dt.datetime) -> None:
    """Put a statement aside that nobody has worked on; what was matched by rule is open again. Raises: StatementKept."""
    worked_on = DifferenceAct.objects.filter(bank_line__statement=kept).exclude(kind=ActKind.ASK_BANK)
    by_hand = Match.objects.filter(bank_lines__statement=kept, kind__in=(MatchKind.BY_HAND, MatchKind.CANCELLED))
    if worked_on.exists() or by_hand.exists():
        raise StatementKept(
            f"{in_letters(kept.day)}的对账单已经收到并处理过差异，不能用内容不同的对账单替换；"
            "确需更正的，请先撤销已作的勾对，或请银行在以后日期的对账单中更正"
        )
    matches = list(
        Match.objects.filter(bank_lines__statement=kept, dissolved_at__isnull=True)
        .values_list("pk", flat=True)
        .distinct()
    )
    dissolve(matches, reason="对账单被替换", by=None, at=at)
    BankLine.objects.filter(statement=kept).update(is_replaced=True)
    kept.replaced_at = at
    kept.save(update_fields=["replaced_at"])


_WRITE = """
insert into reconciliation_bankline (
    id, statement_id, custody_id, day, line_no, serial, at, fen, counterparty, summary, is_replaced
)
select l.id, %s, %s, %s, l.place, l.serial, l.at, l.fen, l.counterparty, l.summary, false
from unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::text[], %s::text[])
    with ordinality l (id, serial, at, fen, counterparty, summary, place)
"""


def _write(statement: BankStatement, lines: Sequence[StatementLine]) -> None:
    """All lines in one statement: a model's object for each would take longer than the rest."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                *(statement.pk, statement.custody_id, statement.day, new_ids(len(lines))),
                [tidied(line.serial) for line in lines],
                [line.at for line in lines],
                [line.fen for line in lines],
                [line.counterparty.strip()[:100] for line in lines],
                [line.summary.strip()[:200] for line in lines],
            ],
        )

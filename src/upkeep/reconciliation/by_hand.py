"""人工勾对: somebody who knows says which lines and movements are the same money, or that a match was wrong."""

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.reconciliation.acts import WORKERS, Item, NotAllowed
from upkeep.reconciliation.dissolving import dissolve
from upkeep.reconciliation.models import ActState, BankLine, BookMovement, Match, MatchKind

#: So many lines and movements together are still looked at one by one.
MOST = 500


class NotTheSame(Refusal):
    """The two sides do not come to the same sum, or one is matched already."""


_JOIN = """
with theirs as (
    update reconciliation_bankline set match_id = %(match)s, transit_until = null where id = any (%(lines)s)
)
update reconciliation_bookmovement set match_id = %(match)s, transit_until = null where id = any (%(movements)s)
"""


@transaction.atomic
def join(
    *,
    custody_id: int,
    line_ids: Collection[int],
    movement_ids: Collection[int],
    reason: str,
    by: Actor,
    at: dt.datetime,
) -> Match:
    """Match lines and movements of one account. Two lines of the bank that cancel each other need no movement.

    Raises: NotAllowed, NotTheSame, HasProblems.
    """
    _locked_custody(custody_id, by=by)
    if not reason.strip():
        raise HasProblems([Problem("reason", "请填写勾对说明")])
    if not 2 <= len(line_ids) + len(movement_ids) <= MOST:
        raise HasProblems([Problem("", f"请选择两笔以上、{MOST} 笔以内的流水")])
    lines = list(BankLine.objects.filter(pk__in=line_ids, custody_id=custody_id, match=None, is_replaced=False))
    movements = list(BookMovement.objects.filter(pk__in=movement_ids, custody_id=custody_id, match=None))
    if len(lines) < len(set(line_ids)) or len(movements) < len(set(movement_ids)):
        raise NotTheSame("所选流水中有的已经勾对或不属于该专户，请刷新后重新选择")
    items: list[Item] = [*lines, *movements]
    if any(one.acts.filter(state=ActState.WAITING).exists() for one in items):
        raise NotTheSame("所选流水中有的正在等待复核，请先复核")
    theirs, ours = sum(one.fen for one in lines), sum(one.fen for one in movements)
    if theirs != ours:
        raise NotTheSame(f"银行流水合计 {yuan(theirs)} 元，账面流水合计 {yuan(ours)} 元，两边不等，不能勾对")
    made = Match.objects.create(
        custody_id=custody_id,
        kind=MatchKind.BY_HAND,
        day=max(one.day for one in items),
        made_at=at,
        made_by_id=by.user_id,
        made_by_name=by.name,
        reason=reason.strip()[:200],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _JOIN,
            {"match": made.pk, "lines": [one.pk for one in lines], "movements": [one.pk for one in movements]},
        )
    return made


@transaction.atomic
def take_apart(match_id: int, *, reason: str, by: Actor, at: dt.datetime) -> Match:
    """A match was wrong: both sides are open again. One by serial is never wrong.

    Raises: NotAllowed, NotTheSame, HasProblems.
    """
    found = Match.objects.filter(pk=match_id).first()
    if found is None:
        raise NotAllowed("没有这项勾对")
    _locked_custody(found.custody_id, by=by)
    if not reason.strip():
        raise HasProblems([Problem("reason", "请填写撤销原因")])
    made = Match.objects.select_for_update(of=("self",)).get(pk=match_id)
    if made.dissolved_at is not None:
        raise NotTheSame(f"该项勾对已由{made.dissolved_by_name or '系统'}撤销")
    if made.kind == MatchKind.SERIAL:
        raise NotTheSame("流水号和金额都一致的勾对不能撤销")
    dissolve([made.pk], reason=reason.strip()[:200], by=by, at=at)
    made.refresh_from_db()
    return made


def _locked_custody(custody_id: int, *, by: Actor) -> None:
    if not by.has(*WORKERS):
        raise NotAllowed("勾对由会计或出纳办理")
    custody = CustodyAccount.objects.select_for_update(no_key=True, of=("self",)).filter(pk=custody_id).first()
    if custody is None or custody.jurisdiction_id not in within(by.jurisdiction_id):
        raise NotAllowed("该专户不属于您所在的管辖区")

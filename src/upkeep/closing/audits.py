"""账务全面核查: the journal proved line by line, at night and on demand; what was found is kept."""

import datetime as dt

from django.db import connection, transaction

from upkeep.books.audit import audit, rule_count
from upkeep.closing.models import LedgerAudit
from upkeep.jobs.actions import defer
from upkeep.jobs.models import OVER, Job
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor

#: The kind of job that audits; `upkeep.tasks` declares it.
AUDITING = "ledger_audit"
_LOCK = "ledger-audit"
#: So many findings of each rule are kept: one is enough to begin with.
MOST = 20


def ask_for(*, by: Actor, at: dt.datetime) -> Job:
    """Have the books audited in the background. Raises: Refusal while that is being done already."""
    if under_way() is not None:
        raise Refusal("正在进行账务全面核查，请稍后查看结果")
    return defer(
        kind=AUDITING,
        title="账务全面核查",
        arguments={"by_id": by.user_id, "back": "/closing/controls/"},
        by_id=by.user_id,
        at=at,
        lock=_LOCK,
    )


def under_way() -> Job | None:
    """The audit that waits or runs."""
    return Job.objects.defer("arguments").filter(kind=AUDITING).exclude(state__in=OVER).order_by("-asked_at").first()


@transaction.atomic
def carry_out(*, by_id: int | None, at: dt.datetime) -> LedgerAudit:
    """Audit everything and keep what was found. A long one takes minutes: it lifts the limit on statements for itself."""
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = 0")
        cursor.execute("select clock_timestamp()")
        (began,) = cursor.fetchone()
        found = audit(most=MOST)
        cursor.execute(
            "select (select count(*) from ledger.entry), (select count(*) from ledger.line), clock_timestamp()"
        )
        entries, lines, ended = cursor.fetchone()
    return LedgerAudit.objects.create(
        began_at=at,
        ended_at=at + (ended - began),
        entries=entries,
        lines=lines,
        rules=rule_count(),
        findings=[
            {"code": one.code, "text": one.text, "keys": {k: str(v) for k, v in one.keys.items()}} for one in found
        ],
        asked_by_id=by_id,
    )

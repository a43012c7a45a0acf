"""Every night: what was booked since is matched, and who is to send or upload a missing statement is reminded."""

import datetime as dt

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.dates import day_of
from upkeep.reconciliation.matching import match_custody
from upkeep.reconciliation.messages import tell_missing
from upkeep.reconciliation.models import BankStatement
from upkeep.reconciliation.queries import missing_days


def match_all(*, at: dt.datetime) -> int:
    """Match every account that has a statement, each in its own transaction; answers with the number of matches."""
    kept = BankStatement.objects.filter(replaced_at__isnull=True)
    custodies = kept.order_by("custody_id").values_list("custody_id", flat=True).distinct()
    return sum(match_custody(custody_id=custody_id, at=at).total for custody_id in custodies)


def ask_for_missing(*, until: dt.date, at: dt.datetime) -> int:
    """Remind the accountants of each account in use that lacks statements; answers with the number of accounts."""
    asked = 0
    for custody in CustodyAccount.objects.select_related("bank").filter(is_active=True).order_by("pk"):
        if days := missing_days(custody.pk, until=until):
            tell_missing(custody, days, at=at, on=day_of(at))
            asked += 1
    return asked

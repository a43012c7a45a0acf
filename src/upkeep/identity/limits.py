"""How often something may be tried: counted in the database, so that many servers and many requests at once share it."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from upkeep.identity.models import Attempts
from upkeep.kernel.secrecy import lookup_hash


@dataclass(frozen=True)
class Limit:
    """At most `most` times within `window`, for each source."""

    kind: str
    most: int
    window: dt.timedelta


#: Passwords that one address may try: a whole office behind one address in the morning, and no more.
LOGINS_A_MINUTE = Limit("login-minute", 30, dt.timedelta(minutes=1))
LOGINS_AN_HOUR = Limit("login-hour", 300, dt.timedelta(hours=1))
#: Codes that one address may have sent, whatever the telephones.
SENDINGS_AN_HOUR = Limit("code-hour", 20, dt.timedelta(hours=1))
#: Second factors tried for one account.
FACTORS = Limit("second-factor", 5, dt.timedelta(minutes=15))
#: ID numbers that an owner may try against the register.
BINDINGS = Limit("house-binding", 5, dt.timedelta(hours=24))
#: People whom an owner names as his proxy in a vote: enough for mistakes, too few to try names and numbers.
PROXIES = Limit("vote-proxy", 10, dt.timedelta(hours=24))
#: Old passwords typed wrong on the page where one changes it.
OLD_PASSWORDS = Limit("old-password", 5, dt.timedelta(minutes=15))
#: Public queries of one address, and of one house or business form, whoever asks.
QUERIES_A_MINUTE = Limit("query-minute", 10, dt.timedelta(minutes=1))
QUERIES_AN_HOUR = Limit("query-hour", 60, dt.timedelta(hours=1))
QUERIES_OF_ONE_A_DAY = Limit("query-of-one", 20, dt.timedelta(days=1))
#: Ends of a telephone number that may be tried against one link to receipts.
RECEIPTS_OF_ONE_A_DAY = Limit("receipts-of-one", 5, dt.timedelta(days=1))

#: No window is longer than a day.
_KEPT = dt.timedelta(days=2)
_TABLE = Attempts._meta.db_table
# One statement: whoever comes at the same moment waits for the row, and sees the count of the one before.
_COUNT = f"""
INSERT INTO {_TABLE} AS known (kind, key_hash, begun_at, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (kind, key_hash) DO UPDATE SET
    count = CASE WHEN known.begun_at <= %s THEN 1 ELSE known.count + 1 END,
    begun_at = CASE WHEN known.begun_at <= %s THEN excluded.begun_at ELSE known.begun_at END
RETURNING count
"""


def allows(limit: Limit, *, key: str, at: dt.datetime) -> bool:
    """Count one more try of this source; whether it is still within the limit. Holds the source's row until the
    transaction ends, so that tries of one source at once are judged one after another."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [limit.kind, lookup_hash(key), at, at - limit.window, at - limit.window])
        return bool(cursor.fetchone()[0] <= limit.most)


def forget(limit: Limit, *, key: str) -> None:
    """The source has proved itself: its failures no longer count."""
    Attempts.objects.filter(kind=limit.kind, key_hash=lookup_hash(key)).delete()


def forget_old(*, at: dt.datetime) -> int:
    """Drop counts of windows long past; how many."""
    deleted, _ = Attempts.objects.filter(begun_at__lte=at - _KEPT).delete()
    return deleted

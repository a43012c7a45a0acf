"""积数: how every sub-account's money stood in a period, as SQL for statements above, a batch of areas at a time.

The journal itself is asked, through the index of each area's entries by day: what stands now, less what was booked after the
day from which one asks, is what stood then. A house that moved to another area is one account, at home where its account is open.
"""

from collections.abc import Collection
from decimal import Decimal

from upkeep.books.chart import BANK, EARNINGS, OTHER_EXPENSE, UNDISTRIBUTED
from upkeep.ledger import api as ledger

# What moved, and what stood on the day before, of every sub-account and custody account: id, custody_id, day, fen.
_STEPS = """
    with own as materialized (
        select s.id, s.area_id, s.closed_on is null as is_open
        from ledger.sub_account s
        where s.area_id = any (%(areas)s::bigint[]) and not exists (
            select from ledger.sub_account o where o.id = s.id and o.area_id <> s.area_id
            and (coalesce(o.closed_on, 'infinity'), o.area_id) > (coalesce(s.closed_on, 'infinity'), s.area_id))
    ), parts as materialized (
        select s.id, s.area_id, s.balance_fen from own join ledger.sub_account s using (id)
    ), wanted as materialized (
        select distinct custody_id from unnest(%(custodies)s::bigint[]) c (custody_id)
    ), single as materialized (
        select area_id, min(custody_id) as custody_id from ledger.account
        where area_id in (select area_id from parts) group by area_id having min(custody_id) = max(custody_id)
    ), moved as materialized (
        select id, custody_id, booked_on, sum(fen)::bigint as fen from (
            select l.sub_account_id as id, l.custody_id, l.booked_on, l.credit_fen - l.debit_fen as fen
            from ledger.entry e join ledger.line l on l.entry_id = e.id and l.area_id = e.area_id
            where e.area_id = any (%(areas)s::bigint[]) and e.booked_on > %(since)s::date
              and l.sub_account_id is not null
            union all
            select l.sub_account_id, l.custody_id, l.booked_on, l.credit_fen - l.debit_fen
            from parts p join ledger.line l on l.sub_account_id = p.id and l.area_id = p.area_id
            where p.area_id <> all (%(areas)s::bigint[]) and l.booked_on > %(since)s::date
        ) lines group by id, custody_id, booked_on
    ), steps as (
        select id, custody_id, %(since)s::date as day, sum(fen)::bigint as fen from (
            select p.id, c.custody_id, p.balance_fen as fen from parts p join single c using (area_id)
            union all
            select l.sub_account_id, l.custody_id, l.credit_fen - l.debit_fen
            from parts p join ledger.line l on l.sub_account_id = p.id and l.area_id = p.area_id
            where p.area_id not in (select area_id from single)
            union all
            select id, custody_id, -fen from moved
        ) opening group by id, custody_id
        union all
        select id, custody_id, booked_on, fen from moved where booked_on < %(settled_on)s::date
    )"""
#: Parameters: areas (bigint[]), since (the earliest day asked for), first, settled_on, stood_since, long_since (date), and
#: as arrays of one length custodies, days, weights: what a fen of the custody account bears from the day to the end.
#: A row per sub-account and custody account: area_id, custody_id, sub_account_id, is_open, balance_fen, stood_fen, long_fen,
#: product, weighted. What is booked on the settlement day or later does not count.
STAYS = f"""{_STEPS}, running as (
        select *, sum(fen) over (partition by id, custody_id order by day)::bigint as balance_fen
        from steps join wanted using (custody_id)
    )
    select o.area_id, r.custody_id, r.id as sub_account_id, o.is_open, r.balance_fen, r.stood_fen, r.long_fen,
           r.product, r.weighted
    from (
        select t.id, t.custody_id, sum(t.fen)::bigint as balance_fen,
               greatest(0, least(sum(t.fen) filter (where t.day <= %(stood_since)s::date),
                                 min(t.balance_fen) filter (where t.day > %(stood_since)s::date)))::bigint as stood_fen,
               greatest(0, least(sum(t.fen) filter (where t.day <= %(long_since)s::date),
                                 min(t.balance_fen) filter (where t.day > %(long_since)s::date)))::bigint as long_fen,
               sum(t.fen * (%(settled_on)s::date - greatest(t.day, %(first)s::date))) as product,
               sum(t.fen * w.weight::numeric) as weighted
        from running t
        join unnest(%(custodies)s::bigint[], %(days)s::date[], %(weights)s::bigint[]) w (custody_id, day, weight)
          on w.custody_id = t.custody_id and w.day = greatest(t.day, %(first)s::date)
        group by t.id, t.custody_id
        having sum(t.fen * (%(settled_on)s::date - greatest(t.day, %(first)s::date))) > 0
    ) r join own o using (id)
"""
#: The same parameters; only area_id, custody_id, sub_account_id, is_open, balance_fen and product, at a third of the cost.
PRODUCTS = f"""{_STEPS}
    select o.area_id, r.custody_id, r.id as sub_account_id, o.is_open, r.balance_fen, r.product
    from (
        select id, custody_id, sum(fen)::bigint as balance_fen,
               sum(fen * (%(settled_on)s::date - greatest(day, %(first)s::date))) as product
        from steps join wanted using (custody_id) group by id, custody_id
        having sum(fen * (%(settled_on)s::date - greatest(day, %(first)s::date))) > 0
    ) r join own o using (id)
"""

#: For statements above that ask how sub-accounts stand now: id, area_id, balance_fen, held_fen, closed_on.
ACCOUNTS = "ledger.sub_account"

#: Parameters: areas (bigint[]), settled_on. A row per area: what it had booked before the day; any later booking changes it.
FINGERPRINTS = """
    select area_id, sum(debit_fen) as fingerprint from ledger.day_total
    where area_id = any (%(areas)s::bigint[]) and booked_on < %(settled_on)s::date group by area_id
"""


def undistributed(custody_ids: Collection[int], *, through: str) -> dict[int, dict[str, int]]:
    """What the books of custody accounts have to distribute through a day (ISO): custody account -> code -> fen, income positive.

    3101 待分配累计收益, and income and other expense that are still to be carried to it.
    """
    found: dict[int, dict[str, int]] = {}
    codes = [UNDISTRIBUTED, *EARNINGS, OTHER_EXPENSE]
    rows = ledger.named_rows(
        "select custody_id, code, sum(credit_fen - debit_fen)::bigint as fen from ledger.day_total"
        " where area_id = any (%(ids)s) and custody_id = area_id and code = any (%(codes)s)"
        " and booked_on <= %(through)s::date group by custody_id, code having sum(credit_fen) <> sum(debit_fen)"
        " order by custody_id, code",
        {"ids": list(custody_ids), "codes": codes, "through": through},
    )
    for row in rows:
        found.setdefault(row["custody_id"], {})[row["code"]] = row["fen"]
    return found


def in_bank(custody_id: int) -> int:
    """What stands on 1001 of a custody account over all its books: what could be put out for a term, in fen."""
    rows = ledger.named_rows(
        "select coalesce(sum(debit_fen - credit_fen), 0)::bigint as fen from ledger.day_total"
        " where custody_id = %(custody)s and code = %(bank)s",
        {"custody": custody_id, "bank": BANK},
    )
    fen = rows[0]["fen"]
    return int(fen)


def fingerprints(area_ids: Collection[int], *, settled_on: object) -> dict[int, Decimal]:
    """`FINGERPRINTS` as a mapping; an area that had booked nothing is left out."""
    rows = ledger.named_rows(FINGERPRINTS, {"areas": list(area_ids), "settled_on": settled_on})
    return {row["area_id"]: row["fingerprint"] for row in rows}


def accounts_by_area(area_ids: Collection[int]) -> dict[int, int]:
    """How many sub-accounts, closed ones too, the books of each area have; in the order of the areas' ids."""
    rows = ledger.named_rows(
        "select area_id, count(*) as accounts from ledger.sub_account where area_id = any (%(areas)s)"
        " group by area_id order by area_id",
        {"areas": list(area_ids)},
    )
    return {row["area_id"]: row["accounts"] for row in rows}


def closed_on(book_ids: Collection[int], *, day: str) -> int:
    """How many of the books are closed through the day (ISO) or a later one: nothing can be booked there on it."""
    rows = ledger.named_rows(
        "select count(*) as closed from ledger.book where area_id = any (%(books)s) and closed_through >= %(day)s::date",
        {"books": list(book_ids), "day": day},
    )
    return int(rows[0]["closed"])

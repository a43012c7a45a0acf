"""What every sub-account gets of a run: in SQL, a batch of areas at a time, in one transaction that leaves all or nothing behind.

The formula is `arithmetic`'s, in whole numbers; the tests compare the two on random histories.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from upkeep.books import day_products
from upkeep.earnings.arithmetic import MILLION, Terms, weight
from upkeep.earnings.models import InterestLine, InterestPart, InterestPool, InterestRun, RunState
from upkeep.earnings.terms import thawed
from upkeep.estate.models import Area
from upkeep.jobs.registry import Progress
from upkeep.kernel.ids import new_ids
from upkeep.parties.queries import within
from upkeep.policy.interest_rule import AGREED

#: So many sub-accounts are computed by one statement.
_BATCH = 25_000
_COLUMNS = "run_id, area_id, custody_id, sub_account_id, is_open, balance_fen, stood_fen, long_fen, product, fen"
# Whoever left within the period and was given his interest on that day (`leaving`) takes no part.
_NOT_SETTLED = """(s.is_open or not exists (
        select from earnings_leavinginterest v where v.sub_account_id = s.sub_account_id and v.custody_id = s.custody_id
        and v.first <= %(first)s::date and v.settled_on > %(first)s::date))"""
_AGREED = f"""
    insert into earnings_interestline ({_COLUMNS})
    select %(run)s, s.area_id, s.custody_id, s.sub_account_id, s.is_open, s.balance_fen, s.stood_fen, s.long_fen, s.product,
           greatest(0, div(2 * ((s.weighted - s.stood_fen * t.whole) * t.year_days
                                + ((s.stood_fen - s.long_fen) * t.term + s.long_fen * t.long) * t.basis)
                           + {MILLION} * t.basis * t.year_days,
                           2 * {MILLION} * t.basis * t.year_days))
    from ({day_products.STAYS}) s
    join unnest(%(of)s::bigint[], %(whole)s::numeric[], %(term)s::numeric[], %(long)s::numeric[], %(basis)s::numeric[],
                %(year_days)s::numeric[]) t (custody_id, whole, term, long, basis, year_days) using (custody_id)
    where {_NOT_SETTLED}
"""
_STANDING = f"""
    insert into interest_stay
    select s.area_id, s.custody_id, s.sub_account_id, s.is_open, s.balance_fen, s.product
    from ({day_products.PRODUCTS}) s where {_NOT_SETTLED}
"""
# Largest remainder: whoever was rounded down furthest gets a fen first, ties to the lower id (kernel.allocation).
_SHARED = f"""
    insert into earnings_interestline ({_COLUMNS})
    select %(run)s, area_id, custody_id, sub_account_id, is_open, balance_fen, 0, 0, product,
           part + case when place <= total - sum(part) over (partition by custody_id) then 1 else 0 end
    from (
        select s.*, p.total, div(p.total * s.product, p.whole) as part,
               row_number() over (partition by custody_id order by mod(p.total * s.product, p.whole) desc,
                                  sub_account_id) as place
        from interest_stay s join (
            select custody_id, sum(product) as whole, max(t.total) as total
            from interest_stay join unnest(%(of)s::bigint[], %(totals)s::numeric[]) t (custody_id, total) using (custody_id)
            group by custody_id) p using (custody_id)
    ) shares order by area_id, custody_id, sub_account_id
"""


def compute(run: InterestRun, *, progress: Progress) -> InterestRun:
    """Write lines, parts and sums of a run anew; its row is locked by the caller. What was computed before is gone."""
    rule, terms = thawed(run.rule)
    InterestLine.objects.filter(run=run).delete()
    run.parts.all().delete()
    areas = Area.objects.filter(jurisdiction_id__in=within(run.jurisdiction_id)).values_list("pk", flat=True)
    counts = day_products.accounts_by_area(list(areas))
    progress.begin(sum(counts.values()), "正在计算积数和利息")
    fingerprints = day_products.fingerprints(list(counts), settled_on=run.settled_on)
    pools = _pools(run)
    if rule.mode == AGREED:
        for batch in _batches(counts):
            _execute(_AGREED, _stays(terms, batch) | _rates(terms) | {"run": run.pk})
            progress.advance(sum(counts[area_id] for area_id in batch))
    else:
        _share_pools(run, terms, pools, counts, progress)
    progress.note("正在汇总")
    _sum_up(run, pools, fingerprints)
    run.state = RunState.WAITING
    run.save(update_fields=["state", "accounts", "total_fen", "withheld_fen"])
    return run


def _share_pools(
    run: InterestRun,
    terms: Mapping[int, Terms],
    pools: Mapping[int, InterestPool],
    counts: Mapping[int, int],
    progress: Progress,
) -> None:
    _execute(
        "create temporary table interest_stay (area_id bigint, custody_id bigint, sub_account_id bigint, is_open boolean,"
        " balance_fen bigint, product numeric) on commit drop",
        {},
    )
    for batch in _batches(counts):
        _execute(_STANDING, _stays(terms, batch))
        progress.advance(sum(counts[area_id] for area_id in batch))
    _execute("analyze interest_stay", {})
    _execute("set local work_mem = '96MB'", {})
    totals = {custody_id: max(pool.earned_fen, 0) for custody_id, pool in pools.items()}
    _execute(_SHARED, {"run": run.pk, "of": list(totals), "totals": list(totals.values())})
    _execute("drop table interest_stay", {})


def _batches(counts: Mapping[int, int]) -> Iterator[list[int]]:
    batch: list[int] = []
    size = 0
    for area_id, accounts in counts.items():
        if batch and size + accounts > _BATCH:
            yield batch
            batch, size = [], 0
        batch.append(area_id)
        size += accounts
    if batch:
        yield batch


def stays_of_area(
    area_id: int, *, custody_id: int, terms: Terms, house_ids: Collection[int]
) -> list[tuple[int, int, int]]:
    """How the money of some houses stood in one custody account: house id, product, weighted product."""
    sql = (
        f"select s.sub_account_id, s.product, s.weighted from ({day_products.STAYS}) s"
        " where s.sub_account_id = any (%(houses)s::bigint[]) order by s.sub_account_id"
    )
    rows = _rows(sql, _stays({custody_id: terms}, [area_id]) | {"houses": list(house_ids)})
    return [(house_id, int(product), int(weighted)) for house_id, product, weighted in rows]


def _stays(terms: Mapping[int, Terms], areas: list[int]) -> dict[str, Any]:
    some = next(iter(terms.values()))
    days = [some.first + dt.timedelta(days=after) for after in range((some.settled_on - some.first).days)]
    rows = [
        (custody_id, day, weight(one.demand, day=day, until=some.settled_on))
        for custody_id, one in terms.items()
        for day in days
    ]
    return {
        "areas": areas,
        "since": some.long_since,
        "first": some.first,
        "settled_on": some.settled_on,
        "stood_since": some.stood_since,
        "long_since": some.long_since,
        "custodies": [custody_id for custody_id, _, _ in rows],
        "days": [day for _, day, _ in rows],
        "weights": [weighs for _, _, weighs in rows],
    }


def _rates(terms: Mapping[int, Terms]) -> dict[str, Any]:
    ones = list(terms.values())

    def whole(part: str) -> list[int]:
        return [weight(getattr(one, part), day=one.first, until=one.settled_on) for one in ones]

    return {
        "of": list(terms),
        "whole": whole("demand"),
        "term": whole("term"),
        "long": whole("long_term"),
        "basis": [one.basis for one in ones],
        "year_days": [one.year_days for one in ones],
    }


def _pools(run: InterestRun) -> dict[int, InterestPool]:
    pools = {pool.custody_id: pool for pool in run.pools.all()}
    earned = day_products.undistributed(list(pools), through=run.settled_on.isoformat())
    for custody_id, pool in pools.items():
        pool.earned_parts = earned.get(custody_id, {})
        pool.earned_fen = sum(pool.earned_parts.values())
    return pools


def _sum_up(run: InterestRun, pools: Mapping[int, InterestPool], fingerprints: Mapping[int, Decimal]) -> None:
    found = _rows(
        "select area_id, custody_id, count(*), sum(product), coalesce(sum(fen) filter (where is_open), 0)::bigint,"
        " coalesce(sum(fen) filter (where not is_open), 0)::bigint from earnings_interestline where run_id = %(run)s"
        " group by area_id, custody_id order by area_id, custody_id",
        {"run": run.pk},
    )
    parts = [
        InterestPart(
            id=pk,
            run=run,
            area_id=area_id,
            custody_id=custody_id,
            accounts=accounts,
            product=product,
            total_fen=total,
            withheld_fen=withheld,
            fingerprint=fingerprints.get(area_id, Decimal(0)),
        )
        for pk, (area_id, custody_id, accounts, product, total, withheld) in zip(
            new_ids(len(found)), found, strict=True
        )
    ]
    InterestPart.objects.bulk_create(parts, batch_size=2_000)
    sums = run.parts.values("custody_id").annotate(
        products=Sum("product"), count=Sum("accounts"), total=Sum("total_fen"), withheld=Sum("withheld_fen")
    )
    by_custody = {one["custody_id"]: one for one in sums.order_by()}
    for custody_id, pool in pools.items():
        one = by_custody.get(custody_id)
        pool.product, pool.accounts = (one["products"], one["count"]) if one else (Decimal(0), 0)
        pool.total_fen, pool.withheld_fen = (one["total"], one["withheld"]) if one else (0, 0)
        pool.save()
    run.accounts = sum(pool.accounts for pool in pools.values())
    run.total_fen = sum(pool.total_fen for pool in pools.values())
    run.withheld_fen = sum(pool.withheld_fen for pool in pools.values())


def _execute(sql: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())

"""销户结息: what a house has earned when it leaves the register within a period, at the demand rate to the day, credited to its
sub-account before its balance is paid back or divided.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from upkeep.banking.models import CustodyAccount
from upkeep.books import custody_books
from upkeep.books.chart import FundKind
from upkeep.books.earnings import AreaShare, earnings_shared
from upkeep.earnings.arithmetic import MILLION, Terms, year_before
from upkeep.earnings.computing import stays_of_area
from upkeep.earnings.models import InterestPool, LeavingInterest, RunState
from upkeep.earnings.rates import NoRate, segments
from upkeep.earnings.runs import NotNow
from upkeep.earnings.terms import previous_settlement
from upkeep.estate.models import Area
from upkeep.kernel.dates import day_of
from upkeep.kernel.ids import new_ids
from upkeep.policy.interest_rule import DEMAND, InterestRule, interest_rule

_BOOKED = (RunState.POSTED, RunState.REVERSAL_ASKED)


def settle_leaving(*, area_id: int, house_ids: Collection[int], source: str, at: dt.datetime) -> int:
    """Credit the interest of houses of one area that are about to leave; answers with the fen. Locks the books that it touches.

    Nothing is credited where the city's rule does not pay leavers, or no demand rate was confirmed: their share then stays
    undistributed with the next run. Raises: NotNow while a run is being booked; Refusal where a period is closed.
    """
    area, on = Area.objects.get(pk=area_id), day_of(at)
    rule = interest_rule(jurisdiction_id=area.jurisdiction_id, on=on)
    custodies = {one.pk: one for one in CustodyAccount.objects.select_related("bank")}
    pools = InterestPool.objects.filter(is_live=True, run__parts__area_id=area_id).select_related("run")
    if any(pool.run.state_now in (RunState.POSTING, RunState.REVERSING) for pool in pools.distinct()):
        raise NotNow("该物业区域正在结息入账，请稍后再办理")
    if not rule.pays_leavers:
        return 0
    terms = {pk: found for pk, one in custodies.items() if (found := _terms(one, rule, on=on))}
    if not terms:
        return 0
    custody_books.lock_with_area(list(terms), area_id=area_id)
    shares: dict[int, dict[int, int]] = defaultdict(dict)
    kept = []
    for custody_id, one in terms.items():
        for house_id, product, weighted in stays_of_area(
            area_id, custody_id=custody_id, terms=one, house_ids=house_ids
        ):
            below = MILLION * one.basis
            fen = max((2 * weighted + below) // (2 * below), 0)
            kept.append((custody_id, house_id, one.first, product, fen))
            if fen:
                shares[custody_id][house_id] = fen
    _keep(area_id, kept, on=on, at=at)
    for custody_id in shares:
        custody_books.open_book(custody_id)
    parts = [
        AreaShare(
            area_id=area_id,
            custody_id=custody_id,
            fund_kind=FundKind(custodies[custody_id].fund_kind),
            amounts=amounts,
        )
        for custody_id, amounts in sorted(shares.items())
    ]
    if parts:
        earnings_shared(parts, source=f"{source}:interest", booked_on=on)
    return sum(sum(amounts.values()) for amounts in shares.values())


def _terms(custody: CustodyAccount, rule: InterestRule, *, on: dt.date) -> Terms | None:
    """From the last settlement that was booked to the day, at the demand rate; None where there is no rate or no day.

    Before the first run of a city the year to its last settlement day counts too: that run would begin there.
    """
    booked = InterestPool.objects.filter(custody=custody, run__state__in=_BOOKED, settled_on__lte=on)
    last = booked.order_by("-settled_on").first()
    first = last.settled_on if last else year_before(previous_settlement(rule, before=on))
    if first >= on:
        return None
    try:
        demand = segments(custody=custody, terms=[DEMAND], first=first, last=on)[DEMAND]
    except NoRate:
        return None
    return Terms(
        first=first,
        settled_on=on,
        basis=int(rule.day_basis),
        demand=demand,
        term=demand,
        long_term=demand,
        stood_since=first,
        long_since=first,
    )


def _keep(area_id: int, found: list[tuple[int, int, dt.date, int, int]], *, on: dt.date, at: dt.datetime) -> None:
    LeavingInterest.objects.bulk_create(
        [
            LeavingInterest(
                id=pk,
                area_id=area_id,
                custody_id=custody_id,
                sub_account_id=house_id,
                first=first,
                settled_on=on,
                product=product,
                fen=fen,
                at=at,
            )
            for pk, (custody_id, house_id, first, product, fen) in zip(new_ids(len(found)), found, strict=True)
        ],
        batch_size=2_000,
    )

"""返还: what a cancelled house's balance becomes, owed to each owner by his share, and paid through the bank."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from upkeep.banking.models import PaymentOrder
from upkeep.books import postings, sub_accounts
from upkeep.books.balance_messages import tell_balance
from upkeep.casework.models import Case
from upkeep.earnings.leaving import settle_leaving
from upkeep.estate import lineage
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House, Ownership
from upkeep.estate.models.owner import WHOLE_PPM
from upkeep.estate.queries import current_ownerships
from upkeep.jobs import actions as jobs
from upkeep.kernel.allocation import allocate
from upkeep.kernel.dates import day_of, start_of
from upkeep.kernel.errors import Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import OFFICE
from upkeep.treasury.models import Payout, PayoutState
from upkeep.treasury.purses import Purse, check_free, check_units_free, purses_of

#: The key of whoever owns the part of a house that no recorded owner has.
UNKNOWN = 0
#: The kind of job that tells the owners of a case; `upkeep.tasks` does it.
TELL_OWED = "tell_owed"


class NotOwed(Refusal):
    """The payout is ordered or paid already."""


def parts_of(fen: int, owned: Sequence[Ownership]) -> dict[int, int]:
    """A balance divided over the owners by their shares, by largest remainder; what nobody is recorded for is `UNKNOWN`.

    Fen by owner id; Σ is the balance. Owners whose part comes to nothing are left out.
    """
    shares = shares_of(owned)
    return {owner_id: part for owner_id, part in allocate(fen, shares).items() if part}


def shares_of(owned: Sequence[Ownership]) -> dict[int, int]:
    """The owners' shares in parts per million, with what is missing to a whole under `UNKNOWN`."""
    shares = {one.owner_id: one.share_ppm for one in owned}
    missing = WHOLE_PPM - sum(shares.values())
    return shares | ({UNKNOWN: missing} if missing > 0 else {})


#: What of the houses is due to the units that sold them: fen by (house id, account id). `deposits.unit_leaving.parts_of`.
UnitParts = Callable[[Collection[int]], Mapping[tuple[int, int], int]]


def no_units(house_ids: Collection[int]) -> Mapping[tuple[int, int], int]:
    """For houses that no unit has sold."""
    return {}


def problems_of(houses: Sequence[House], *, unit_parts: UnitParts = no_units) -> Iterator[Problem]:
    """What the houses' money forbids now."""
    try:
        check_free(houses)
        check_units_free(unit_parts([house.pk for house in houses]))
    except Refusal as refused:
        yield Problem("", str(refused))


def cancel(
    case: Case,
    house_ids: Collection[int],
    *,
    source: str,
    by: Actor,
    at: dt.datetime,
    unit_parts: UnitParts = no_units,
) -> None:
    """Let houses leave the register; their balances become payables (借 5101 贷 2001), named by owner. So does what the
    units that sold them have left in their accounts for them (售房单位部分), named by unit.

    Raises: lineage.HouseHasLeft, claims.HouseIsBusy, purses.MoneyIsHeld, purses.MoneyIsSpread; then nothing has changed.
    """
    houses = lineage.lock(house_ids, source=source)
    area_id = houses[0].area_id
    settle_leaving(area_id=area_id, house_ids=house_ids, source=f"case:{case.pk}:cancelled", at=at)
    sub_accounts.lock(area_id)
    check_free(houses)
    owners = current_ownerships(list(house_ids))
    purses = purses_of(house_ids)
    sub_accounts.open_for(area_id, house_ids)
    for purse in purses:
        postings.loss_recognised(
            area_id=area_id,
            custody_id=purse.custody.pk,
            fund_kind=purse.fund_kind,
            amounts=purse.amounts,
            source=f"case:{case.pk}:cancelled:{purse.custody.pk}",
            booked_on=day_of(at),
        )
        tell_balance(area_id=area_id, source=f"case:{case.pk}:cancelled:{purse.custody.pk}", at=at)
    from_units = _recognise_units(case, unit_parts(house_ids), area_id=area_id, at=at)
    sub_accounts.close_for(area_id, house_ids, on=day_of(at))
    basis = f"房屋注销 {case.number}"
    lineage.leave(house_ids, state=HouseState.CANCELLED, basis=basis, case_id=case.pk, by=by, at=at)
    for purse in purses:
        _owe(case, purse, owners, area_id=area_id, at=at)
    Payout.objects.bulk_create(from_units, batch_size=5_000)
    if purses and owners:
        title = f"通知业主领取返还资金（{case.number}）"
        jobs.defer(kind=TELL_OWED, title=title, arguments={"case_id": case.pk}, by_id=by.user_id or None, at=at)


def _recognise_units(
    case: Case, parts: Mapping[tuple[int, int], int], *, area_id: int, at: dt.datetime
) -> list[Payout]:
    """Book what leaves the units' accounts; answers with the payouts to be made when the houses have left."""
    check_units_free(parts)
    by_account: dict[int, int] = {}
    for (_, account_id), fen in parts.items():
        by_account[account_id] = by_account.get(account_id, 0) + fen
    rows = []
    for purse in purses_of(by_account):
        postings.loss_recognised(
            area_id=area_id,
            custody_id=purse.custody.pk,
            fund_kind=purse.fund_kind,
            amounts={account_id: by_account[account_id] for account_id in purse.amounts},
            source=f"case:{case.pk}:cancelled:{purse.custody.pk}:units",
            booked_on=day_of(at),
        )
        rows += [
            Payout(
                case=case,
                jurisdiction_id=case.jurisdiction_id,
                area_id=area_id,
                house_id=house_id,
                custody=purse.custody,
                unit_account_id=account_id,
                share_ppm=WHOLE_PPM,
                amount_fen=fen,
                owed_at=at,
            )
            for (house_id, account_id), fen in sorted(parts.items())
            if account_id in purse.amounts
        ]
    return rows


def _owe(
    case: Case, purse: Purse, owners: Mapping[int, Sequence[Ownership]], *, area_id: int, at: dt.datetime
) -> None:
    rows = [
        Payout(
            case=case,
            jurisdiction_id=case.jurisdiction_id,
            area_id=area_id,
            house_id=house_id,
            custody=purse.custody,
            owner_id=owner_id or None,
            share_ppm=shares_of(owners.get(house_id, ()))[owner_id],
            amount_fen=part,
            owed_at=at,
        )
        for house_id, fen in sorted(purse.amounts.items())
        for owner_id, part in parts_of(fen, owners.get(house_id, ())).items()
    ]
    for pk, row in zip(new_ids(len(rows)), rows, strict=True):
        row.pk = pk
    Payout.objects.bulk_create(rows, batch_size=5_000)


def visible_to(actor: Actor) -> QuerySet[Payout]:
    """The payouts the actor may know of: those of the office's jurisdiction; nobody else."""
    rows = Payout.objects.select_related("house__building", "area", "owner", "case", "custody__bank")
    rows = rows.select_related("unit_account__organisation")
    if not actor.has(*OFFICE):
        return rows.none()
    return rows.filter(jurisdiction_id__in=within(actor.jurisdiction_id))


@dataclass(frozen=True)
class PayoutFilter:
    """What a list of payouts is narrowed to; the state "UNKNOWN" are those without an owner."""

    text: str = ""
    state: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def payout_list(*, actor: Actor, wanted: PayoutFilter) -> QuerySet[Payout]:
    """The visible payouts by area, room, owner's name or case, the newest first."""
    rows, state = visible_to(actor), wanted.state
    if wanted.since:
        rows = rows.filter(owed_at__gte=start_of(wanted.since))
    if wanted.until:
        rows = rows.filter(owed_at__lt=start_of(wanted.until + dt.timedelta(days=1)))
    if text := wanted.text.strip():
        rows = rows.filter(
            Q(area__name__icontains=text)
            | Q(house__room=text)
            | Q(owner__name=text)
            | Q(unit_account__organisation__name__icontains=text)
            | Q(case__number__startswith=text.upper())
        )
    if state == "UNKNOWN":
        rows = rows.filter(owner__isnull=True, unit_account__isnull=True)
    elif state:
        rows = rows.filter(state=state)
    return rows.order_by("-owed_at", "house__building__order", "-house__floor", "house__unit", "house__room", "pk")


def owed_fen(rows: QuerySet[Payout]) -> int:
    """How much of these is not paid yet, in fen."""
    return int(rows.exclude(state=PayoutState.PAID).order_by().aggregate(total=Sum("amount_fen"))["total"] or 0)


@dataclass(frozen=True)
class PayoutSums:
    """How many payouts there are and what they come to, in fen."""

    count: int
    total_fen: int
    paid_fen: int


def sums_of(rows: QuerySet[Payout]) -> PayoutSums:
    """The sums of a list. One query."""
    found = rows.order_by().aggregate(
        count=Count("pk"),
        total=Sum("amount_fen", default=0),
        paid=Sum("amount_fen", filter=Q(state=PayoutState.PAID), default=0),
    )
    return PayoutSums(found["count"], found["total"], found["paid"])


def open_cases(rows: QuerySet[Payout]) -> list[tuple[str, str, int, int]]:
    """The cases that have something left for which no account was entered: number, area, how many, how much in fen."""
    free = rows.filter(state=PayoutState.OWED).exclude(batch_lines__is_returned=False).order_by()
    found = free.values_list("case__number", "area__name").annotate(count=Count("pk"), total=Sum("amount_fen"))
    return [(number, area, count, total) for number, area, count, total in found.order_by("-case__number")]


def order_of(payout: Payout) -> PaymentOrder | None:
    """The payment order of a payout; of several the latest."""
    return PaymentOrder.objects.filter(reference=payout.reference).order_by("-issued_at", "-pk").first()


def of_case(case_id: int) -> list[Payout]:
    """What a case has left to be paid back."""
    rows = Payout.objects.filter(case_id=case_id)
    rows = rows.select_related("house__building", "owner", "unit_account__organisation")
    return list(rows.order_by("house__building__order", "-house__floor", "house__unit", "house__room", "pk"))

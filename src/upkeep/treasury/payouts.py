"""返还: what a cancelled house's balance becomes, owed to each owner by his share, and paid through the bank."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from upkeep.banking.models import PaymentOrder
from upkeep.banking.orders import order_payment
from upkeep.books import postings, sub_accounts
from upkeep.books.balance_messages import tell_balance
from upkeep.casework.models import Case
from upkeep.estate import lineage
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House, Ownership
from upkeep.estate.models.owner import WHOLE_PPM
from upkeep.estate.queries import current_ownerships
from upkeep.kernel.allocation import allocate
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import OFFICE
from upkeep.treasury.models import Payout, PayoutState
from upkeep.treasury.purposes import PURPOSE
from upkeep.treasury.purses import Purse, check_free, purses_of

#: The key of whoever owns the part of a house that no recorded owner has.
UNKNOWN = 0


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


def problems_of(houses: Sequence[House]) -> Iterator[Problem]:
    """What the houses' money forbids now."""
    try:
        check_free(houses)
    except Refusal as refused:
        yield Problem("", str(refused))


def cancel(case: Case, house_ids: Collection[int], *, source: str, by: Actor, at: dt.datetime) -> None:
    """Let houses leave the register; their balances become payables (借 5101 贷 2001), named by owner.

    Raises: lineage.HouseHasLeft, claims.HouseIsBusy, purses.MoneyIsHeld, purses.MoneyIsSpread; then nothing has changed.
    """
    houses = lineage.lock(house_ids, source=source)
    area_id = houses[0].area_id
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
    sub_accounts.close_for(area_id, house_ids, on=day_of(at))
    basis = f"房屋注销 {case.number}"
    lineage.leave(house_ids, state=HouseState.CANCELLED, basis=basis, case_id=case.pk, by=by, at=at)
    for purse in purses:
        _owe(case, purse, owners, area_id=area_id, at=at)


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


@transaction.atomic
def order(
    payout_id: int, *, payee_name: str, payee_bank: str, payee_account: str, basis: str, by: Actor, at: dt.datetime
) -> PaymentOrder:
    """Tell the bank to pay what is owed, once. Whoever is not the recorded owner shows on what basis he is paid.

    Raises: NotOwed, HasProblems, Refusal of `banking.orders`.
    """
    payout = Payout.objects.select_for_update(of=("self",)).select_related("owner").get(pk=payout_id)
    if payout.state_now is not PayoutState.OWED:
        raise NotOwed(f"这笔返还{payout.get_state_display()}，请勿重复开具付款通知")
    payee_name, basis = payee_name.strip(), basis.strip()
    if not basis and (payout.owner is None or payout.owner.name != payee_name):
        whom = "业主不明" if payout.owner is None else "收款人不是登记的业主"
        raise HasProblems([Problem("basis", f"{whom}，请填写领取依据（如继承公证书、法院判决书的文号）")])
    fresh = order_payment(
        purpose=PURPOSE,
        reference=payout.reference,
        jurisdiction_id=payout.jurisdiction_id,
        area_id=payout.area_id,
        custody_id=payout.custody_id,
        amounts={payout.house_id: payout.amount_fen},
        payee_name=payee_name,
        payee_bank=payee_bank.strip(),
        payee_account=payee_account.strip(),
        by=by,
        at=at,
    )
    payout.state, payout.basis, payout.ordered_at = PayoutState.ORDERED, basis[:200], at
    payout.ordered_by_id = by.user_id or None
    payout.save(update_fields=["state", "basis", "ordered_at", "ordered_by"])
    return fresh


def visible_to(actor: Actor) -> QuerySet[Payout]:
    """The payouts the actor may know of: those of the office's jurisdiction; nobody else."""
    rows = Payout.objects.select_related("house__building", "area", "owner", "case", "custody__bank")
    if not actor.has(*OFFICE):
        return rows.none()
    return rows.filter(jurisdiction_id__in=within(actor.jurisdiction_id))


def payout_list(*, actor: Actor, text: str = "", state: str = "") -> QuerySet[Payout]:
    """The visible payouts by area, room, owner's name or case, the newest first; "UNKNOWN" are those without an owner."""
    rows = visible_to(actor)
    if text := text.strip():
        rows = rows.filter(
            Q(area__name__icontains=text)
            | Q(house__room=text)
            | Q(owner__name=text)
            | Q(case__number__startswith=text.upper())
        )
    if state == "UNKNOWN":
        rows = rows.filter(owner__isnull=True)
    elif state:
        rows = rows.filter(state=state)
    return rows.order_by("-owed_at", "house__building__order", "-house__floor", "house__unit", "house__room", "pk")


def owed_fen(rows: QuerySet[Payout]) -> int:
    """How much of these is not paid yet, in fen."""
    return int(rows.exclude(state=PayoutState.PAID).order_by().aggregate(total=Sum("amount_fen"))["total"] or 0)


def order_of(payout: Payout) -> PaymentOrder | None:
    """The payment order of a payout; of several the latest."""
    return PaymentOrder.objects.filter(reference=payout.reference).order_by("-issued_at", "-pk").first()


def of_case(case_id: int) -> list[Payout]:
    """What a case has left to be paid back."""
    rows = Payout.objects.filter(case_id=case_id).select_related("house__building", "owner")
    return list(rows.order_by("house__building__order", "-house__floor", "house__unit", "house__room", "pk"))

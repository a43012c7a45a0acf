"""What owners of cancelled houses are told: how much is owed to them, what to bring and where."""

import datetime as dt

from upkeep.casework.models import Case
from upkeep.estate.models import Owner, OwnerAccount
from upkeep.kernel.money import yuan
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.models import Jurisdiction
from upkeep.treasury.models import Payout, PayoutState

OWED = event(
    "payout_owed",
    "维修资金待领取",
    [IN_SITE, SMS],
    "您名下的{house}已注销，维修资金结余 {amount} 元应返还给您。请携带身份证和本人银行卡到{place}领取（业务单 {number}）。",
    "维修资金待领取：{amount} 元",
)
PAID = event(
    "payout_paid",
    "维修资金已返还",
    [IN_SITE, SMS],
    "您名下已注销房屋的维修资金结余 {amount} 元已由专户银行付款，请注意查收（业务单 {number}）。",
    "维修资金已返还：{amount} 元",
)


def tell_owed(case_id: int, *, at: dt.datetime) -> int:
    """Every owner with a telephone or an account, once for all his houses of the case. Answers with their number."""
    case = Case.objects.get(pk=case_id)
    of_owner: dict[int, list[Payout]] = {}
    rows = Payout.objects.filter(case=case, owner__isnull=False, state=PayoutState.OWED)
    for one in rows.select_related("owner", "house__building", "area").order_by("pk"):
        of_owner.setdefault(one.owner_id or 0, []).append(one)
    users = _users_of(of_owner)
    place = _place(case.jurisdiction)
    told = 0
    for owner_id, mine in of_owner.items():
        owner = mine[0].owner
        assert owner is not None
        if owner.phone or owner_id in users:
            values = {"house": _houses(mine), "place": place, "number": case.number}
            _notify(OWED.code, mine[0], owner, values, fen=sum(one.amount_fen for one in mine), users=users, at=at)
            told += 1
    return told


def tell_paid(payout: Payout, *, at: dt.datetime) -> None:
    """The owner, when the bank has paid what was owed to him."""
    if payout.owner is not None:
        values = {"number": payout.case.number}
        users = _users_of([payout.owner.pk])
        _notify(PAID.code, payout, payout.owner, values, fen=payout.amount_fen, users=users, at=at)


def _notify(
    code: str,
    payout: Payout,
    owner: Owner,
    values: dict[str, str],
    *,
    fen: int,
    users: dict[int, int],
    at: dt.datetime,
) -> None:
    notify(
        event=code,
        jurisdiction_id=payout.jurisdiction_id,
        values={**values, "amount": yuan(fen)},
        at=at,
        key=f"{code}:{payout.case_id}:{owner.pk}:{payout.pk}",
        user_ids=[users[owner.pk]] if owner.pk in users else (),
        phone=owner.phone,
    )


def _users_of(owner_ids: "dict[int, list[Payout]] | list[int]") -> dict[int, int]:
    return dict(OwnerAccount.objects.filter(owner_id__in=list(owner_ids)).values_list("owner_id", "user_id"))


def _houses(mine: list[Payout]) -> str:
    first = mine[0]
    more = f"等 {len(mine)} 套房屋" if len(mine) > 1 else ""
    return f"{first.area.name}{first.house.building.name}{first.house.label}{more}"


def _place(office: Jurisdiction) -> str:
    where = "，".join(part for part in (office.office_address, office.office_phone) if part)
    return f"{office.office_name}（{where}）" if where else office.office_name

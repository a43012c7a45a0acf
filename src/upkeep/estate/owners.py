"""Owners of houses: bound (绑定), changed (过户), ended. Nothing else writes ownerships.

The balance stays on the house whoever owns it. Every act leaves an `OwnershipAct`; the database sees to it that the
shares of a house make a whole on every day, and that what has begun is only ever ended (`sql/guards/ownership.sql`).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from upkeep.estate.kinds import CoOwnership, HouseState, IdKind, OwnershipActKind
from upkeep.estate.models import House, Owner, Ownership, OwnershipAct
from upkeep.estate.models.owner import WHOLE_PPM
from upkeep.kernel.bulk import copy_in
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.actor import Actor
from upkeep.parties.queries import city_id_of


class NoSuchHouse(Refusal):
    """One of the houses is not in the register any more."""


class OwnedAlready(Refusal):
    """A house that was to be bound has an owner: changing owners is 过户."""


class NotOwned(Refusal):
    """A house that was to change hands has no owner: it is bound first."""


class SameOwners(Refusal):
    """The new owners are the present ones, with the same shares."""


class WrongShares(Refusal):
    """The shares do not make a whole, or one person is named twice."""


class WrongDay(Refusal):
    """The day lies in the future, or before the present owners began."""


@dataclass(frozen=True, kw_only=True)
class OwnerDetails:
    """A person or organisation as named on a form: found in the city by number and name, or entered."""

    name: str
    id_kind: IdKind
    id_number: str
    phone: str


@dataclass(frozen=True)
class NewOwnership:
    """One owner with his share in parts per million; an `Owner` that is in the register already may be given."""

    owner: "OwnerDetails | Owner"
    share_ppm: int = WHOLE_PPM


#: The new owners by house id.
NewOwners = Mapping[int, Sequence[NewOwnership]]


@dataclass(frozen=True, kw_only=True)
class _Grounds:
    """On what an act rests: the day from which it holds, why, in which case, who entered it and when."""

    since: dt.date
    basis: str
    case_id: int | None
    by_id: int | None
    at: dt.datetime


def bind(
    house_id: int,
    new: Sequence[NewOwnership],
    *,
    since: dt.date,
    basis: str,
    case_id: int | None,
    by: Actor | None,
    at: dt.datetime,
    joint: bool = False,
) -> None:
    """Give a house without owners its owners. `joint`: several own it without shares (共同共有); `split_evenly` gives the
    parts that the register keeps then.

    Raises: OwnedAlready, NoSuchHouse, WrongShares, WrongDay.
    """
    bind_many({house_id: new}, since=since, basis=basis, case_id=case_id, by=by, at=at, joint=_only(house_id, joint))


@transaction.atomic
def bind_many(
    new: NewOwners,
    *,
    since: dt.date,
    basis: str,
    case_id: int | None,
    by: Actor | None,
    at: dt.datetime,
    joint: Collection[int] = (),
) -> int:
    """`bind` for many houses at once; `joint` names the houses owned without shares. Answers with their number.

    Raises: OwnedAlready, NoSuchHouse, WrongShares, WrongDay; then none is bound.
    """
    grounds = _grounds(since, basis, case_id, by, at)
    houses = _locked(new)
    _check(new, grounds)
    taken = set(current(new).values_list("house_id", flat=True))
    if taken:
        raise OwnedAlready(f"{_named(houses, taken)}已登记业主，更换业主请办理过户")
    _begin(new, houses, OwnershipActKind.BINDING, grounds, frozenset(joint))
    return len(new)


def transfer(
    house_id: int,
    new: Sequence[NewOwnership],
    *,
    since: dt.date,
    basis: str,
    case_id: int | None,
    by: Actor | None,
    at: dt.datetime,
    joint: bool = False,
) -> None:
    """Let a house pass from its owners to new ones on a day; no money moves. See `transfer_many`."""
    transfer_many(
        {house_id: new}, since=since, basis=basis, case_id=case_id, by=by, at=at, joint=_only(house_id, joint)
    )


@transaction.atomic
def transfer_many(
    new: NewOwners,
    *,
    since: dt.date,
    basis: str,
    case_id: int | None,
    by: Actor | None,
    at: dt.datetime,
    joint: Collection[int] = (),
) -> int:
    """Let houses pass from their owners to new ones on a day, each house as a whole. Answers with their number.

    Raises: NotOwned, SameOwners, NoSuchHouse, WrongShares, WrongDay; then none passes.
    """
    grounds = _grounds(since, basis, case_id, by, at)
    houses = _locked(new)
    _check(new, grounds)
    before: dict[int, list[Ownership]] = {}
    for one in current(new).order_by("pk"):
        before.setdefault(one.house_id, []).append(one)
    if missing := new.keys() - before.keys():
        raise NotOwned(f"{_named(houses, missing)}尚未登记业主，请先办理业主绑定")
    latest = max(one.since for owned in before.values() for one in owned)
    if since < latest:
        raise WrongDay(f"过户日期不能早于现业主取得之日（{in_letters(latest)}）")
    _begin(new, houses, OwnershipActKind.TRANSFER, grounds, frozenset(joint), before=before)
    return len(new)


@transaction.atomic
def end(
    house_ids: Collection[int], *, until: dt.date, basis: str, case_id: int | None, by: Actor | None, at: dt.datetime
) -> int:
    """Nobody owns the houses any more from a day on (注销, 拆分, 合并). Answers with the number of ownerships ended.

    Raises: WrongDay.
    """
    grounds = _grounds(until, basis, case_id, by, at)
    _check_day(grounds)
    owned = list(current(house_ids).select_for_update(of=("self",)).order_by("house_id"))
    if any(one.since > until for one in owned):
        raise WrongDay("终止日期不能早于现业主取得之日")
    acts = _acts(sorted({one.house_id for one in owned}), OwnershipActKind.ENDING, grounds)
    _end(owned, acts, until)
    return len(owned)


def current(house_ids: Iterable[int]) -> QuerySet[Ownership]:
    """The present ownerships of the houses."""
    return Ownership.objects.filter(house_id__in=list(house_ids), until__isnull=True)


def split_evenly(count: int) -> list[int]:
    """Equal parts of a whole in parts per million that add up: 3 -> 333,334 333,333 333,333."""
    part, rest = divmod(WHOLE_PPM, count)
    return [part + (1 if place < rest else 0) for place in range(count)]


def _only(house_id: int, joint: bool) -> tuple[int, ...]:
    return (house_id,) if joint else ()


def _grounds(since: dt.date, basis: str, case_id: int | None, by: Actor | None, at: dt.datetime) -> _Grounds:
    return _Grounds(since=since, basis=basis[:200], case_id=case_id, by_id=(by.user_id or None) if by else None, at=at)


def _locked(new: NewOwners) -> dict[int, House]:
    """The houses, locked in one order, so that two acts that meet wait for each other. Raises: NoSuchHouse."""
    rows = House.objects.select_for_update(of=("self",)).filter(pk__in=list(new), state=HouseState.ACTIVE)
    houses = {house.pk: house for house in rows.select_related("building", "area").order_by("pk")}
    if new.keys() - houses.keys():
        raise NoSuchHouse("有房屋已注销或不在楼盘表中，请刷新后再办理")
    return houses


def _check(new: NewOwners, grounds: _Grounds) -> None:
    _check_day(grounds)
    for owners in new.values():
        if sum(one.share_ppm for one in owners) != WHOLE_PPM or any(one.share_ppm <= 0 for one in owners):
            raise WrongShares("各共有人的份额合计应为 100%，请核对")
        if len({_key(one.owner) for one in owners}) != len(owners):
            raise WrongShares("同一业主不能填写两次，请核对共有人")


def _check_day(grounds: _Grounds) -> None:
    if grounds.since > day_of(grounds.at):
        raise WrongDay("权属生效日期不能晚于今天")


def _begin(
    new: NewOwners,
    houses: Mapping[int, House],
    kind: OwnershipActKind,
    grounds: _Grounds,
    joint: frozenset[int],
    *,
    before: Mapping[int, Sequence[Ownership]] | None = None,
) -> None:
    """Enter the acts, end what was before, begin what is new. Raises: SameOwners."""
    known = _recorded(new, houses)
    rows = [
        Ownership(
            house_id=house_id,
            owner_id=_owner_id(one.owner, houses[house_id], known),
            share_ppm=one.share_ppm,
            manner=_manner(owners, house_id in joint),
            since=grounds.since,
        )
        for house_id, owners in new.items()
        for one in owners
    ]
    if before is not None:
        _refuse_the_same(rows, before, houses)
    acts = _acts(list(new), kind, grounds)
    _end([one for owned in (before or {}).values() for one in owned], acts, grounds.since)
    copy_in(
        Ownership,
        ("id", "house", "owner", "share_ppm", "manner", "since", "begun_with"),
        (
            (pk, row.house_id, row.owner_id, row.share_ppm, row.manner, row.since, acts[row.house_id].pk)
            for pk, row in zip(new_ids(len(rows)), rows, strict=True)
        ),
    )


def _manner(owners: Sequence[NewOwnership], joint: bool) -> CoOwnership:
    if len(owners) == 1:
        return CoOwnership.SOLE
    return CoOwnership.JOINT if joint else CoOwnership.SHARED


def _refuse_the_same(
    rows: Iterable[Ownership], before: Mapping[int, Sequence[Ownership]], houses: Mapping[int, House]
) -> None:
    wanted: dict[int, set[tuple[int, int, str]]] = {}
    for row in rows:
        wanted.setdefault(row.house_id, set()).add((row.owner_id, row.share_ppm, row.manner))
    same = [
        house_id
        for house_id, owned in before.items()
        if {(one.owner_id, one.share_ppm, one.manner) for one in owned} == wanted[house_id]
    ]
    if same:
        raise SameOwners(f"{_named(houses, same)}的新业主与现业主相同，不需要过户")


def _acts(house_ids: Sequence[int], kind: OwnershipActKind, grounds: _Grounds) -> dict[int, OwnershipAct]:
    acts = [
        OwnershipAct(
            id=pk,
            house_id=house_id,
            kind=kind,
            since=grounds.since,
            basis=grounds.basis,
            case_id=grounds.case_id,
            by_id=grounds.by_id,
            at=grounds.at,
        )
        for pk, house_id in zip(new_ids(len(house_ids)), house_ids, strict=True)
    ]
    fields = ("id", "house", "kind", "since", "basis", "case", "by", "at")
    copy_in(
        OwnershipAct,
        fields,
        ((act.pk, act.house_id, act.kind, act.since, act.basis, act.case_id, act.by_id, act.at) for act in acts),
    )
    return {act.house_id: act for act in acts}


def _end(owned: Sequence[Ownership], acts: Mapping[int, OwnershipAct], until: dt.date) -> None:
    for one in owned:
        one.until, one.ended_with = until, acts[one.house_id]
    Ownership.objects.bulk_update(owned, ["until", "ended_with"], batch_size=2_000)


def _key(owner: "OwnerDetails | Owner") -> tuple[str, str, str]:
    number = owner.id_hash if isinstance(owner, Owner) else lookup_hash(owner.id_number)
    return owner.id_kind, number, owner.name


def _owner_id(
    owner: "OwnerDetails | Owner", house: House, known: Mapping[int, Mapping[tuple[str, str, str], int]]
) -> int:
    return owner.pk if isinstance(owner, Owner) else known[house.area.jurisdiction_id][_key(owner)]


def _recorded(new: NewOwners, houses: Mapping[int, House]) -> dict[int, dict[tuple[str, str, str], int]]:
    """The ids of the named owners by district and key: a person is recorded once in the city of the house."""
    named: dict[int, list[OwnerDetails]] = {}
    for house_id, owners in new.items():
        people = [one.owner for one in owners if not isinstance(one.owner, Owner)]
        named.setdefault(houses[house_id].area.jurisdiction_id, []).extend(people)
    return {place: record(jurisdiction_id=city_id_of(place), owners=people) for place, people in named.items()}


def record(*, jurisdiction_id: int, owners: Iterable[OwnerDetails]) -> dict[tuple[str, str, str], int]:
    """Enter owners whom the city does not know yet; ids by kind, hash of the number and name.

    A telephone on record stays (`estate.owner_corrections` changes it); one that is missing is filled in.
    """
    by_key = {_key(one): one for one in owners}
    fresh = [
        Owner(
            id=pk,
            jurisdiction_id=jurisdiction_id,
            name=one.name,
            id_kind=one.id_kind,
            id_number=one.id_number,
            id_hash=key[1],
            phone=one.phone,
            phone_hash=lookup_hash(one.phone) if one.phone else "",
        )
        for pk, (key, one) in zip(new_ids(len(by_key)), by_key.items(), strict=True)
    ]
    Owner.objects.bulk_create(fresh, batch_size=5_000, ignore_conflicts=True)
    found = Owner.objects.filter(jurisdiction_id=jurisdiction_id, id_hash__in=[key[1] for key in by_key])
    known = {(one.id_kind, one.id_hash, one.name): one for one in found}
    unreachable = [one for key, one in known.items() if not one.phone_hash and key in by_key and by_key[key].phone]
    for one in unreachable:
        one.phone = by_key[_key(one)].phone
        one.phone_hash = lookup_hash(one.phone)
    Owner.objects.bulk_update(unreachable, ["phone", "phone_hash"], batch_size=2_000)
    return {key: one.pk for key, one in known.items()}


def _named(houses: Mapping[int, House], house_ids: Iterable[int]) -> str:
    ids = sorted(house_ids)
    first = "、".join(f"{houses[one].building.name}{houses[one].label}" for one in ids[:3])
    return f"{first}{f'等 {len(ids)} 户' if len(ids) > 3 else ''}"

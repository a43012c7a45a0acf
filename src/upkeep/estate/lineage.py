"""Houses that leave the register, what comes in their place, and where a house comes from (房屋沿革).

The money is no business of this file: whoever calls empties and closes the sub-accounts before a house leaves, and the
database refuses it otherwise.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from upkeep.estate import claims, owners
from upkeep.estate.actions import HouseExists
from upkeep.estate.division import Division, NewPart
from upkeep.estate.kinds import CoOwnership, HouseState
from upkeep.estate.models import House, HouseLineage, Ownership
from upkeep.estate.queries import current_ownerships
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor


class HouseHasLeft(Refusal):
    """A house was cancelled, split or merged by another case meanwhile."""


def lock(house_ids: Collection[int], *, source: str) -> list[House]:
    """The houses, locked until the transaction ends, free for `source` to let them leave: its own claims are given back.

    Raises: HouseHasLeft; claims.HouseIsBusy naming what holds a house.
    """
    rows = House.objects.select_for_update(of=("self",)).filter(pk__in=house_ids).select_related("building")
    houses = list(rows.order_by("pk"))
    if gone := [house for house in houses if house.state != HouseState.ACTIVE]:
        raise HouseHasLeft(f"{claims.names_of(gone)}{gone[0].get_state_display()}，不能再次办理")
    claims.release(source=source)
    busy = claims.reasons(house_ids)
    if busy:
        first = next(house for house in houses if house.pk in busy)
        raise claims.HouseIsBusy(f"{claims.names_of([first])}{busy[first.pk]}，请先办结后再办理")
    return houses


def leave(
    house_ids: Collection[int], *, state: HouseState, basis: str, case_id: int, by: Actor, at: dt.datetime
) -> None:
    """Let houses leave the register for good; nobody owns them from that day on. Raises: owners.WrongDay."""
    owners.end(house_ids, until=day_of(at), basis=basis, case_id=case_id, by=by, at=at)
    House.objects.filter(pk__in=house_ids).update(state=state)


@dataclass(frozen=True, kw_only=True)
class Successor:
    """A new house under the id that its sub-account has already, with what it was given. Money in fen."""

    house_id: int
    division: Division
    part: NewPart
    first_due_fen: int | None
    #: What came from each old house: fen by house id.
    moved: Mapping[int, int]


@transaction.atomic
def succeed(successors: Sequence[Successor], *, basis: str, case_id: int, by: Actor, at: dt.datetime) -> None:
    """Let the old houses leave and the new ones take their place, owned by the same persons with the same shares.

    Raises: HouseExists when a room number was taken meanwhile; then nothing has changed.
    """
    olds = {house.pk: one.division for one in successors for house in one.division.old}
    owned = current_ownerships(list(olds))
    for state in (HouseState.SPLIT, HouseState.MERGED):
        if leaving := [pk for pk, division in olds.items() if division.left_as is state]:
            leave(leaving, state=state, basis=basis, case_id=case_id, by=by, at=at)
    try:
        with transaction.atomic():
            House.objects.bulk_create([_house(one) for one in successors], batch_size=5_000)
    except IntegrityError:
        raise HouseExists("拆分合并后的房号刚刚被其他房屋占用，请退回修改后重新提交") from None
    _own(successors, owned, basis=basis, case_id=case_id, by=by, at=at)
    pairs = [(old, one) for one in successors for old in one.division.old]
    HouseLineage.objects.bulk_create(
        [
            HouseLineage(
                id=pk,
                from_house=old,
                to_house_id=one.house_id,
                case_id=case_id,
                moved_fen=one.moved.get(old.pk, 0),
                at=at,
            )
            for pk, (old, one) in zip(new_ids(len(pairs)), pairs, strict=True)
        ],
        batch_size=5_000,
    )


def _house(one: Successor) -> House:
    old, part = one.division.old[0], one.part
    return House(
        id=one.house_id,
        area_id=old.area_id,
        building_id=old.building_id,
        unit=part.unit,
        floor=part.floor,
        room=part.room,
        use=part.use,
        nature=old.nature,
        area_dm2=part.area_dm2,
        inner_area_dm2=part.inner_area_dm2,
        address=part.address,
        note=part.note,
        first_deposit_due_fen=one.first_due_fen,
    )


def _own(
    successors: Sequence[Successor],
    owned: Mapping[int, Sequence[Ownership]],
    *,
    basis: str,
    case_id: int,
    by: Actor,
    at: dt.datetime,
) -> None:
    """The present owners, with their shares and in their manner, from that day on."""
    before = {one.house_id: owned.get(one.division.old[0].pk, ()) for one in successors}
    new = {
        house_id: [owners.NewOwnership(one.owner, one.share_ppm) for one in rows]
        for house_id, rows in before.items()
        if rows
    }
    joint = [house_id for house_id, rows in before.items() if any(one.manner == CoOwnership.JOINT for one in rows)]
    owners.bind_many(new, since=day_of(at), basis=basis, case_id=case_id, by=by, at=at, joint=joint)


def came_from(house_id: int) -> list[HouseLineage]:
    """The houses that a house was made of, with the case."""
    rows = HouseLineage.objects.filter(to_house_id=house_id).select_related("from_house__building", "case")
    return list(rows.order_by("from_house__floor", "from_house__unit", "from_house__room"))


def became(house_id: int) -> list[HouseLineage]:
    """The houses that a house was split or merged into, with the case."""
    rows = HouseLineage.objects.filter(from_house_id=house_id).select_related("to_house__building", "case")
    return list(rows.order_by("to_house__floor", "to_house__unit", "to_house__room"))


def of_case(case_id: int) -> list[HouseLineage]:
    """What a case has brought about, old houses together."""
    rows = HouseLineage.objects.filter(case_id=case_id)
    return list(
        rows.select_related("from_house__building", "to_house__building").order_by(
            "from_house__room", "to_house__unit", "to_house__floor", "to_house__room"
        )
    )

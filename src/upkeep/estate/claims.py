"""Marking houses as busy, and asking whether they are. One live claim of a kind on a house: the database says so."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction

from upkeep.estate.models import House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids


class HouseIsBusy(Refusal):
    """Another business has the house; the sentence says which house and with what."""


def claim(*, house_ids: Sequence[int], kind: ClaimKind, source: str, at: dt.datetime) -> None:
    """Mark houses as busy with `source` (such as "slip:123").

    Raises: HouseIsBusy naming the houses, when one has a claim of that kind already; then none is marked.
    """
    claims = [
        HouseClaim(id=pk, house_id=house_id, kind=kind, source=source, at=at)
        for pk, house_id in zip(new_ids(len(house_ids)), sorted(house_ids), strict=True)
    ]  # sorted: two claims that meet wait for each other in one order, never in a circle
    try:
        with transaction.atomic():
            HouseClaim.objects.bulk_create(claims, batch_size=5_000)
    except IntegrityError:
        raise HouseIsBusy(_sentence(busy_houses(house_ids, kind), kind)) from None


def release(*, source: str) -> None:
    """Take back all claims of a source. Asking twice does no harm."""
    HouseClaim.objects.filter(source=source).delete()


def busy_houses(house_ids: Iterable[int], *kinds: ClaimKind) -> list[House]:
    """Which of the houses have a claim of one of the kinds (of any, when none is named)."""
    claimed = HouseClaim.objects.filter(house_id__in=house_ids)
    if kinds:
        claimed = claimed.filter(kind__in=kinds)
    return list(
        House.objects.filter(pk__in=claimed.values("house_id"))
        .select_related("building")
        .order_by("building__order", "-floor", "unit", "room")
    )


def claimed_ids(area_id: int, kind: ClaimKind) -> set[int]:
    """The houses of an area that have a claim of the kind."""
    return set(HouseClaim.objects.filter(house__area_id=area_id, kind=kind).values_list("house_id", flat=True))


def _sentence(houses: Sequence[House], kind: ClaimKind) -> str:
    named = "、".join(f"{house.building.name}{house.label}" for house in houses[:3])
    more = f"等 {len(houses)} 户" if len(houses) > 3 else ""
    return f"{named}{more}{kind.label}，请先办结或作废后再办理"

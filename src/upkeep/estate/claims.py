"""Marking houses as busy, and asking whether they are. One live claim of a kind on a house: the database says so."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction

from upkeep.casework.models import Case
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids


class HouseIsBusy(Refusal):
    """Another business has the house; the sentence says which house and with what."""


def claim(*, house_ids: Sequence[int], kind: ClaimKind, source: str, at: dt.datetime) -> None:
    """Mark houses as busy with `source` (such as "slip:123").

    Raises: HouseIsBusy naming the houses, when one has a claim of that kind already, or has left the register; then
    none is marked.
    """
    claim_each({source: house_ids}, kind=kind, at=at)


def claim_each(by_source: Mapping[str, Sequence[int]], *, kind: ClaimKind, at: dt.datetime) -> None:
    """`claim` for many sources at once, all or none. Raises: HouseIsBusy."""
    wanted = sorted((house_id, source) for source, house_ids in by_source.items() for house_id in house_ids)
    claims = [
        HouseClaim(id=pk, house_id=house_id, kind=kind, source=source, at=at)
        for pk, (house_id, source) in zip(new_ids(len(wanted)), wanted, strict=True)
    ]  # sorted: two claims that meet wait for each other in one order, never in a circle
    try:
        with transaction.atomic():
            HouseClaim.objects.bulk_create(claims, batch_size=5_000)
    except IntegrityError:
        house_ids = [house_id for house_id, _ in wanted]
        gone = House.everything.filter(pk__in=house_ids).exclude(state=HouseState.ACTIVE).select_related("building")
        if left := list(gone):
            raise HouseIsBusy(f"{names_of(left)}{left[0].get_state_display()}，不在楼盘表中，请重新选择房屋") from None
        raise HouseIsBusy(f"{names_of(busy_houses(house_ids, kind))}{kind.label}，请先办结或作废后再办理") from None


def release(*, source: str) -> None:
    """Take back all claims of a source. Asking twice does no harm."""
    release_each([source])


def release_each(sources: Collection[str]) -> None:
    """`release` for many sources at once."""
    HouseClaim.objects.filter(source__in=sources).delete()


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


def names_of(houses: Sequence[House]) -> str:
    """The first few houses by name, and how many there are: 1幢1单元 101、1幢1单元 102等 12 户."""
    named = "、".join(f"{house.building.name}{house.label}" for house in houses[:3])
    return named + (f"等 {len(houses)} 户" if len(houses) > 3 else "")


# --- what a claim is of ----------------------------------------------------------------------------------------------

Namer = Callable[[Collection[int]], Mapping[int, str]]
_namers: dict[str, Namer] = {}


def names_sources(prefix: str) -> Callable[[Namer], Namer]:
    """Packages above say how their sources are called: ids after "slip:" -> 交款通知单 JT…, for refusals that name them."""

    def register(namer: Namer) -> Namer:
        if prefix in _namers:
            raise ValueError(f"two namers of {prefix}")
        _namers[prefix] = namer
        return namer

    return register


@names_sources("case")
def _cases(ids: Collection[int]) -> dict[int, str]:
    return {case.pk: f"业务单 {case.number}" for case in Case.objects.filter(pk__in=ids)}


def reasons(house_ids: Collection[int], *, but: str = "") -> dict[int, str]:
    """Why houses are busy, each with the business that has it; `but` is the source that does not count."""
    found = HouseClaim.objects.filter(house_id__in=house_ids).exclude(source=but).order_by("-at", "-pk")
    rows = list(found.values_list("house_id", "kind", "source"))
    names = _names({source for _, _, source in rows})
    return {
        house_id: f"{ClaimKind(kind).label}" + (f"（{names[source]}）" if names.get(source) else "")
        for house_id, kind, source in rows
    }


def in_words(found: Sequence[HouseClaim]) -> list[str]:
    """What each claim is, with the business that made it: 有待交的交款通知单（交款通知单 JT…）."""
    names = _names({one.source for one in found})
    kinds = [ClaimKind(one.kind).label for one in found]
    return [
        kind + (f"（{names[one.source]}）" if names.get(one.source) else "")
        for kind, one in zip(kinds, found, strict=True)
    ]


def _names(sources: Iterable[str]) -> dict[str, str]:
    ids: dict[str, set[int]] = {}
    parts = {source: source.split(":") for source in sources}  # "slip:12", and "slip:12:2" after a reversal
    known = {
        source: (part[0], int(part[1]))
        for source, part in parts.items()
        if part[0] in _namers and len(part) > 1 and part[1].isdecimal()
    }
    for prefix, pk in known.values():
        ids.setdefault(prefix, set()).add(pk)
    named = {prefix: _namers[prefix](wanted) for prefix, wanted in ids.items()}
    return {source: named[prefix][pk] for source, (prefix, pk) in known.items() if pk in named[prefix]}

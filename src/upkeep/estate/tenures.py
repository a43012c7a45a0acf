"""Which houses an owner's account may look at, and through which day: those he owns, and those he owned.

Who owns a house sees all of its account, for the balance came to him with the house. Who has sold it keeps what he could
see on his last day, and learns nothing of what has come since. Nobody sees who the others are.
"""

import datetime as dt
from dataclasses import dataclass

from upkeep.estate.kinds import CoOwnership, HouseState
from upkeep.estate.models import House, Ownership
from upkeep.estate.owner_accounts import records_of
from upkeep.estate.owner_shares import share_words


@dataclass(frozen=True, kw_only=True)
class Tenure:
    """A house of an account. `until` is the first day on which it was his no more; None while it is his."""

    house: House
    since: dt.date
    until: dt.date | None
    share: str

    @property
    def is_present(self) -> bool:
        """Whether he may act for it: pay, ask for money back."""
        return self.until is None and self.house.state == HouseState.ACTIVE

    @property
    def last_day(self) -> dt.date | None:
        """The last day of which he may read; None: there is none."""
        return self.until - dt.timedelta(days=1) if self.until else None

    @property
    def name(self) -> str:
        """江南名邸 3幢 1单元 501."""
        return f"{self.house.area.name} {self.house.building.name} {self.house.label}"


def tenures_of(user_id: int) -> list[Tenure]:
    """The account's houses, those he owns now first, by area; each house once. One query."""
    rows = (
        Ownership.objects.filter(owner__in=records_of(user_id))
        .select_related("house__area", "house__building")
        .order_by("-since", "-pk")
    )
    found: dict[int, Tenure] = {}
    for one in rows:
        known = found.get(one.house_id)
        if known is None or (known.until is not None and (one.until is None or one.until > known.until)):
            found[one.house_id] = Tenure(house=one.house, since=one.since, until=one.until, share=_share(one))
    return sorted(found.values(), key=lambda one: (one.until is not None, one.house.area.name, one.house.pk))


def tenure_of(user_id: int, house_id: int) -> Tenure | None:
    """The account's tenure of one house, present or past."""
    return next((one for one in tenures_of(user_id) if one.house.pk == house_id), None)


def _share(one: Ownership) -> str:
    """How the house is shared; empty where he owns it alone."""
    if one.manner == CoOwnership.SOLE:
        return ""
    return "与他人共同共有" if one.manner == CoOwnership.JOINT else f"按份共有，您占 {share_words(one.share_ppm)}"

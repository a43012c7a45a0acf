"""Reading about owners: past and present ownerships of a house, the list 过户记录, the search for owners."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from upkeep.estate.kinds import OwnershipActKind
from upkeep.estate.models import House, OwnerCorrection, Ownership, OwnershipAct
from upkeep.estate.queries import visible_to
from upkeep.kernel.dates import start_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.actor import Actor

_FEWEST_LETTERS = 2


class SearchBy(models.TextChoices):
    """业主查询条件."""

    NAME = "NAME", "业主姓名或名称"
    ID_NUMBER = "ID_NUMBER", "证件号码"
    PHONE = "PHONE", "联系电话"
    HOUSE = "HOUSE", "房屋坐落或房号"


@dataclass(frozen=True)
class RecordFilter:
    """What the list of acts is narrowed to."""

    area: str = ""
    house: str = ""
    owner: str = ""
    kind: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def ownerships_of(house_id: int) -> list[Ownership]:
    """Who owns and owned the house, the present ones first."""
    rows = Ownership.objects.filter(house_id=house_id).select_related("owner", "begun_with__case", "ended_with__case")
    return list(rows.order_by(F("until").desc(nulls_first=True), "-since", "pk"))


def corrections_of(house_id: int) -> list[OwnerCorrection]:
    """What was put right about the present owners of the house, the latest first."""
    owned = Ownership.objects.filter(house_id=house_id, until__isnull=True).values("owner_id")
    rows = OwnerCorrection.objects.filter(owner_id__in=owned).select_related("by", "owner")
    return list(rows.order_by("-at", "-pk"))


def records(*, actor: Actor, wanted: RecordFilter) -> QuerySet[OwnershipAct]:
    """过户记录 over all areas that the actor sees, the latest first, with who gave and who received."""
    acts = OwnershipAct.objects.filter(house__area__in=visible_to(actor))
    acts = acts.filter(kind=wanted.kind) if wanted.kind else acts
    if area := wanted.area.strip():
        acts = acts.filter(Q(house__area__name__icontains=area) | Q(house__area__initials__startswith=area.lower()))
    for word in wanted.house.split():
        acts = acts.filter(
            Q(house__room=word)
            | Q(house__building__name=word)
            | Q(house__unit=word.removesuffix("单元"))
            | Q(house__address__icontains=word)
        )
    if owner := wanted.owner.strip():
        named = Ownership.objects.filter(owner__name__icontains=owner)
        acts = acts.filter(
            Exists(named.filter(begun_with=OuterRef("pk"))) | Exists(named.filter(ended_with=OuterRef("pk")))
        )
    if wanted.since:
        acts = acts.filter(at__gte=start_of(wanted.since))
    if wanted.until:
        acts = acts.filter(at__lt=start_of(wanted.until + dt.timedelta(days=1)))
    people = Ownership.objects.select_related("owner").order_by("pk")
    return (
        acts.select_related("house__area", "house__building", "case")
        .prefetch_related(Prefetch("begun", queryset=people), Prefetch("ended", queryset=people))
        .order_by("-at", "-pk")
    )


def transfers_only(kind: str) -> str:
    """The kind that the list shows where none was asked for; "ALL" shows every act."""
    return "" if kind == "ALL" else kind or OwnershipActKind.TRANSFER


class TooVague(Refusal):
    """The words are too few to be looked for; the sentence says what to do."""


def search(*, actor: Actor, by: SearchBy, value: str, past: bool) -> QuerySet[Ownership]:
    """Ownerships in the areas that the actor sees; numbers and telephones are found whole only, by their keyed hash.

    Raises: TooVague.
    """
    text = value.strip()
    if len(text) < _FEWEST_LETTERS:
        raise TooVague("请至少输入两个字")
    found = Ownership.objects.filter(house__area__in=visible_to(actor))
    found = found if past else found.filter(until__isnull=True)
    tidy = "".join(text.split()).upper()
    if by == SearchBy.ID_NUMBER:
        found = found.filter(owner__id_hash=lookup_hash(tidy))
    elif by == SearchBy.PHONE:
        found = found.filter(owner__phone_hash=lookup_hash(tidy))
    elif by == SearchBy.NAME:
        found = found.filter(owner__name__startswith=text)
    else:
        houses = House.objects.all()
        for word in text.split():
            houses = houses.filter(
                Q(address__icontains=word) | Q(room=word) | Q(building__name=word) | Q(area__name=word)
            )
        found = found.filter(house__in=houses)
    return found.select_related("owner", "house__area", "house__building").order_by(
        "house__area__name", "house__building__order", "house__unit", "house__room", F("until").desc(nulls_first=True)
    )

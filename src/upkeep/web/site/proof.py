"""Who has proved in this visit that a house is his, and for how long that is remembered (业主自主办理区, D3 and D5).

The proof lies in the session, is bound to the city and runs out. Nothing of a house is shown before there is one.
"""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from upkeep.estate.models import House
from upkeep.estate.public_queries import open_house
from upkeep.web.access import ActorRequest

#: How long a proof counts.
LASTS = dt.timedelta(minutes=30)
_KEPT = "proved_house"


@dataclass(frozen=True)
class Proof:
    """The house, and whether its owner was proved (or the city asks for no proof); else he is a buyer of a house that
    nobody is recorded for, who may pay and nothing else.
    """

    house: House
    as_owner: bool


def remember(request: HttpRequest, house_id: int, *, city_id: int, as_owner: bool = True) -> None:
    """The visitor has proved himself for this house, which takes the place of another."""
    request.session.cycle_key()
    request.session[_KEPT] = {
        "house": house_id,
        "city": city_id,
        "as_owner": as_owner,
        "until": (timezone.now() + LASTS).isoformat(),
    }


def proof(request: ActorRequest) -> Proof | None:
    """What was proved in this visit for the city whose pages it is on; None when nothing was, or too long ago."""
    kept = request.session.get(_KEPT)
    if not kept or not request.city or kept["city"] != request.city.pk:
        return None
    if dt.datetime.fromisoformat(kept["until"]) <= timezone.now():
        return None
    house = open_house(kept["house"], city_id=kept["city"])
    return Proof(house, bool(kept["as_owner"])) if house else None


def proved_house(request: ActorRequest) -> House | None:
    """The house whose owner the visitor has proved to be; None without a proof, and for a mere buyer."""
    found = proof(request)
    return found.house if found and found.as_owner else None


def forget(request: HttpRequest) -> None:
    """The visit goes on without the proof."""
    request.session.pop(_KEPT, None)

"""From a voucher to its business: the slip, order, case or other form behind a journal's source, and where it is opened.

Packages beside this one say where their own sources lead: `@leads("refund")` over a function of the sources and the actor.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from upkeep.banking.origins import origins_of
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation
from upkeep.web.transactions.rows import papers_urls


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What an entry was booked for. `url` is empty where the reader may not open it."""

    words: str
    number: str = ""
    url: str = ""
    serial: str = ""


#: Of a source that nobody knows.
NOTHING = Evidence(words="")

Leader = Callable[[Collection[str], Actor], Mapping[str, Evidence]]
_leaders: dict[str, Leader] = {}


def leads(prefix: str) -> Callable[[Leader], Leader]:
    """Register where the sources "prefix:…" lead: source -> evidence."""

    def register(leader: Leader) -> Leader:
        if prefix in _leaders:
            raise ValueError(f"two leaders of {prefix}")
        _leaders[prefix] = leader
        return leader

    return register


def evidence_of(sources: Collection[str], *, actor: Actor) -> dict[str, Evidence]:
    """What stands behind each source, in words; `NOTHING` where nobody knows it. Queries do not grow with rows."""
    origins = origins_of(sources)
    urls = papers_urls(origins.values(), actor=actor)
    found = {
        source: Evidence(
            words=origin.words, number=origin.number, url=urls.get(origin.number, ""), serial=origin.serial
        )
        for source, origin in origins.items()
    }
    for prefix, leader in _leaders.items():
        mine = [source for source in sources if source.startswith(f"{prefix}:")]
        found |= leader(mine, actor) if mine else {}
    return {source: found.get(source, NOTHING) for source in sources}


@leads("bank")
def _of_the_bank(sources: Collection[str], actor: Actor) -> dict[str, Evidence]:
    """What a bank credited or took has no paper but its serial number: "bank:<bank>:<serial>"."""
    split = {source: source.split(":", 2) for source in sources if source.count(":") >= 2}
    ids = {parts[1] for parts in split.values() if parts[1].isdecimal() and len(parts[1]) < 19}
    names = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {
        source: Evidence(words=f"{names.get(int(bank), '专户银行') if bank in ids else bank} 银行流水", serial=serial)
        for source, (_, bank, serial) in split.items()
    }

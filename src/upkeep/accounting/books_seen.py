"""Which books (账簿) an actor sees: those of the areas and of the custody accounts of his jurisdiction (docs/adr/0016)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from upkeep.banking.custody_books import custodies_of
from upkeep.banking.models import CustodyAccount
from upkeep.estate.models import Area
from upkeep.estate.queries import visible_to
from upkeep.parties.actor import Actor
from upkeep.parties.roles import BOOKKEEPERS


@dataclass(frozen=True, kw_only=True)
class BooksSeen:
    """The areas' books and the custody accounts' books that somebody may look into."""

    areas: Sequence[Area]
    custodies: Sequence[CustodyAccount]

    @cached_property
    def names(self) -> dict[int, str]:
        """What each book is called, by its id."""
        return {area.pk: area.name for area in self.areas} | {one.pk: custody_words(one) for one in self.custodies}

    @cached_property
    def custody_by_id(self) -> dict[int, CustodyAccount]:
        """The custody accounts by id."""
        return {one.pk: one for one in self.custodies}

    @property
    def ids(self) -> Collection[int]:
        """The ids of all books."""
        return self.names.keys()


def custody_words(custody: CustodyAccount) -> str:
    """商品住宅专户 6222…0012: how a custody account is called in a list of books."""
    return f"{custody.get_fund_kind_display()}专户（尾号 {custody.number[-4:]}）"


def books_seen(actor: Actor) -> BooksSeen:
    """The books of the actor's city or district; none for whoever reads no books. Two queries."""
    if not actor.has(*BOOKKEEPERS):
        return BooksSeen(areas=(), custodies=())
    areas = visible_to(actor).only("pk", "name", "jurisdiction_id").order_by("name", "pk")
    return BooksSeen(areas=list(areas), custodies=list(custodies_of(actor.jurisdiction_id)))

"""The book of a custody account (专户账簿): what belongs to the whole account and to no area yet (docs/adr/0016)."""

from collections.abc import Collection

from upkeep.ledger import api as ledger


def open_book(custody_id: int) -> int:
    """Open the book if it is not open yet. Answers with its id, which stands where an area's id stands elsewhere."""
    ledger.open_books([custody_id])
    return custody_id


def lock_with_area(custody_ids: Collection[int], *, area_id: int) -> None:
    """Lock an area's book and those of custody accounts in the order in which every post takes them."""
    ledger.open_books([*custody_ids, area_id])
    ledger.lock_books([*custody_ids, area_id])


def lock_book(custody_id: int) -> None:
    """Lock the book until the transaction ends: two who look at what the account has do so one after the other."""
    ledger.lock_books([custody_id])

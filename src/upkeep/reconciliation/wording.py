"""How a line of the bank and a movement of the books are named to people."""

from upkeep.books.titles import title_of
from upkeep.kernel.masking import mask_name
from upkeep.reconciliation.models import BankLine, BookMovement

#: A name of so few characters is a person's.
_LONGEST_NAME = 4


def what_it_is(item: BankLine | BookMovement) -> str:
    """摘要: of a line what the bank writes, of a movement what was booked, for which paper and area."""
    if isinstance(item, BookMovement):
        return "　".join(part for part in (title_of(item.reason), item.number, item.place) if part)
    return "　".join(part for part in (item.summary, shown_party(item)) if part) or "（银行未写摘要）"


def shown_party(line: BankLine) -> str:
    """The other party of a line: organisations in full, persons masked."""
    name = line.counterparty
    return mask_name(name) if 1 < len(name) <= _LONGEST_NAME else name

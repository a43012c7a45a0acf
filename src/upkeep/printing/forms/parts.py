"""Pieces that several forms share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """A label and its value; a wide one takes the whole line."""

    label: str
    value: str
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """Facts under a heading."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Table:
    """A list under a heading. `aligns` holds one of l, c, r per column; `widths` are shares of the line."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    aligns: str = ""
    widths: tuple[float, ...] = ()
    total: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wide = len(self.headers)
        rows = (*self.rows, self.total) if self.total else self.rows
        if any(len(row) != wide for row in rows) or len(self.aligns or "l" * wide) != wide:
            raise ValueError(f"table {self.title!r}: every row has {wide} cells")


@dataclass(frozen=True)
class SignBox:
    """A box to be signed or stamped; `text` is printed when the opinion is known already."""

    title: str
    text: str = ""
    signed_by: str = ""
    signed: str = ""


@dataclass(frozen=True)
class BankAccount:
    """An account as it is printed: holder, number, bank."""

    holder: str
    number: str
    bank: str

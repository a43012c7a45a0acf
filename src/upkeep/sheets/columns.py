"""The words of a sheet: its columns, the rows read from it, and what is wrong with a cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from upkeep.kernel.errors import HasProblems, Problem
from upkeep.sheets.kinds import Kind

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column (列). `key` names its value; a read-only one is filled in by us and locked in the template."""

    key: str
    title: str
    kind: Kind
    required: bool = False
    read_only: bool = False
    width: int = 14
    note: str = ""
    example: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the sheet by its number in the user's file. A blank cell, and one with a fault, is None."""

    number: int
    values: Values


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong with one cell, such as K12."""

    row: int
    place: int  # column counted from 0, so that faults sort as people read
    cell: str = field(compare=False)
    column: str = field(compare=False)
    text: str = field(compare=False)


@dataclass(frozen=True)
class Reading:
    """What was read: the rows without fault, all faults, and warnings that do not hold anything up."""

    rows: list[Row]
    faults: list[Fault]
    warnings: list[Fault]
    places: Mapping[str, int]
    titles: Mapping[str, str]

    def fault_at(self, row_number: int, key: str, text: str) -> Fault:
        """A fault found by the caller, such as a house that is in the register already."""
        return make_fault(row_number, self.places[key], self.titles[key], text)

    def refuse_faults(self) -> None:
        """Raises: HasProblems with one problem per cell, when there is any fault."""
        if self.faults:
            raise HasProblems(Problem(fault.cell, fault.text) for fault in self.faults)


def column_letters(place: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def make_fault(row_number: int, place: int, title: str, text: str) -> Fault:
    return Fault(row_number, place, f"{column_letters(place)}{row_number}", title, text)


class Declared(Protocol):
    """What writing a workbook needs to know of a sheet."""

    @property
    def title(self) -> str: ...

    @property
    def columns(self) -> tuple[Column, ...]: ...

    @property
    def max_rows(self) -> int: ...

    @property
    def guide(self) -> tuple[str, ...]: ...

"""会计报表 of 财会〔2020〕7号: a statement as it is handed in, on paper across."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FundStatementRow:
    """A row: its line number (行次), label, and figures as they are printed; a heading has none."""

    number: str
    label: str
    cells: tuple[str, ...] = ()
    is_sum: bool = False
    indent: bool = False


@dataclass(frozen=True, kw_only=True)
class HeadGroup:
    """A heading over some columns."""

    title: str
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FundStatement:
    """One statement. `code` is its number in the norm (会住维01表); `made_by` and `checked_by` may be empty."""

    code: str
    when: str
    first_head: str
    groups: tuple[HeadGroup, ...]
    rows: tuple[FundStatementRow, ...]
    scope: str = ""
    made_by: str = ""
    checked_by: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        wide = sum(len(group.columns) for group in self.groups)
        if any(len(row.cells) not in (0, wide) for row in self.rows):
            raise ValueError(f"every row of {self.code} has {wide} figures or none")

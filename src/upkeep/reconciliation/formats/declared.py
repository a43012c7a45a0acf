"""The words in which a bank's statement file is declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Shape(StrEnum):
    """文件形式."""

    SEPARATED = "SEPARATED"
    FIXED_WIDTH = "FIXED_WIDTH"


class Amount(StrEnum):
    """How an amount is written: 12.34 or 1,234.56 yuan, or 1234 fen."""

    YUAN = "YUAN"
    FEN = "FEN"


@dataclass(frozen=True, kw_only=True)
class Format:
    """One bank's file. A field is found by the title of its column, by its place, or by where it stands in the record.

    `fields` maps our name (see `NAMES`) to a column's title, a column's number from 0, or (first byte from 0, bytes). Balances
    stand either in a record of their own (`head_mark`, `head_fields`) or behind each line (field "balance_fen").
    """

    code: str
    title: str
    shape: Shape
    fields: Mapping[str, str | int | tuple[int, int]]
    separator: str = ","
    encodings: tuple[str, ...] = ("utf-8-sig", "gb18030")
    has_titles: bool = True
    amount: Amount = Amount.YUAN
    day_pattern: str = "%Y-%m-%d"
    time_pattern: str = "%H:%M:%S"
    #: What stands in the field "direction" for money in and money out; without it the sign of the amount decides, or the
    #: two columns "in_fen" and "out_fen".
    marks: Mapping[str, str] = field(default_factory=dict)
    head_mark: str = ""
    head_fields: Mapping[str, int | tuple[int, int]] = field(default_factory=dict)
    line_mark: str = ""
    #: A line that begins so ends the list (合计 and the like).
    end_marks: tuple[str, ...] = ("合计", "总计")
    note: str = ""


NAMES = (
    "serial",
    "day",
    "time",
    "direction",
    "amount_fen",
    "in_fen",
    "out_fen",
    "balance_fen",
    "counterparty",
    "summary",
)

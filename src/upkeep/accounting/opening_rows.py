"""The file of an opening (期初建账) read into the database: its rows as they are, by COPY; what is wrong with a row alone."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from upkeep.accounting.models import Opening
from upkeep.jobs.registry import Progress
from upkeep.kernel.money import MOST_FEN
from upkeep.kernel.sealed_files import open_sealed
from upkeep.sheets.kinds import Cell, Money, Wrong, exact_digits, plain_text
from upkeep.sheets.streaming import Table

#: So many rows a file may have; more houses have no city's fund.
MOST_ROWS = 1_000_000
COLUMNS = {
    "account": "分户代码",
    "area": "物业区域",
    "building": "楼栋",
    "unit": "单元",
    "room": "房号",
    "custody": "专户账号",
    "amount": "期初余额（元）",
}
_OPTIONAL = ("account", "area", "building", "unit", "room")
_TOLD = 20_000
_PLAIN_YUAN = re.compile(r"(\d{1,11})(?:\.(\d{1,2}))?")
_RAW = """
drop table if exists pg_temp.opening_raw;
create temporary table opening_raw (
    row_no int not null, account bigint, area text not null, building text not null, unit text not null,
    room text not null, custody text not null, fen bigint
) on commit drop
"""


class Faults:
    """What is wrong with rows: all counted, the first ones kept."""

    def __init__(self) -> None:
        self.count = 0
        self.kept: list[tuple[int, str, str]] = []

    def add(self, row_no: int, column: str, text: str) -> None:
        """One more."""
        self.count += 1
        if len(self.kept) < _TOLD:
            self.kept.append((row_no, COLUMNS.get(column, column), text))


def read_rows(opening: Opening, faults: Faults, progress: Progress) -> int:
    """Copy the rows of the file into the temporary table `opening_raw`, which goes with the transaction; their number.

    Raises: Refusal where the file is no table of ours.
    """
    table = Table(lambda: open_sealed(opening.path), name=opening.file_name, columns=COLUMNS, optional=_OPTIONAL)
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(_RAW)
        with cursor.copy("copy opening_raw from stdin") as copy:
            for row in _rows(table, faults):
                count += 1
                if count > MOST_ROWS:
                    faults.add(0, "", f"文件超过 {MOST_ROWS:,} 行，请分成几个文件建账")
                    break
                copy.write_row(row)
                if count % 10_000 == 0:
                    progress.note(f"已读取 {count:,} 行")
        cursor.execute("analyze opening_raw")
    return count


def _rows(table: Table, faults: Faults) -> Iterator[Sequence[Any]]:
    texts: dict[Cell, str] = {"": ""}

    def text(row: Sequence[Cell], key: str, number: int) -> str:
        place = table.places.get(key, -1)
        raw = row[place] if 0 <= place < len(row) else ""
        if (known := texts.get(raw)) is not None:
            return known
        try:
            found = exact_digits(raw) if key == "custody" else plain_text(raw)
        except Wrong as wrong:
            faults.add(number, key, f"{COLUMNS[key]}{wrong}")
            return ""
        return texts.setdefault(raw, found) if len(texts) < 100_000 else found

    for number, row in table:
        account = _account(row, table.places.get("account", -1), number, faults)
        custody = text(row, "custody", number).replace(" ", "").replace("-", "")
        area, room = text(row, "area", number), text(row, "room", number)
        building, unit = text(row, "building", number), text(row, "unit", number).removesuffix("单元")
        fen = _fen(row, table.places["amount"], number, faults)
        if not custody:
            faults.add(number, "custody", "专户账号必填")
        if account is None and not (area and building and room):
            faults.add(number, "room", "请填写分户代码，或物业区域、楼栋和房号")
        yield number, account, area, building, unit, room, custody, fen


def _account(row: Sequence[Cell], place: int, number: int, faults: Faults) -> int | None:
    raw = row[place] if 0 <= place < len(row) else ""
    if raw == "":
        return None
    try:
        text = exact_digits(raw)
    except Wrong as wrong:
        faults.add(number, "account", f"分户代码{wrong}")
        return None
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        faults.add(number, "account", "分户代码应为数字，请从下载的建账表中复制，或留空")
        return None
    return int(text)


def _fen(row: Sequence[Cell], place: int, number: int, faults: Faults) -> int | None:
    """Fen; 0 is a house without money, which is not booked."""
    raw = row[place] if place < len(row) else ""
    if isinstance(raw, str) and (plain := _PLAIN_YUAN.fullmatch(raw)):
        fen = int(plain[1]) * 100 + int((plain[2] or "0").ljust(2, "0"))
        if fen <= MOST_FEN:
            return fen
    if raw == 0:
        return 0
    try:
        if raw == "" or not plain_text(raw):
            raise Wrong("必填，没有余额的填 0 或删去该行")
        return Money().read(raw, at=_NO_DAY)
    except Wrong as wrong:
        faults.add(number, "amount", f"期初余额{wrong}")
        return None


_NO_DAY: Any = None

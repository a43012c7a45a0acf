"""The declaration of a sheet, and reading one: rows of typed values, and every fault with its cell."""

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from python_calamine import CalamineError, CalamineWorkbook

from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import half_width
from upkeep.sheets.archive import checked_workbook
from upkeep.sheets.columns import Column, Fault, Reading, Row, Values, column_letters, make_fault
from upkeep.sheets.kinds import Cell, Wrong
from upkeep.sheets.lost import lost_cells
from upkeep.sheets.marking import mark
from upkeep.sheets.writing import export, template

__all__ = ["Column", "Fault", "Reading", "Row", "Sheet", "Values", "column_letters", "make_fault"]


class Sheet:
    """Declare `title` and `columns`; override the checks that look at more than one cell."""

    title: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    max_rows: ClassVar[int] = 20_000
    #: Sentences for the instructions beside what the columns say of themselves.
    guide: ClassVar[tuple[str, ...]] = ()

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        """Faults of one row as (column key, sentence). A cell already faulty is None and not reported twice."""
        return ()

    def warn_row(self, values: Values) -> Iterable[tuple[str, str]]:
        """As `check_row`, for what deserves a second look only."""
        return ()

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        """Faults between rows as (row number, column key, sentence)."""
        return ()

    def template(self, *, rows: Iterable[Mapping[str, Any]] = ()) -> bytes:
        """The workbook to be filled in, with `rows` filled in beforehand."""
        return template(self, rows=rows)

    def export(self, rows: Iterable[Mapping[str, Any]]) -> bytes:
        """The rows as a workbook that `read` takes back."""
        return export(self, rows)

    def mark(self, content: bytes, faults: Sequence[Fault]) -> bytes:
        """The user's own workbook with its faults marked; takes seconds for a large one."""
        return mark(content, faults)

    def read(self, content: bytes, *, at: dt.date) -> Reading:
        """Read the first sheet of a workbook. Raises: Refusal when nothing in it could be read cell by cell."""
        header, numbers, body, lost = self._grid(content)
        places, warnings = self._places(header)
        keys_of = {place: key for key, place in places.items()}
        titles = {column.key: column.title for column in self.columns}
        known = [(row, keys_of[place], text) for row, place, text in lost if row > 1 and place in keys_of]
        faults = {(row, key): f"{titles[key]}{text}" for row, key, text in known}
        cells = list(zip(*body, strict=True))
        parsed = [
            _read_column(column, cells[places[column.key]], numbers, at=at, faults=faults) for column in self.columns
        ]
        keys = [column.key for column in self.columns]
        rows = [
            Row(number, dict(zip(keys, values, strict=True)))
            for number, values in zip(numbers, zip(*parsed, strict=True), strict=True)
        ]
        self._check(rows, faults)
        for row in rows:
            for key, text in self.warn_row(row.values):
                warnings.append(make_fault(row.number, places[key], titles[key], text))
        faulty = {number for number, _ in faults}
        return Reading(
            rows=[row for row in rows if row.number not in faulty] if faulty else rows,
            faults=sorted(make_fault(n, places[key], titles[key], text) for (n, key), text in faults.items()),
            warnings=sorted(warnings),
            places=places,
            titles=titles,
        )

    def _check(self, rows: list[Row], faults: dict[tuple[int, str], str]) -> None:
        for row in rows:
            for key, text in self.check_row(row.values):
                faults.setdefault((row.number, key), text)
        for number, key, text in self.check_all(rows):
            faults.setdefault((number, key), text)

    def _grid(self, content: bytes) -> tuple[list[Cell], list[int], list[list[Cell]], list[tuple[int, int, str]]]:
        """Header, the numbers of the rows that are not blank, those rows, and the cells that cannot be seen in them."""
        checked = checked_workbook(content)
        try:
            with CalamineWorkbook.from_filelike(io.BytesIO(checked)) as workbook:
                sheet = workbook.get_sheet_by_index(0)
                merged = sheet.merged_cell_ranges or []
                grid: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
        except CalamineError:
            raise Refusal("文件已损坏，无法读取，请用表格软件打开并重新保存后再上传") from None
        if any(start[0] == 0 for start, _ in merged):
            raise Refusal("第 1 行（表头）有合并单元格，请取消合并，或下载模板重新填写")
        if not grid:
            raise Refusal("第一个工作表是空的，请填写后再上传")
        lost = list(lost_cells(checked, merged, grid))
        hidden = {row for row, _, _ in lost}
        kept = [
            (number, row) for number, row in enumerate(grid[1:], start=2) if number in hidden or not _is_blank(row)
        ]
        if not kept:
            raise Refusal("第 1 行表头以下没有内容，请填写后再上传")
        if len(kept) > self.max_rows:
            raise Refusal(f"共 {len(kept):,} 行，超过一次最多 {self.max_rows:,} 行，请分批上传")
        return grid[0], [number for number, _ in kept], [row for _, row in kept], lost

    def _places(self, header: list[Cell]) -> tuple[dict[str, int], list[Fault]]:
        """Where each column stands in the user's file; columns may come in any order."""
        found: dict[str, int] = {}
        unknown: list[Fault] = []
        wanted = {_tidy_title(column.title): column.key for column in self.columns}
        for place, cell in enumerate(header):
            title = _tidy_title(str(cell))
            if key := wanted.get(title):
                if key in found:
                    raise Refusal(f"第 1 行有两列都叫“{title}”，请删去一列")
                found[key] = place
            elif title:
                unknown.append(make_fault(1, place, title, f"不认识的列“{title}”，已忽略"))
        missing = [column.title for column in self.columns if column.key not in found]
        if missing:
            others = f"，另有不认识的列：{'、'.join(fault.column for fault in unknown[:10])}" if unknown else ""
            raise Refusal(f"第 1 行缺少列：{'、'.join(missing)}{others}。请用模板填写，不要改动表头")
        return found, unknown


def _is_blank(row: list[Cell]) -> bool:
    return row.count("") == len(row) or all(isinstance(cell, str) and not cell.strip() for cell in row)


def _tidy_title(title: str) -> str:
    return "".join(half_width(title).split()).strip("*")


class _Memo(dict[Cell, Any]):
    """Most columns repeat few values, so each distinct one is read once; what was wrong is kept beside it."""

    def __init__(self, column: Column, at: dt.date) -> None:
        super().__init__()
        self.column, self.at = column, at
        self.wrong: dict[Cell, str] = {}

    def __missing__(self, raw: Cell) -> Any:
        value = None
        if isinstance(raw, str) and not raw.strip():
            if self.column.required:
                self.wrong[raw] = f"{self.column.title}必填"
        else:
            try:
                value = self.column.kind.read(raw, at=self.at)
            except Wrong as wrong:
                self.wrong[raw] = f"{self.column.title}{wrong}"
        self[raw] = value
        return value


def _read_column(
    column: Column, cells: Sequence[Cell], numbers: list[int], *, at: dt.date, faults: dict[tuple[int, str], str]
) -> list[Any]:
    if bool in set(map(type, cells)):  # True == 1.0 as a key: tell them apart before the memo does not
        cells = [str(cell).upper() if isinstance(cell, bool) else cell for cell in cells]
    memo = _Memo(column, at)
    values = list(map(memo.__getitem__, cells))
    if memo.wrong:
        for number, cell in zip(numbers, cells, strict=True):
            if cell in memo.wrong:
                faults.setdefault((number, column.key), memo.wrong[cell])
    return values

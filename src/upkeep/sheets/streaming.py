"""Long tables read row by row: CSV in UTF-8 or the encoding of Chinese spreadsheet programs, and workbooks up to their limit.

Nothing but the present row is in memory, save for a workbook, which its format does not let us read otherwise.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import half_width
from upkeep.sheets.archive import checked_workbook
from upkeep.sheets.kinds import Cell

Open = Callable[[], BinaryIO]
_SAMPLE = 1024 * 1024
_LONGEST_CELL = 10_000


class Table:
    """A table with a header. `open` gives the file anew each time it is asked.

    Raises: Refusal when it is no table, or a column is missing.
    """

    def __init__(self, open_: Open, *, name: str, columns: Mapping[str, str], optional: Sequence[str] = ()) -> None:
        """`columns` maps key -> title; the keys in `optional` may be missing from the header."""
        self._open, self._is_workbook = open_, name.lower().endswith(".xlsx")
        self._encoding = "" if self._is_workbook else _encoding_of(open_)
        header = next(self._rows(), None)
        if header is None:
            raise Refusal("文件是空的，请重新选择")
        titles = {_tidy(str(cell)): place for place, cell in reversed(list(enumerate(header)))}
        self.places = {key: titles[_tidy(title)] for key, title in columns.items() if _tidy(title) in titles}
        missing = [title for key, title in columns.items() if key not in self.places and key not in optional]
        if missing:
            raise Refusal(f"第 1 行缺少列：{'、'.join(missing)}。请用模板填写，不要改动表头")

    def __iter__(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows under the header that are not blank, each with its number in the file."""
        rows = self._rows()
        next(rows)
        for number, row in enumerate(rows, start=2):
            if any(cell != "" for cell in row):
                yield number, row

    def _rows(self) -> Iterator[Sequence[Cell]]:
        return self._of_workbook() if self._is_workbook else self._of_csv()

    def _of_csv(self) -> Iterator[Sequence[Cell]]:
        with io.TextIOWrapper(self._open(), encoding=self._encoding, newline="") as text:
            csv.field_size_limit(_LONGEST_CELL)
            try:
                yield from csv.reader(text)
            except csv.Error:
                raise Refusal("文件不是规范的 CSV（引号不成对，或有过长的内容），请重新导出后再上传") from None
            except UnicodeDecodeError:
                raise Refusal("文件编码无法识别，请另存为 UTF-8 编码的 CSV 后再上传") from None

    def _of_workbook(self) -> Iterator[Sequence[Cell]]:
        with self._open() as file:
            checked = checked_workbook(file.read())
        try:
            with CalamineWorkbook.from_filelike(io.BytesIO(checked)) as workbook:
                yield from workbook.get_sheet_by_index(0).iter_rows()
        except CalamineError:
            raise Refusal("文件已损坏，无法读取，请用表格软件打开并重新保存后再上传") from None


def _tidy(title: str) -> str:
    return "".join(half_width(title).split()).strip("*\ufeff")


def _encoding_of(open_: Open) -> str:
    """UTF-8 if the beginning of the file is that, else GB 18030, which takes in GBK."""
    with open_() as file:
        sample = file.read(_SAMPLE)
    if b"\x00" in sample or sample.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise Refusal("这不是 CSV 文件，请上传 CSV，或扩展名为 .xlsx 的工作簿")
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(sample)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"

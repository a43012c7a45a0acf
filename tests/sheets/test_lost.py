"""What a reader of a workbook does not get to see is named at its cell, also where the column may be blank."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from tests.sheets.test_sheet import GOOD, HEADER, TODAY, Small
from upkeep.sheets.sheet import Reading

ROWS: list[list[Any]] = [["101", *GOOD[1:]], ["102", *GOOD[1:]], ["103", *GOOD[1:]]]


def read(change: Callable[[Worksheet], Any]) -> Reading:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet()
        for number, row in enumerate([HEADER, *ROWS]):
            for place, value in enumerate(row):
                if value is not None and isinstance(value, str | int | float):
                    page.write(number, place, value)
        change(page)
    return Small().read(content.getvalue(), at=TODAY)


def cells(reading: Reading) -> list[tuple[str, str]]:
    return [(fault.cell, fault.text) for fault in reading.faults]


class TestACellThatCannotBeSeen:
    def test_is_named_where_it_was_merged_away_and_not_where_it_shows(self) -> None:
        reading = read(lambda page: page.merge_range("C2:C4", 3))

        assert [cell for cell, _ in cells(reading)] == ["C3", "C4"]
        assert "请取消合并" in cells(reading)[0][1] and cells(reading)[0][1].startswith("楼层")
        assert [row.number for row in reading.rows] == [2]

    def test_is_named_once_where_a_required_column_was_merged(self) -> None:
        reading = read(lambda page: page.merge_range("A2:B3", "101"))

        assert [cell for cell, _ in cells(reading)] == ["B2", "A3", "B3"]

    @pytest.mark.parametrize("value", ["#N/A", "#DIV/0!", "#REF!"])
    def test_is_named_where_its_formula_failed(self, value: str) -> None:
        reading = read(lambda page: page.write_formula("C3", "=1/0", None, value))

        assert [cell for cell, _ in cells(reading)] == ["C3"]
        assert "公式的错误值" in cells(reading)[0][1]

    def test_is_named_where_its_formula_was_never_computed(self) -> None:
        reading = read(lambda page: page.write_formula("D4", "=80+9", None, ""))

        assert [cell for cell, _ in cells(reading)] == ["D4"]
        assert "没有结果的公式" in cells(reading)[0][1]

    def test_does_not_matter_in_a_column_that_is_none_of_ours(self) -> None:
        far = len(HEADER) + 3

        assert cells(read(lambda page: page.merge_range(1, far, 3, far, "自用"))) == []

    def test_is_not_one_whose_formula_has_a_result(self) -> None:
        assert cells(read(lambda page: page.write_formula("A2", '="1"&"05"', None, "105"))) == []

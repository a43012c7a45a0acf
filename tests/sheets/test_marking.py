"""Marks put into workbooks as different programs write them: each must open again, with nothing of the user's lost."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from upkeep.sheets.columns import make_fault
from upkeep.sheets.marking import mark
from upkeep.sheets.patching import Unusual, mark_cells, parts_of, place_of

FAULTS = [
    make_fault(3, 1, "面积", "面积应大于 0"),
    make_fault(3, 3, "<备注>", "最多 10 个字 & 不含 <"),
    make_fault(3, 1, "面积", "面积与产权证不符"),
]


def by_xlsxwriter() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet("填报")
        money = book.add_format({"num_format": "#,##0.00", "bold": True})
        page.write_row(0, 0, ["房号", "面积", "日期", "备注"])
        page.write_row(1, 0, ["101", 89.12])
        page.write(2, 1, -1, money)
        page.write_datetime(2, 2, dt.date(2026, 1, 31), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.set_column("A:A", 20)
        page.data_validation("A2:A9", {"validate": "list", "source": ["101", "102"]})
        page.freeze_panes(1, 0)
        book.add_worksheet("填表说明").write(0, 0, "请如实填写")
    return content.getvalue()


def by_openpyxl(*, own_comment: bool = False) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (["房号", "面积", "日期", "备注"], ["101", 89.12], ["102", -1, dt.date(2026, 1, 31)]):
        page.append(row)
    page["B3"].number_format = "#,##0.00"
    if own_comment:
        page["A2"].comment = Comment("这套是样板房", "王五")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("content", [by_xlsxwriter(), by_openpyxl(), by_openpyxl(own_comment=True)])
class TestAMarkedWorkbook:
    def test_keeps_every_value_and_format_of_the_user(self, content: bytes) -> None:
        before, after = load_workbook(io.BytesIO(content)), load_workbook(io.BytesIO(mark(content, FAULTS)))

        assert after.sheetnames == [*before.sheetnames, "错误清单"]
        for name in before.sheetnames:
            assert list(after[name].values)[: before[name].max_row] == [
                (*row, *[None] * (after[name].max_column - len(row))) for row in before[name].values
            ]
        old, new = before.worksheets[0], after.worksheets[0]
        assert (new["B3"].number_format, new["B3"].font.bold) == (old["B3"].number_format, old["B3"].font.bold)
        assert new.freeze_panes == old.freeze_panes
        assert len(new.data_validations.dataValidation) == len(old.data_validations.dataValidation)

    def test_says_all_that_is_wrong_with_a_cell_at_the_cell(self, content: bytes) -> None:
        page = load_workbook(io.BytesIO(mark(content, FAULTS))).worksheets[0]

        assert page["B3"].comment.text == "面积应大于 0；面积与产权证不符"
        assert page["D3"].comment.text == "最多 10 个字 & 不含 <"
        assert {page[cell].fill.fgColor.rgb for cell in ("B3", "D3")} == {"FFFFC8CE"}
        assert page["C3"].fill.fill_type is None

    def test_shows_only_the_second_round_when_marked_again(self, content: bytes) -> None:
        again = load_workbook(io.BytesIO(mark(mark(content, FAULTS), FAULTS[1:2])))

        page = again.worksheets[0]
        assert page["B3"].comment is None
        assert page["B3"].fill.fill_type is None
        assert page["D3"].comment.text == "最多 10 个字 & 不含 <"
        assert [row[0] for row in again["错误清单"].values] == ["单元格", "D3"]

    def test_keeps_what_others_have_noted(self, content: bytes) -> None:
        had = load_workbook(io.BytesIO(content)).worksheets[0]["A2"].comment
        has = load_workbook(io.BytesIO(mark(content, FAULTS))).worksheets[0]["A2"].comment

        assert (has and has.text) == (had and had.text)


class TestMarkingInPlace:
    def test_declares_every_part_once_and_leaves_none_without_a_type(self) -> None:
        with zipfile.ZipFile(io.BytesIO(mark(mark(by_xlsxwriter(), FAULTS), FAULTS))) as archive:
            types = archive.read("[Content_Types].xml").decode()
            for name in archive.namelist():
                if name.endswith(".vml"):
                    assert types.count('Extension="vml"') == 1
                elif name.startswith("xl/") and not name.endswith(".rels"):
                    assert types.count(f'PartName="/{name}"') == 1

    def test_puts_the_drawing_of_the_comments_before_what_must_follow_it(self) -> None:
        content = io.BytesIO()
        with xlsxwriter.Workbook(content) as book:
            page = book.add_worksheet()
            page.add_table("A1:B3", {"data": [["101", 1], ["102", -1]]})
        parts = parts_of(content.getvalue())

        mark_cells(parts, {"B3": "错"}, colour="FFFFC8CE", author="填报检查", most_comments=9)

        sheet = parts["xl/worksheets/sheet1.xml"]
        assert 0 < sheet.index(b"<legacyDrawing") < sheet.index(b"<tableParts")

    @pytest.mark.parametrize("place", [0, 1])
    def test_leaves_a_row_that_the_sheet_does_not_have_to_the_library(self, place: int) -> None:
        fault = make_fault(900, place, "房号", "房号必填")
        with pytest.raises(Unusual):
            mark_cells(
                parts_of(by_xlsxwriter()), {fault.cell: "错"}, colour="FFFFC8CE", author="填报检查", most_comments=9
            )

        page = load_workbook(io.BytesIO(mark(by_xlsxwriter(), [fault]))).worksheets[0]
        assert page[fault.cell].comment.text == "房号必填"

    @pytest.mark.parametrize(
        ("cell", "place"), [("A1", (1, 1)), ("Z9", (9, 26)), ("AA10", (10, 27)), ("CZ1", (1, 104))]
    )
    def test_knows_where_a_cell_lies(self, cell: str, place: tuple[int, int]) -> None:
        assert place_of(cell) == place

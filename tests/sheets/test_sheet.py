"""Reading, writing and marking, on a small sheet of the test's own."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook

from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.sheets.kinds import ID_NUMBER, PHONE, Choice, Day, FloorArea, Money, Text, Whole, YearMonth
from upkeep.sheets.sheet import Column, Row, Sheet, Values, column_letters

TODAY = dt.date(2026, 11, 21)
HEADER = ["房号", "用途", "楼层", "面积", "金额", "日期", "年月", "证件号码", "电话"]
GOOD = ["101", "住宅", 1, 89.12, 1000, "2026-01-31", "202509", "510502198512310026", "13812345678"]


class Small(Sheet):
    title = "小表"
    max_rows = 50
    guide = ("请按房产证填写。",)
    columns = (
        Column(key="room", title="房号", kind=Text(10), required=True, example="101"),
        Column(key="use", title="用途", kind=Choice(("住宅", "商业", "车库"))),
        Column(key="floor", title="楼层", kind=Whole(-5, 100, zero=False)),
        Column(key="area_dm2", title="面积", kind=FloorArea(1_000_00)),
        Column(key="due_fen", title="金额", kind=Money()),
        Column(key="on", title="日期", kind=Day()),
        Column(key="month", title="年月", kind=YearMonth()),
        Column(key="paper", title="证件号码", kind=ID_NUMBER),
        Column(key="phone", title="电话", kind=PHONE),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        if values["use"] == "住宅" and values["floor"] is None:
            yield "floor", "住宅须填写楼层"

    def warn_row(self, values: Values) -> Iterable[tuple[str, str]]:
        if values["use"] == "车库":
            yield "use", "车库请核对"

    def check_all(self, rows: Sequence[Row]) -> Iterable[tuple[int, str, str]]:
        rooms = [row.values["room"] for row in rows]
        for place, row in enumerate(rows):
            if row.values["room"] is not None and row.values["room"] in rooms[:place]:
                yield row.number, "room", "房号重复"


def workbook(rows: Sequence[Sequence[Any]], *, header: Sequence[str] = HEADER) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"strings_to_numbers": False}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, header)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(number, place, value, day)
                elif value is not None:
                    page.write(number, place, value)
    return content.getvalue()


def with_cell(key: str, value: Any) -> bytes:
    row: list[Any] = list(GOOD)
    row[[column.key for column in Small.columns].index(key)] = value
    return workbook([row])


class TestReading:
    def test_gives_typed_values(self) -> None:
        reading = Small().read(workbook([GOOD]), at=TODAY)

        assert reading.faults == []
        assert reading.rows == [
            Row(
                2,
                {
                    "room": "101",
                    "use": "住宅",
                    "floor": 1,
                    "area_dm2": 8912,
                    "due_fen": 100000,
                    "on": dt.date(2026, 1, 31),
                    "month": "202509",
                    "paper": "510502198512310026",
                    "phone": "13812345678",
                },
            )
        ]

    @pytest.mark.parametrize(
        ("key", "cell", "value"),
        [
            ("room", 101, "101"),
            ("room", "　１０１ ", "101"),
            ("room", "A\u200b1\n", "A 1"),
            ("room", True, "TRUE"),
            ("room", "１－（一）", "1－（一）"),
            ("use", " 住宅　", "住宅"),
            ("floor", "-1", -1),
            ("floor", "３", 3),
            ("area_dm2", "８９.１２", 8912),
            ("area_dm2", "１０１．５０㎡", 10150),
            ("area_dm2", "89.12 平方米", 8912),
            ("area_dm2", 66.51000000000001, 6651),
            ("area_dm2", "=80+9.12", 0),
            ("due_fen", "¥1,234.50元", 123450),
            ("due_fen", "￥12", 1200),
            ("on", dt.date(2026, 2, 28), dt.date(2026, 2, 28)),
            ("on", "2026年2月3日", dt.date(2026, 2, 3)),
            ("on", "20260203", dt.date(2026, 2, 3)),
            ("on", 20260203, dt.date(2026, 2, 3)),
            ("month", 202509, "202509"),
            ("month", dt.date(2025, 9, 1), "202509"),
            ("month", "203111", "203111"),
            ("paper", "５１０５０２１９９００１０１１２３ｘ", "51050219900101123X"),
            ("phone", 13812345678, "13812345678"),
        ],
    )
    def test_accepts_what_is_certain(self, key: str, cell: Any, value: Any) -> None:
        if cell == "=80+9.12":
            content, value = formula_with_value(), 8912
        else:
            content = with_cell(key, cell)

        reading = Small().read(content, at=TODAY)

        assert reading.faults == []
        assert reading.rows[0].values[key] == value

    @pytest.mark.parametrize(
        ("key", "cell", "sentence"),
        [
            ("room", "", "房号必填"),
            ("room", "　 ", "房号必填"),
            ("room", dt.date(2026, 1, 2), "当成了日期"),
            ("room", "一二三四五六七八九十一", "最多 10 个字"),
            ("use", "别的", "不在可选范围"),
            ("floor", "三楼", "应为整数"),
            ("floor", 1.5, "应为整数"),
            ("floor", 0, "不能为 0"),
            ("floor", 101, "应在 -5 到 100 之间"),
            ("area_dm2", -1, "应大于 0"),
            ("area_dm2", 89.123, "最多两位小数"),
            ("area_dm2", "八十九", "应为数字"),
            ("area_dm2", "1e2", "应为数字"),
            ("area_dm2", "1_0", "应为数字"),
            ("area_dm2", "NaN", "应为数字"),
            ("area_dm2", "Infinity", "应为数字"),
            ("area_dm2", 1000.01, "超出合理范围"),
            ("on", "2026-02-30", "不是有效的日期"),
            ("month", "202513", "六位年月"),
            ("month", "203112", "不能晚于"),
            ("month", "２０２５年", "六位年月"),
            ("paper", "510502199001011234", "身份证号码不正确"),
            ("paper", 510502198512310026.0, "末几位已丢失"),
            ("phone", "1381234567", "电话号码不正确"),
        ],
    )
    def test_names_the_cell_of_what_is_not(self, key: str, cell: Any, sentence: str) -> None:
        reading = Small().read(with_cell(key, cell), at=TODAY)

        place = [column.key for column in Small.columns].index(key)
        assert [(fault.cell, fault.column) for fault in reading.faults] == [(f"{'ABCDEFGHI'[place]}2", HEADER[place])]
        assert sentence in reading.faults[0].text
        assert reading.rows == []

    def test_keeps_true_and_one_apart(self) -> None:
        reading = Small().read(workbook([["1", None, 1], ["2", None, True]]), at=TODAY)

        assert [(fault.cell, fault.text) for fault in reading.faults] == [("C3", "楼层应为整数")]

    def test_takes_columns_in_any_order_and_warns_of_unknown_ones(self) -> None:
        content = workbook([["自用", *reversed(GOOD)]], header=["我的列", *reversed(HEADER[1:]), " 房 号* "])

        reading = Small().read(content, at=TODAY)

        assert reading.rows[0].values["room"] == "101"
        assert [(warning.cell, warning.text) for warning in reading.warnings] == [("A1", "不认识的列“我的列”，已忽略")]
        assert reading.fault_at(2, "room", "已登记").cell == "J2"

    def test_reports_rows_as_they_are_numbered_in_the_file_with_blank_rows_skipped(self) -> None:
        reading = Small().read(workbook([GOOD, [], [" "], ["101"], ["103", "住宅"], ["104", "车库"]]), at=TODAY)

        assert [(fault.cell, fault.text) for fault in reading.faults] == [("A5", "房号重复"), ("C6", "住宅须填写楼层")]
        assert [warning.cell for warning in reading.warnings] == ["B7"]
        assert [row.number for row in reading.rows] == [2, 7]

    def test_does_not_report_a_faulty_cell_twice(self) -> None:
        reading = Small().read(workbook([["101", "住宅", "三楼"]]), at=TODAY)

        assert [(fault.cell, fault.text) for fault in reading.faults] == [("C2", "楼层应为整数")]

    def test_can_be_turned_into_one_refusal_with_all_problems(self) -> None:
        reading = Small().read(workbook([["101", "住宅", "三楼"], [None, "车库"]]), at=TODAY)

        with pytest.raises(HasProblems) as refusal:
            reading.refuse_faults()
        assert [problem.field for problem in refusal.value.problems] == ["C2", "A3"]

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (workbook([], header=[]), "工作表是空的"),
            (workbook([]), "没有内容"),
            (workbook([["  "]]), "没有内容"),
            (workbook([GOOD], header=["房间号", *HEADER[1:]]), "缺少列：房号，另有不认识的列：房间号"),
            (workbook([[*GOOD, "x"]], header=[*HEADER, "房号"]), "两列都叫“房号”"),
            (workbook([[str(number)] for number in range(51)]), "超过一次最多 50 行"),
        ],
    )
    def test_refuses_a_table_that_is_not_this_one(self, content: bytes, sentence: str) -> None:
        with pytest.raises(Refusal, match=sentence):
            Small().read(content, at=TODAY)

    def test_refuses_a_merged_header(self) -> None:
        book = load_workbook(io.BytesIO(workbook([GOOD])))
        book.worksheets[0].merge_cells("A1:B1")
        content = io.BytesIO()
        book.save(content)

        with pytest.raises(Refusal, match="合并单元格"):
            Small().read(content.getvalue(), at=TODAY)


def formula_with_value() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, GOOD[:3])
        page.write_formula(1, 3, "=80+9.12", None, 89.12)
    return content.getvalue()


class TestTheTemplate:
    def test_read_back_empty_says_that_nothing_was_filled_in(self) -> None:
        with pytest.raises(Refusal, match="没有内容"):
            Small().read(Small().template(), at=TODAY)

    def test_marks_required_columns_offers_choices_and_explains_itself(self) -> None:
        book = load_workbook(io.BytesIO(Small().template()))
        page, guide = book.worksheets

        assert [cell.value for cell in page[1]] == ["房号*", *HEADER[1:]]
        assert page.freeze_panes == "A2"
        assert [(str(rule.sqref), rule.formula1) for rule in page.data_validations.dataValidation] == [
            ("B2:B51", '"住宅,商业,车库"')
        ]
        text = "\n".join(str(cell.value) for row in guide.iter_rows() for cell in row if cell.value)
        assert "请按房产证填写。" in text
        assert "平方米，大于 0，最多两位小数" in text


class TestAnExport:
    def test_can_be_read_back(self) -> None:
        values = Small().read(workbook([GOOD]), at=TODAY).rows[0].values

        again = Small().read(Small().export([values, {**values, "room": "=1+1"}]), at=TODAY)

        assert [row.values["room"] for row in again.rows] == ["101", "=1+1"]
        assert again.rows[0].values == values

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
    def test_never_holds_a_text_that_a_spreadsheet_program_would_run(self, start: str) -> None:
        content = Small().export([{"room": f"{start}cmd|' /C calc'!A0"}])

        cell = load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
        assert cell.data_type == "s"
        assert str(cell.value).startswith("'")


class TestAMarkedWorkbook:
    def test_shows_each_fault_in_its_cell_and_in_a_list(self) -> None:
        content = workbook([["101", "别的"], [None, "车库"]])

        book = load_workbook(io.BytesIO(Small().mark(content, Small().read(content, at=TODAY).faults)))

        page = book.worksheets[0]
        assert page["B2"].fill.fgColor.rgb == "FFFFC8CE"
        assert "不在可选范围" in page["B2"].comment.text
        assert page["A3"].comment.text == "房号必填"
        assert page["A2"].comment is None
        assert [cell.value for cell in book["错误清单"]["A"]] == ["单元格", "B2", "A3"]

    def test_loses_its_marks_when_it_has_been_mended(self) -> None:
        content = workbook([["101", "别的"]])
        marked = Small().mark(content, Small().read(content, at=TODAY).faults)

        again = Small().mark(marked, [])

        book = load_workbook(io.BytesIO(again))
        assert book.sheetnames == ["Sheet1"]
        assert book.worksheets[0]["B2"].comment is None
        assert book.worksheets[0]["B2"].fill.fill_type is None


class TestColumnLetters:
    def test_go_on_after_z(self) -> None:
        assert [column_letters(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
            "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
        ]  # fmt: skip

"""Statement files as banks write them: by columns and by width, UTF-8 and GBK, yuan and fen.

# covers: F4
"""

import datetime as dt

import pytest

from upkeep.kernel.dates import SHANGHAI
from upkeep.kernel.errors import HasProblems
from upkeep.reconciliation.formats.declared import Format
from upkeep.reconciliation.formats.known import BARRED, FIXED, FORMATS, MARKED, PLAIN
from upkeep.reconciliation.formats.reading import ReadStatement, read_statement
from upkeep.reconciliation.receiving import Direction, StatementLine

DAY = dt.date(2026, 11, 20)

_PLAIN = """交易日期,交易时间,流水号,收入金额,支出金额,余额,对方户名,摘要
2026-11-20,09:30:00,A001,"1,234.50",,"11,234.50",江南置业有限公司,交存
2026-11-20,15:00:01,A002,,34.50,"11,200.00",,手续费
合计,,,1234.50,34.50,,,
"""
_MARKED = """账户名称：江城市住宅专项维修资金专户
交易日期,交易时间,交易流水号,借贷标志,交易金额,账户余额,对方账户名称,摘要
20261120,150001,A002,借,34.50,11200.00,,手续费
20261120,093000,A001,贷,1234.50,11234.50,江南置业有限公司,交存
"""
_BARRED = """H|62170001|20261120|1000000|1120000
D|A001|20261120|093000|1|123450|江南置业有限公司|交存
D|A002|20261120|150001|2|3450||手续费
T|2
"""


def _field(text: str, width: int) -> bytes:
    content = text.encode("gb18030")
    return content + b" " * (width - len(content))


def _fixed() -> bytes:
    head = b"0" + _field("62170001", 30) + b"20261120" + b"0000000001000000" + b"0000000001120000"
    rows = [
        b"1"
        + _field(serial, 30)
        + b"20261120"
        + time
        + mark
        + f"{fen:015d}".encode()
        + _field(party, 60)
        + _field(text, 40)
        for serial, time, mark, fen, party, text in (
            ("A001", b"093000", b"C", 123_450, "江南置业有限公司", "交存"),
            ("A002", b"150001", b"D", 3_450, "", "手续费"),
        )
    ]
    return b"\r\n".join([head, *rows, b"9" + b"0000000002"])


EXPECTED = ReadStatement(
    day=DAY,
    opening_fen=1_000_000,
    closing_fen=1_120_000,
    lines=[
        StatementLine(
            serial="A001",
            at=dt.datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI),
            direction=Direction.IN,
            amount_fen=123_450,
            counterparty="江南置业有限公司",
            summary="交存",
        ),
        StatementLine(
            serial="A002",
            at=dt.datetime(2026, 11, 20, 15, 0, 1, tzinfo=SHANGHAI),
            direction=Direction.OUT,
            amount_fen=3_450,
            summary="手续费",
        ),
    ],
)
SAMPLES: dict[str, list[bytes]] = {
    PLAIN.code: [_PLAIN.encode(), _PLAIN.encode("utf-8-sig"), _PLAIN.encode("gbk")],
    MARKED.code: [_MARKED.encode("gbk"), _MARKED.encode()],
    BARRED.code: [_BARRED.encode("gbk"), _BARRED.encode()],
    FIXED.code: [_fixed()],
}


class TestAFormat:
    @pytest.mark.parametrize("wanted", FORMATS.values(), ids=lambda one: one.code)
    def test_reads_its_samples_to_the_same_statement(self, wanted: Format) -> None:
        for sample in SAMPLES[wanted.code]:
            assert read_statement(sample, wanted=wanted) == EXPECTED


class TestAFile:
    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"", "文件是空的，请重新选择"),
            (b"PK\x03\x04\x00\x00", "这不是文本文件，请上传“通用明细（CSV，收入、支出分列，带余额）”格式的文件"),
            (
                b"a,b\n1,2\n",
                "文件中没有“交易日期”“流水号”列，请核对所选的文件格式“通用明细（CSV，收入、支出分列，带余额）”",
            ),
            (
                "交易日期,流水号\n2026-11-20,A1\n".encode(),
                "文件缺少“收入金额”“支出金额”“余额”列，请核对所选的文件格式",
            ),
        ],
    )
    def test_of_another_kind_is_refused_in_words(self, content: bytes, text: str) -> None:
        with pytest.raises(HasProblems) as refused:
            read_statement(content, wanted=PLAIN)

        assert [problem.text for problem in refused.value.problems] == [text]

    def test_with_faults_names_each_by_line(self) -> None:
        faulty = _PLAIN.replace("2026-11-20,09", "二十号,09").replace('34.50,"11,200.00"', 'abc,"11,200.00"')

        with pytest.raises(HasProblems) as refused:
            read_statement(faulty.encode(), wanted=PLAIN)

        assert [problem.text for problem in refused.value.problems] == [
            "第 2 行日期：“二十号”不是日期",
            "第 3 行收入：“abc”不是金额",
        ]

    def test_with_an_amount_in_red_turns_its_direction(self) -> None:
        red = _BARRED.replace("|2|3450|", "|1|-3450|")

        assert read_statement(red.encode(), wanted=BARRED).lines[1].direction is Direction.OUT

    def test_with_both_columns_filled_is_refused(self) -> None:
        both = _PLAIN.replace('"1,234.50",,', '"1,234.50",5.00,')

        with pytest.raises(HasProblems, match="收入和支出不能同时填写"):
            read_statement(both.encode(), wanted=PLAIN)

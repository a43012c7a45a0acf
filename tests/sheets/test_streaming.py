"""Long tables row by row, whatever program wrote them."""

import io
from collections.abc import Callable
from typing import BinaryIO

import pytest

from upkeep.kernel.errors import Refusal
from upkeep.sheets.streaming import Table

COLUMNS = {"house": "房屋", "yuan": "金额（元）"}
TEXT = '房屋*,备注,金额(元)\r\n1幢101,x,10\r\n,,\r\n"2幢,甲",,20.5\r\n'


def of(content: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BufferedReader(io.BytesIO(content))


class TestATable:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
    def test_is_read_in_any_encoding_by_its_header(self, encoding: str) -> None:
        table = Table(of(TEXT.encode(encoding)), name="a.csv", columns=COLUMNS)

        rows = [(number, [row[table.places[key]] for key in COLUMNS]) for number, row in table]

        assert rows == [(2, ["1幢101", "10"]), (4, ["2幢,甲", "20.5"])]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "文件是空的"),
            ("房屋\n1".encode(), "缺少列：金额（元）"),
            (b"%PDF-1.7", "不是 CSV"),
            (b"a\x00b", "不是 CSV"),
        ],
    )
    def test_that_is_none_is_refused(self, content: bytes, said: str) -> None:
        with pytest.raises(Refusal, match=said):
            Table(of(content), name="a.csv", columns=COLUMNS)

    def test_broken_in_the_middle_is_refused_there(self) -> None:
        table = Table(of(("房屋,金额（元）\n" + "x" * 20_000).encode()), name="a.csv", columns=COLUMNS)

        with pytest.raises(Refusal, match="不是规范的 CSV"):
            list(table)

    def test_may_lack_what_is_optional(self) -> None:
        table = Table(of("房屋\n1幢\n".encode()), name="a.csv", columns=COLUMNS, optional=["yuan"])

        assert list(table.places) == ["house"]

"""Reads a statement file by its declaration, and names every fault by line and column so that it is mended in one go."""

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from upkeep.kernel.dates import SHANGHAI
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.money import fen_from_text
from upkeep.reconciliation.formats.declared import Amount, Format, Shape
from upkeep.reconciliation.receiving import MOST_LINES, Direction, StatementLine

_MOST_NAMED = 20
_TITLES = {
    "serial": "流水号",
    "day": "日期",
    "time": "时间",
    "direction": "收付标志",
    "amount_fen": "金额",
    "in_fen": "收入",
    "out_fen": "支出",
    "balance_fen": "余额",
    "opening_fen": "期初余额",
    "closing_fen": "期末余额",
}
_Record = list[str] | bytes


@dataclass(frozen=True, kw_only=True)
class ReadStatement:
    """What the file says. Balances are None where it has none: then they are typed on the page."""

    day: dt.date | None
    opening_fen: int | None
    closing_fen: int | None
    lines: Sequence[StatementLine]


class _Wrong(ValueError):
    """One field cannot be read."""


def read_statement(content: bytes, *, wanted: Format) -> ReadStatement:
    """The statement in the file. Raises: HasProblems, one for each fault, tied to "<line of the file>:<field>"."""
    records = _records(content, wanted)
    places = dict(wanted.fields)
    above = 0
    if wanted.has_titles and wanted.shape is Shape.SEPARATED:
        above, places = _titled(records, wanted)
    found, problems = _Reading(wanted, places), _Problems()
    for number, record in enumerate(records, start=above + 1):
        if not found.take(record, number, problems):
            break
        if len(found.lines) > MOST_LINES:
            raise HasProblems([Problem("", f"一份对账单最多 {MOST_LINES:,} 笔")])
    problems.refuse()
    return found.statement()


def _records(content: bytes, wanted: Format) -> Iterator[_Record]:
    if not content.strip():
        raise HasProblems([Problem("", "文件是空的，请重新选择")])
    if b"\x00" in content[:4096]:
        raise HasProblems([Problem("", f"这不是文本文件，请上传“{wanted.title}”格式的文件")])
    for encoding in wanted.encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if wanted.shape is Shape.FIXED_WIDTH:
            return iter([one.rstrip(b"\r") for one in content.split(b"\n") if one.strip()])
        lines = text.splitlines()
        rows = csv.reader(lines) if wanted.separator == "," else (one.split(wanted.separator) for one in lines)
        return iter([row for row in rows if any(cell.strip() for cell in row)])
    raise HasProblems([Problem("", "文件的文字编码无法识别，请以 UTF-8 或 GBK 编码导出后再上传")])


def _titled(records: Iterator[_Record], wanted: Format) -> tuple[int, dict[str, str | int | tuple[int, int]]]:
    """The row of titles may have lines above it (户名, 账号). Answers with its number and each field's column."""
    needed = {str(title) for name, title in wanted.fields.items() if name in ("serial", "day")}
    for number, record in enumerate(records, start=1):
        titles = [str(cell).strip().strip('"') for cell in record]
        if needed <= set(titles):
            missing = [str(title) for title in wanted.fields.values() if title not in titles]
            optional = {wanted.fields.get("counterparty"), wanted.fields.get("summary"), wanted.fields.get("time")}
            if lacking := [title for title in missing if title not in optional]:
                raise HasProblems([Problem("", f"文件缺少“{'”“'.join(lacking)}”列，请核对所选的文件格式")])
            return number, {name: titles.index(str(t)) for name, t in wanted.fields.items() if t in titles}
        if number >= 20:
            break
    raise HasProblems(
        [Problem("", f"文件中没有“{'”“'.join(sorted(needed))}”列，请核对所选的文件格式“{wanted.title}”")]
    )


class _Problems:
    """What is wrong, the first twenty by name."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._more = 0

    def add(self, number: int, name: str, text: str) -> None:
        if len(self._found) < _MOST_NAMED:
            self._found.append(Problem(f"{number}:{name}", f"第 {number} 行{_TITLES.get(name, '')}：{text}"))
        else:
            self._more += 1

    def refuse(self) -> None:
        if self._more:
            self._found.append(Problem("", f"另有 {self._more} 处错误"))
        if self._found:
            raise HasProblems(self._found)


class _Reading:
    """What was read so far, record by record."""

    def __init__(self, wanted: Format, places: dict[str, str | int | tuple[int, int]]) -> None:
        self._wanted, self._places = wanted, places
        self._head: dict[str, int | dt.date] = {}
        self._balances: list[int] = []
        self.lines: list[StatementLine] = []

    def take(self, record: _Record, number: int, problems: _Problems) -> bool:
        """Whether more is to be read."""
        mark = record[:1].decode("latin-1") if isinstance(record, bytes) else record[0].strip()
        if mark.startswith(self._wanted.end_marks):
            return False
        if self._wanted.head_mark and mark == self._wanted.head_mark:
            self._take_head(record, number, problems)
        elif not self._wanted.line_mark or mark == self._wanted.line_mark:
            self._take_line(record, number, problems)
        return True

    def _take_head(self, record: _Record, number: int, problems: _Problems) -> None:
        for name, place in self._wanted.head_fields.items():
            try:
                text = self._text(record, place)
                self._head[name] = self._day(text) if name == "day" else self._fen(text)
            except _Wrong as wrong:
                problems.add(number, name, str(wrong))

    def _take_line(self, record: _Record, number: int, problems: _Problems) -> None:
        values: dict[str, str] = {}
        try:
            name = ""
            for name, place in self._places.items():
                assert not isinstance(place, str)
                values[name] = self._text(record, place)
            name = "day"
            at = self._moment(values)
            name = "amount_fen" if "amount_fen" in values else "in_fen"
            fen = self._signed(values)
            if "balance_fen" in values:
                name = "balance_fen"
                self._balances.append(self._fen(values["balance_fen"]))
        except _Wrong as wrong:
            problems.add(number, name, str(wrong))
            return
        self.lines.append(
            StatementLine(
                serial=values["serial"],
                at=at,
                direction=Direction.IN if fen > 0 else Direction.OUT,
                amount_fen=abs(fen),
                counterparty=values.get("counterparty", ""),
                summary=values.get("summary", ""),
            )
        )

    def _text(self, record: _Record, place: int | tuple[int, int]) -> str:
        if isinstance(record, bytes):
            assert isinstance(place, tuple)
            first, count = place
            return record[first : first + count].decode(self._wanted.encodings[0], "replace").strip()
        assert isinstance(place, int)
        if place >= len(record):
            raise _Wrong("该行列数不足")
        return record[place].strip().lstrip("\t").strip("'\"")

    def _moment(self, values: dict[str, str]) -> dt.datetime:
        day = self._day(values["day"])
        text = values.get("time", "")
        if not text:
            return dt.datetime.combine(day, dt.time(12), SHANGHAI)
        try:
            time = dt.datetime.strptime(text, self._wanted.time_pattern).replace(tzinfo=SHANGHAI).time()
        except ValueError:
            raise _Wrong(f"“{text[:20]}”不是时间") from None
        return dt.datetime.combine(day, time, SHANGHAI)

    def _day(self, text: str) -> dt.date:
        for pattern in (self._wanted.day_pattern, "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"):
            try:
                return dt.datetime.strptime(text, pattern).replace(tzinfo=SHANGHAI).date()
            except ValueError:
                continue
        raise _Wrong(f"“{text[:20]}”不是日期")

    def _fen(self, text: str) -> int:
        sign, text = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
        try:
            if self._wanted.amount is Amount.FEN:
                return sign * int(text)
            return sign * fen_from_text(text)
        except ValueError:
            raise _Wrong(f"“{text[:20]}”不是金额") from None

    def _signed(self, values: dict[str, str]) -> int:
        """Positive for money in. A red amount (红字) is the other direction."""
        if "direction" in values:
            mark = self._wanted.marks.get(values["direction"])
            if mark is None:
                raise _Wrong(f"收付标志“{values['direction'][:10]}”不认识")
            fen = self._fen(values["amount_fen"]) * (1 if mark == "IN" else -1)
        elif "amount_fen" in values:
            fen = self._fen(values["amount_fen"])
        else:
            came, went = (self._fen(values[name]) if values[name] else 0 for name in ("in_fen", "out_fen"))
            if came and went:
                raise _Wrong("收入和支出不能同时填写")
            fen = came - went
        if not fen:
            raise _Wrong("金额应大于 0 元")
        return fen

    def statement(self) -> ReadStatement:
        """The head's words; else the balances behind the lines, in the order of time whichever way the file runs."""
        day = self._head.get("day") or (self.lines[0].at.date() if self.lines else None)
        assert day is None or isinstance(day, dt.date)
        opening, closing = self._head.get("opening_fen"), self._head.get("closing_fen")
        if opening is None and self._balances:
            if self._runs_backwards():
                self.lines.reverse()
                self._balances.reverse()
            opening, closing = self._balances[0] - self.lines[0].fen, self._balances[-1]
        assert not isinstance(opening, dt.date) and not isinstance(closing, dt.date)
        return ReadStatement(day=day, opening_fen=opening, closing_fen=closing, lines=self.lines)

    def _runs_backwards(self) -> bool:
        """网银 lists the newest first: then each balance is the next line's and this line's amount."""
        if len(self.lines) < 2:
            return False
        forwards = all(
            self._balances[i - 1] + self.lines[i].fen == self._balances[i] for i in range(1, len(self.lines))
        )
        return not forwards and all(
            self._balances[i + 1] + self.lines[i].fen == self._balances[i] for i in range(len(self.lines) - 1)
        )

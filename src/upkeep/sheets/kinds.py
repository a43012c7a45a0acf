"""What a cell may hold: each kind turns what people put into a cell into one typed value, or says why it cannot.

People's spreadsheets are accepted where the meaning is certain and refused where it is a guess.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from upkeep.kernel import checks
from upkeep.kernel.money import MOST_FEN, half_width

#: What calamine hands over for a cell; an empty cell is "".
Cell = str | float | int | bool | dt.date | dt.time | dt.timedelta

#: Full-width digits, letters and the ideographic space; punctuation stays as typed, for （一期） is a name.
_TO_PLAIN = {code: code - 0xFEE0 for first, last in ("０９", "Ａｚ") for code in range(ord(first), ord(last) + 1)}
_TO_PLAIN |= {0x3000: 0x20, 0xA0: 0x20}
_INVISIBLE = r"\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufff9-\ufffb"
_CONTROLS = re.compile(f"[{_INVISIBLE}]+")
_UNTIDY = re.compile(f"[０-９Ａ-ｚ\\u3000\\xa0{_INVISIBLE}]")
#: An export protects cells that spreadsheet programs would take for a formula with an apostrophe; read it back.
_PROTECTED = re.compile(r"^'(?=[=+\-@＝＋－＠])")
#: Excel keeps 15 significant digits of a number; the rest is gone.
_MOST_EXACT = 10**15


class Wrong(ValueError):
    """The cell does not hold what its column asks for; the text is shown to the user after the column's title."""


class Kind(Protocol):
    """How the cells of a column are read, and what the template tells the user about it."""

    def read(self, raw: Cell, *, at: dt.date) -> Any:
        """The typed value of a cell that is not blank. Raises: Wrong."""

    def hint(self) -> str:
        """One phrase for the instructions."""


def plain_text(raw: Cell) -> str:
    """The text a person sees in the cell: 101.0 is 101; spaces around it and invisible characters do not count."""
    if isinstance(raw, str):
        if _UNTIDY.search(raw):
            raw = _CONTROLS.sub(" ", raw.translate(_TO_PLAIN))
        raw = raw.strip()
        return _PROTECTED.sub("", raw) if raw.startswith("'") else raw
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, int | float):
        return number_text(raw)
    raise Wrong("被表格软件当成了日期或时间，请把单元格格式设为“文本”后重新填写")


def number_text(raw: float) -> str:
    """101.0 -> 101, 89.12000000000001 -> 89.12: the number typed, without what binary fractions add to it."""
    if raw == int(raw):
        return str(int(raw))
    return f"{raw:.6f}".rstrip("0").rstrip(".")


def _number(raw: Cell, *units: str) -> Decimal:
    if isinstance(raw, float):
        return Decimal(number_text(raw))
    text = half_width(plain_text(raw)).strip()
    for unit in units:
        text = text.removesuffix(unit)
    try:
        value = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        raise Wrong("应为数字") from None
    if not value.is_finite() or "e" in text.lower() or "_" in text:
        raise Wrong("应为数字")
    return value


@dataclass(frozen=True)
class Text:
    """Free text on one line."""

    most: int = 200

    def read(self, raw: Cell, *, at: dt.date) -> str:
        text = plain_text(raw)
        if len(text) > self.most:
            raise Wrong(f"最多 {self.most} 个字，现有 {len(text)} 个字")
        return text

    def hint(self) -> str:
        return f"文字，最多 {self.most} 个字"


@dataclass(frozen=True)
class Choice:
    """One of a short list; the template offers it as a drop-down list."""

    choices: tuple[str, ...]

    def read(self, raw: Cell, *, at: dt.date) -> str:
        text = plain_text(raw)
        if text not in self.choices:
            if len(self.choices) == 2:
                raise Wrong(f"只能填“{self.choices[0]}”或“{self.choices[1]}”，现为“{text[:20]}”")
            raise Wrong(f"不在可选范围，现为“{text[:20]}”，可填：{'、'.join(self.choices)}")
        return text

    def hint(self) -> str:
        return "从下拉列表选择：" + "、".join(self.choices)


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int
    zero: bool = True

    def read(self, raw: Cell, *, at: dt.date) -> int:
        try:
            value = _number(raw)
        except Wrong:
            raise Wrong("应为整数") from None
        if value != value.to_integral_value():
            raise Wrong("应为整数")
        if value == 0 and not self.zero:
            raise Wrong("不能为 0")
        if not self.least <= value <= self.most:
            raise Wrong(f"应在 {self.least} 到 {self.most} 之间，请核对")
        return int(value)

    def hint(self) -> str:
        return "整数" if self.zero else "整数，不能为 0"


def _hundredths(value: Decimal, most: int, too_much: str) -> int:
    if value <= 0:
        raise Wrong("应大于 0")
    if value * 100 != (value * 100).to_integral_value():
        raise Wrong("最多两位小数")
    if value * 100 > most:
        raise Wrong(too_much)
    return int(value * 100)


@dataclass(frozen=True)
class FloorArea:
    """Square metres above zero with at most two decimals; the value is an int of 0.01 m²."""

    most_dm2: int = 10**10

    def read(self, raw: Cell, *, at: dt.date) -> int:
        value = _number(raw, "㎡", "m²", "m2", "平方米", "平米")
        return _hundredths(value, self.most_dm2, f"超出合理范围（{self.most_dm2 // 100:,} ㎡），请核对")

    def hint(self) -> str:
        return "平方米，大于 0，最多两位小数"


@dataclass(frozen=True)
class Money:
    """Yuan above zero with at most two decimals; the value is an int of fen."""

    most_fen: int = MOST_FEN

    def read(self, raw: Cell, *, at: dt.date) -> int:
        text = half_width(plain_text(raw)).strip().removeprefix("¥").removeprefix("￥")
        return _hundredths(_number(text, "元"), self.most_fen, "超出合理范围，请核对")

    def hint(self) -> str:
        return "元，大于 0，最多两位小数"


@dataclass(frozen=True)
class YearMonth:
    """A month as six digits, yyyymm; the value is that text. Refuses months further ahead than `years_ahead`."""

    years_ahead: int = 5

    def read(self, raw: Cell, *, at: dt.date) -> str:
        text = raw.strftime("%Y%m") if isinstance(raw, dt.date) else plain_text(raw)
        if not re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])", text, re.ASCII):
            raise Wrong("不是有效的六位年月，请按 202509 的样式填写")
        if (int(text[:4]) - at.year) * 12 + int(text[4:]) - at.month > self.years_ahead * 12:
            raise Wrong(f"不是有效的六位年月：不能晚于今后 {self.years_ahead} 年")
        return text

    def hint(self) -> str:
        return "六位年月，如 202509"


@dataclass(frozen=True)
class Day:
    """A day: a date cell, or 2025-09-01, 2025/9/1, 2025.9.1, 20250901, 2025年9月1日."""

    def read(self, raw: Cell, *, at: dt.date) -> dt.date:
        if isinstance(raw, dt.datetime):
            return raw.date()
        if isinstance(raw, dt.date):
            return raw
        text = half_width(plain_text(raw))
        found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)", text, re.ASCII)
        try:
            if found is None:
                raise ValueError(text)
            year, month, day = (int(part) for part in found.groups() if part is not None)
            return dt.date(year, month, day)
        except ValueError:
            raise Wrong("不是有效的日期，请按 2025-09-01 的样式填写") from None

    def hint(self) -> str:
        return "日期，如 2025-09-01"


def exact_digits(raw: Cell) -> str:
    """Text of a long number. Refuses a number cell so long that the spreadsheet program has lost its last digits."""
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= _MOST_EXACT:
        raise Wrong("被表格软件存成了数字，末几位已丢失，请把单元格格式设为“文本”后重新填写")
    return plain_text(raw)


@dataclass(frozen=True)
class Checked:
    """A number with a shape or check digit of its own; `check` is one of `kernel.checks`."""

    check: Callable[[str], str]
    text: str

    def read(self, raw: Cell, *, at: dt.date) -> str:
        try:
            return self.check(exact_digits(raw))
        except Wrong:
            raise
        except ValueError as wrong:
            raise Wrong(f"：{wrong}") from None

    def hint(self) -> str:
        return self.text


ID_NUMBER = Checked(checks.id_number, "18 位身份证号码，请用文本格式")
CREDIT_CODE = Checked(checks.social_credit_code, "18 位统一社会信用代码")
PHONE = Checked(checks.phone_number, "手机号码，或带区号的固定电话")

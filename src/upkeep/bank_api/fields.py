"""What a message consists of: declared once, and of it are made the reading, the errors and the OpenAPI description.

Strict on purpose: nothing is guessed, converted or left over. Amounts are whole fen, and JSON is read without floats and
without names given twice, since two programs may disagree on what those mean.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from upkeep.bank_api.faults import INVALID, MALFORMED, CallRefused
from upkeep.kernel.errors import Problem
from upkeep.kernel.money import MOST_FEN

Schema = dict[str, Any]
_MOST_PROBLEMS = 100


class Wrong(ValueError):
    """A value is not what it has to be; the text says what it has to be."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a value may be."""

    example: Any

    def read(self, value: Any) -> Any:
        """The value as the actions take it. Raises: Wrong."""
        raise NotImplementedError

    def schema(self) -> Schema:
        """JSON Schema (2020-12)."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Text(Kind):
    """Printable text without blanks around it."""

    most: int
    least: int = 1
    pattern: str = ""
    pattern_in_words: str = ""

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("应为字符串")
        if not self.least <= len(value) <= self.most:
            raise Wrong(f"长度应为 {self.least} 至 {self.most} 个字符")
        if not value.isprintable() or value != value.strip():
            raise Wrong("不能含有控制字符，首尾不能有空格")
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise Wrong(self.pattern_in_words)
        return value

    def schema(self) -> Schema:
        found: Schema = {"type": "string", "minLength": self.least, "maxLength": self.most}
        return found | ({"pattern": f"^{self.pattern}$"} if self.pattern else {})


@dataclass(frozen=True, kw_only=True)
class Fen(Kind):
    """An amount in whole fen."""

    least: int = 1
    example: int = 1_000_000

    def read(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong("金额以分为单位，应为整数")
        if not self.least <= value <= MOST_FEN:
            raise Wrong(f"金额以分为单位，应在 {self.least} 至 {MOST_FEN} 之间")
        return value

    def schema(self) -> Schema:
        return {"type": "integer", "format": "int64", "minimum": self.least, "maximum": MOST_FEN}


@dataclass(frozen=True, kw_only=True)
class Count(Kind):
    """A whole number of things."""

    example: int = 1

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": 0}


@dataclass(frozen=True, kw_only=True)
class Flag(Kind):
    """True or false."""

    example: bool = False

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, kw_only=True)
class Day(Kind):
    """A day of the bank: 2026-11-22."""

    example: str = "2026-11-22"

    def read(self, value: Any) -> dt.date:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise Wrong("日期应为 2026-11-22 的格式")
        try:
            found = dt.date.fromisoformat(value)
        except ValueError:
            raise Wrong("没有这个日期") from None
        if found.year < 1990:
            raise Wrong("日期早于 1990 年")
        return found

    def schema(self) -> Schema:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class Moment(Kind):
    """A moment with its offset: 2026-11-22T10:30:00+08:00."""

    example: str = "2026-11-22T10:30:00+08:00"

    def read(self, value: Any) -> dt.datetime:
        form = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})"
        if not isinstance(value, str) or not re.fullmatch(form, value, re.ASCII):
            raise Wrong("时间应为 2026-11-22T10:30:00+08:00 的格式，须带时区")
        try:
            found = dt.datetime.fromisoformat(value)
            if found.astimezone(dt.UTC).year < 1990:
                raise ValueError
        except (ValueError, OverflowError):
            raise Wrong("没有这个时间，或早于 1990 年") from None
        return found

    def schema(self) -> Schema:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, kw_only=True)
class Choice(Kind):
    """One of a few words; `choices` is word -> what it means (Chinese)."""

    choices: Mapping[str, str]

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise Wrong(f"应为 {'、'.join(self.choices)} 之一")
        return value

    def schema(self) -> Schema:
        meaning = "；".join(f"{word} {text}" for word, text in self.choices.items())
        return {"type": "string", "enum": list(self.choices), "description": meaning}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One named value of a message."""

    name: str
    title: str
    kind: Kind
    required: bool = True
    #: In an answer: the value may be null.
    nullable: bool = False


@dataclass(frozen=True, kw_only=True)
class Rows(Kind):
    """A list of objects that all have the same fields."""

    of: Sequence[Field]
    most: int
    example: Any = field(default_factory=list)

    def read(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise Wrong("应为数组")
        if len(value) > self.most:
            raise Wrong(f"最多 {self.most} 行")
        rows, problems = [], []
        for number, row in enumerate(value):
            found, wrong = read_object(row, self.of, at=f"[{number}]")
            rows.append(found)
            problems += wrong
            if len(problems) >= _MOST_PROBLEMS:
                break
        if problems:
            raise WrongRows(problems)
        return rows

    def schema(self) -> Schema:
        return {"type": "array", "maxItems": self.most, "items": object_schema(self.of)}


class WrongRows(Wrong):
    """Several rows are wrong; each problem names its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("")
        self.problems = problems


def read_object(value: Any, fields: Sequence[Field], *, at: str = "") -> tuple[dict[str, Any], list[Problem]]:
    """The fields of an object as the actions take them, and all that is wrong with it; `at` is its place."""
    prefix = f"{at}." if at else ""
    if not isinstance(value, dict):
        return {}, [Problem(at, "应为 JSON 对象")]
    known = {one.name for one in fields}
    problems = [Problem(f"{prefix}{name[:40]}", "没有这个项目") for name in value if name not in known]
    found: dict[str, Any] = {}
    for one in fields:
        if one.name not in value:
            if one.required:
                problems.append(Problem(f"{prefix}{one.name}", f"缺少“{one.title}”"))
            continue
        try:
            found[one.name] = one.kind.read(value[one.name])
        except WrongRows as wrong:
            problems += [Problem(f"{prefix}{one.name}{row.field}", row.text) for row in wrong.problems]
        except Wrong as wrong:
            problems.append(Problem(f"{prefix}{one.name}", f"“{one.title}”{wrong}"))
    return found, problems


def object_schema(fields: Sequence[Field], *, is_answer: bool = False) -> Schema:
    """JSON Schema of an object with these fields and no others."""
    properties = {}
    for one in fields:
        schema = one.kind.schema()
        words = f"{one.title}。{schema['description']}" if "description" in schema else one.title
        if one.nullable:
            schema = {"anyOf": [schema, {"type": "null"}]}
        properties[one.name] = schema | {"description": words}
    required = [one.name for one in fields if one.required or is_answer]
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": required} if required else {})


def example_of(fields: Sequence[Field]) -> dict[str, Any]:
    """An object as it may look."""
    return {one.name: [example_of(one.kind.of)] if isinstance(one.kind, Rows) else one.kind.example for one in fields}


def read_body(body: bytes, fields: Sequence[Field]) -> tuple[dict[str, Any], str]:
    """What a message says, and its canonical text. Raises: CallRefused naming everything that is wrong."""
    parsed = _parsed(body)
    found, problems = read_object(parsed, fields)
    if problems:
        raise CallRefused(INVALID, INVALID.text, tuple(problems[:_MOST_PROBLEMS]))
    return found, json.dumps(parsed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
        parsed = json.loads(text, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
        json.dumps(parsed, ensure_ascii=False).encode()  # half a surrogate pair is in no text
        return parsed
    except CallRefused:
        raise
    except (ValueError, RecursionError):
        raise CallRefused(MALFORMED) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CallRefused(MALFORMED, "报文中有重复的项目名，含义不明，请每个项目只写一次")
    return found


def _no_float(text: str) -> NoReturn:
    raise CallRefused(MALFORMED, f"报文中有小数（{text[:20]}）；金额以分为单位，应为整数")

"""Cases that change what exists: what was chosen as it stood then, and as it is to be, line by line.

What the register said when a line was taken up is kept beside what is wanted: the difference is the change, and a
register that says something else by the time of approval has been overtaken and is not overruled.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.db import transaction

from upkeep.casework.engine import NotNow, editable
from upkeep.casework.models import Case, CaseRow
from upkeep.casework.pages import SheetPage
from upkeep.casework.parts import put_rows, sheet_of
from upkeep.casework.procedure import Procedure, Summary, Table
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.parties.actor import Actor
from upkeep.sheets.columns import Column, Fault, Reading, Values
from upkeep.sheets.kinds import Text, Wrong, exact_digits
from upkeep.sheets.sheet import Sheet
from upkeep.sheets.writing import shown

#: The parts of the case in which the two sides lie; the second is what a workbook brings.
BEFORE, AFTER = "before", "changes"
#: Keys of a line beside the columns: which thing it is, what people call it, and a mark that must still be the same.
ID, LABEL, SEEN = "id", "label", "seen"


class Identity(Text):
    """The id of a thing of ours, as text: a spreadsheet program would cut the last digits off a number."""

    def read(self, raw: Any, *, at: dt.date) -> str:
        text = exact_digits(raw)
        if not (text.isascii() and text.isdigit() and len(text) <= 19):
            raise Wrong("已被改动，请用导出的表格填写")
        return text


def identity_column(title: str) -> Column:
    """The first column of a sheet of changes."""
    return Column(key=ID, title=title, kind=Identity(19), required=True, read_only=True, width=22)


class ChangeSheet(Sheet):
    """A sheet of changes. `batch` names the columns that can be set for many lines at once."""

    batch: ClassVar[tuple[str, ...]] = ()
    #: Whether one thing may have several lines (co-owners of a house).
    several: ClassVar[bool] = False

    @classmethod
    def editable(cls) -> tuple[Column, ...]:
        """The columns that people fill in."""
        return tuple(column for column in cls.columns if not column.read_only)


@dataclass(frozen=True)
class ChangingPage(SheetPage):
    """What was chosen, to be changed line by line, several at once, or by workbook."""

    KIND: ClassVar[str] = "values before and after"

    part: str = AFTER


@dataclass(frozen=True)
class Line:
    """One thing to be changed; `place` counts further lines of the same thing from 1. Values by column key."""

    id: int
    place: int
    before: Values
    after: Values
    changed: tuple[str, ...]

    @property
    def key(self) -> str:
        """What names the line on a page."""
        return f"{self.id}.{self.place}" if self.place else str(self.id)

    @property
    def label(self) -> str:
        """What people call the thing."""
        return str(self.before[LABEL])


def lines_of(case: Case, sheet: type[ChangeSheet]) -> list[Line]:
    """The lines of a case in the order in which they were taken up."""
    wanted: dict[int, list[Values]] = {}
    for data in _rows(case, AFTER):
        wanted.setdefault(int(data[ID]), []).append(data)
    found = []
    for before in _rows(case, BEFORE):
        held = {column.key: before.get(column.key) for column in sheet.editable()}
        for place, after in enumerate(wanted.get(before[ID], [held])):
            mine = {key: after.get(key) for key in held}
            changed = tuple(key for key in held if mine[key] != held[key])
            found.append(Line(before[ID], place, before, mine, changed))
    return found


def _rows(case: Case, part: str) -> Iterator[dict[str, Any]]:
    found = CaseRow.objects.filter(case=case, part=part).order_by("row_number").values_list("data", flat=True)
    return found.iterator(chunk_size=2_000)


def _write(case: Case, part: str, rows: Iterable[Mapping[str, Any]]) -> None:
    kept = list(rows)  # they may be read from those that are now replaced
    put_rows(case, part, enumerate(kept, start=1))


def _write_after(case: Case, lines: Iterable[Line]) -> None:
    _write(case, AFTER, ({ID: str(line.id), **line.after} for line in lines))


def take_up(case: Case, present: Mapping[int, Values], sheet: type[ChangeSheet]) -> None:
    """Make lines of what is chosen now; a line that was there keeps both its sides, one no longer chosen goes."""
    lines = [line for line in lines_of(case, sheet) if line.id in present]
    known = {line.id: line.before for line in lines}
    _write(case, BEFORE, (known.get(id_, {ID: id_, **values}) for id_, values in present.items()))
    _write_after(case, lines)


@transaction.atomic
def refresh(case_id: int, present: Mapping[int, Values], *, by: Actor, at: dt.datetime) -> None:
    """Take the register as it is now for the side before; what was typed stays. Raises: NotYours, NotNow."""
    case, sheet = _opened(case_id, by=by)
    lines = [line for line in lines_of(case, sheet) if line.id in present]
    _write(case, BEFORE, ({ID: id_, **values} for id_, values in present.items()))
    _write_after(
        case,
        (replace(line, after={key: _wanted(line, key, present[line.id]) for key in line.after}) for line in lines),
    )


def _wanted(line: Line, key: str, now: Values) -> Any:
    return line.after[key] if key in line.changed else now.get(key)


@transaction.atomic
def change_lines(
    case_id: int, keys: Collection[str] | None, typed: Mapping[str, str], *, by: Actor, at: dt.datetime
) -> int:
    """Set values, as they were typed, on the lines of those keys; None means on all. Answers with their number.

    A single line is checked as a whole row. Raises: HasProblems tied to the columns, NotYours, NotNow.
    """
    case, sheet = _opened(case_id, by=by)
    values = read_typed(sheet, typed, at=at)
    lines, count = [], 0
    for line in lines_of(case, sheet):
        if keys is None or line.key in keys:
            line, count = replace(line, after={**line.after, **values}), count + 1
            if keys is not None and len(keys) == 1 and (wrong := list(sheet().check_row(dict(line.after)))):
                raise HasProblems(Problem(key, text) for key, text in wrong)
        lines.append(line)
    if not count:
        raise HasProblems([Problem("", "请先勾选要修改的行")])
    _write_after(case, lines)
    return count


@transaction.atomic
def add_line(case_id: int, id_: int, *, by: Actor, at: dt.datetime) -> None:
    """One more line for a thing that may have several. Raises: NotNow where it may not, or was not chosen."""
    case, sheet = _opened(case_id, by=by)
    lines = lines_of(case, sheet)
    mine = [line for line in lines if line.id == id_]
    if not (sheet.several and mine):
        raise NotNow("不能增加这一行，请先选择房屋")
    place = lines.index(mine[-1]) + 1
    lines.insert(place, replace(mine[-1], after=dict.fromkeys(mine[-1].after)))
    _write_after(case, lines)


@transaction.atomic
def drop_line(case_id: int, key: str, *, by: Actor, at: dt.datetime) -> None:
    """Take a line's wanted values back; a further line of the same thing goes altogether. Raises: NotYours, NotNow."""
    case, sheet = _opened(case_id, by=by)
    _write_after(case, [line for line in lines_of(case, sheet) if line.key != key])


def _opened(case_id: int, *, by: Actor) -> tuple[Case, type[ChangeSheet]]:
    case = editable(case_id, by=by)
    sheet = sheet_of(case, AFTER)
    assert issubclass(sheet, ChangeSheet)
    case.version += 1
    case.save(update_fields=["version"])
    return case, sheet


def read_typed(sheet: type[ChangeSheet], typed: Mapping[str, str], *, at: dt.datetime) -> Values:
    """What was typed into boxes, read as the cells of a workbook are. Raises: HasProblems tied to the columns."""
    values: Values = {}
    problems = []
    for column in sheet.editable():
        if column.key not in typed:
            continue
        text = typed[column.key].strip()
        values[column.key] = None
        if not text and column.required:
            problems.append(Problem(column.key, f"{column.title}必填"))
        elif text:
            try:
                values[column.key] = column.kind.read(text, at=day_of(at))
            except Wrong as wrong:
                problems.append(Problem(column.key, f"{column.title}{wrong}"))
    if problems:
        raise HasProblems(problems)
    return values


def _row_faults(sheet: type[ChangeSheet], line: Line) -> Iterator[str]:
    for column in sheet.editable():
        if column.required and line.after[column.key] is None:
            yield f"{column.title}必填"
    yield from (text for _, text in sheet().check_row(dict(line.after)))


class ChangeProcedure(Procedure):
    """A procedure that changes what exists. Subclasses say what is chosen, what may be wrong, and the effect."""

    #: What is changed, as people count it: 所选房屋.
    thing: ClassVar[str]

    @property
    def sheet(self) -> type[ChangeSheet]:
        """The sheet of the changes."""
        sheet = self.sheets[AFTER]
        assert issubclass(sheet, ChangeSheet)
        return sheet

    def present(self, case: Case) -> Mapping[int, Values]:
        """What the register says now of everything chosen: the columns' values and `LABEL`, by id, in order."""
        raise NotImplementedError

    def offered(self, case: Case, key: str) -> Sequence[str]:
        """The words that a column offers for this case; nothing where any text may stand."""
        return ()

    def line_notes(self, line: Line) -> Sequence[str]:
        """What is shown below the name of a line, such as the present owners."""
        return ()

    def lines(self, case: Case) -> list[Line]:
        """Before and after of everything chosen."""
        return lines_of(case, self.sheet)

    def chosen(self, case: Case) -> None:
        take_up(case, self.present(case), self.sheet)

    def sheet_rows(self, case: Case, part: str) -> Iterable[Mapping[str, Any]]:
        return ({**line.before, **line.after, ID: str(line.id)} for line in self.lines(case))

    def check_reading(self, case: Case, part: str, reading: Reading) -> Iterable[Fault]:
        known = {line.id for line in self.lines(case)}
        offered = {column.key: set(self.offered(case, column.key)) for column in self.sheet.editable()}
        seen: dict[int, int] = {}
        for row in reading.rows:
            id_ = int(row.values[ID])
            if id_ not in known:
                yield reading.fault_at(row.number, ID, f"不是{self.thing}，请用导出的表格填写")
            first = seen.setdefault(id_, row.number)
            if first != row.number and not self.sheet.several:
                yield reading.fault_at(row.number, ID, f"与第 {first} 行重复")
            for key, allowed in offered.items():
                value = row.values[key]
                if allowed and value is not None and value not in allowed:
                    yield reading.fault_at(row.number, key, f"{reading.titles[key]}“{value}”不在可选范围")

    def summary(self, case: Case) -> Summary:
        rows = list(table_rows(self.lines(case), self.sheet.editable()))
        table = Table("变更前后对照", (self.thing.removeprefix("所选"), "变更项目", "变更前", "变更后"), rows)
        return Summary(facts=self.form_facts(case), tables=[table])

    def line_problems(self, case: Case, lines: Sequence[Line]) -> Iterator[Problem]:
        """Nothing chosen, something left unchanged, a row that is wrong in itself, a register that has moved on."""
        if not lines:
            yield Problem("", f"请选择要变更的{self.thing.removeprefix('所选')}")
        if idle := [line.label for line in lines if not line.changed]:
            more = f"等 {len(idle)} 处" if len(idle) > 3 else ""
            yield Problem(AFTER, f"{'、'.join(idle[:3])}{more}没有变更内容，请填写变更，或返回取消选择")
        for line in lines:
            if line.changed:
                yield from (Problem(AFTER, f"{line.label}：{text}") for text in _row_faults(self.sheet, line))
        yield from overtaken(lines, self.present(case), self.sheet.editable())


def table_rows(lines: Iterable[Line], columns: Sequence[Column]) -> Iterator[tuple[str, str, str, str]]:
    """Before and after for a table, a row per changed value."""
    by_key = {column.key: column for column in columns}
    for line in lines:
        for key in line.changed:
            column = by_key[key]
            yield (
                line.label,
                column.title,
                shown(column, line.before.get(key)),
                shown(column, line.after[key]) or "（清空）",
            )


def overtaken(lines: Iterable[Line], present: Mapping[int, Values], columns: Sequence[Column]) -> Iterator[Problem]:
    """What of the register no longer is as it was when the change was filled in, one sentence each."""
    by_key = {column.key: column for column in columns}
    told = set()
    for line in lines:
        now = present.get(line.id)
        if now is None:
            if line.id not in told:
                yield Problem(AFTER, f"{line.label}已注销或已不在该物业区域，请返回取消选择")
            told.add(line.id)
            continue
        if now.get(SEEN) != line.before.get(SEEN) and line.id not in told:
            told.add(line.id)
            yield Problem(AFTER, f"{line.label}的登记信息在填报后已变动，请在“填写变更”页按登记信息更新后重新核对")
        for key in line.changed:
            if now.get(key) != line.before.get(key):
                column = by_key[key]
                yield Problem(
                    AFTER,
                    f"{line.label}的{column.title}在填报后已由“{shown(column, line.before.get(key)) or '空'}”变为"
                    f"“{shown(column, now.get(key)) or '空'}”，请在“填写变更”页按登记信息更新后重新核对",
                )

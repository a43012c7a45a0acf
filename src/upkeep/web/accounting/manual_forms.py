"""The form of a manual voucher: its head, its lines, and what was typed turned into what is to be kept."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django import forms

from upkeep.accounting.books_seen import BooksSeen, custody_words
from upkeep.accounting.manual import NewLine, Written
from upkeep.accounting.models import ManualVoucher
from upkeep.books.chart import CHART
from upkeep.books.manual import BY_HAND
from upkeep.estate.models import House
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.forms import DayField, MoneyField
from upkeep.kernel.money import half_width, yuan
from upkeep.web.access import ActorRequest

_FEWEST, _MORE, _MOST = 4, 4, 60


class HeadForm(forms.Form):
    """What stands above the lines. `book` is an area's id, or that of a custody account for its own book."""

    book = forms.ChoiceField(label="账簿")
    custody = forms.ChoiceField(label="专户")
    booked_on = DayField(label="记账日期")
    attachments = forms.IntegerField(label="附单据张数", min_value=0, max_value=999, initial=0)
    summary = forms.CharField(label="摘要", max_length=100, help_text="写明为什么记这笔账，如“更正 11 月 3 日手续费”")

    def __init__(self, seen: BooksSeen, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        areas = [(str(area.pk), area.name) for area in seen.areas]
        custodies = [(str(one.pk), custody_words(one)) for one in seen.custodies]
        book, custody = self.fields["book"], self.fields["custody"]
        assert isinstance(book, forms.ChoiceField) and isinstance(custody, forms.ChoiceField)
        book.choices = [("", "请选择"), ("专户账簿（不属于任何小区的款项）", custodies), ("物业区域账簿", areas)]
        custody.choices = [("", "请选择"), *custodies]


class LineForm(forms.Form):
    """One line; a line left blank does not count."""

    code = forms.ChoiceField(
        label="科目",
        required=False,
        choices=[("", ""), *((code, f"{code} {CHART[code].name}") for code in BY_HAND)],
    )
    house = forms.CharField(label="房屋", required=False, max_length=60)
    debit = MoneyField(label="借方（元）", required=False)
    credit = MoneyField(label="贷方（元）", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        place = int((self.prefix or "lines-0").rpartition("-")[2]) + 1
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"第 {place} 行{field.label}"

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.data.get(self.add_prefix(name), "").strip() for name in self.fields)


@dataclass
class VoucherForm:
    """The whole form as it is shown, with problems placed at their boxes."""

    head: HeadForm
    lines: list[LineForm]
    problems: list[str]


def empty_form(seen: BooksSeen, *, today: dt.date) -> VoucherForm:
    """A form to begin with."""
    return VoucherForm(HeadForm(seen, initial={"booked_on": today, "attachments": 0}), _lines(None, _FEWEST), [])


def form_of(voucher: ManualVoucher, seen: BooksSeen) -> VoucherForm:
    """The form as a draft was kept."""
    head = HeadForm(
        seen,
        initial={
            "book": str(voucher.book_id),
            "custody": str(voucher.custody_id),
            "booked_on": voucher.booked_on,
            "attachments": voucher.attachments,
            "summary": voucher.summary,
        },
    )
    kept = [
        LineForm(
            prefix=f"lines-{place}",
            initial={
                "code": one.code,
                "house": f"{one.house.building.name} {one.house.label}" if one.house else "",
                "debit": _typed(one.debit_fen),
                "credit": _typed(one.credit_fen),
            },
        )
        for place, one in enumerate(voucher.lines.select_related("house__building"))
    ]
    blank = [LineForm(prefix=f"lines-{place}") for place in range(len(kept), max(len(kept) + 1, _FEWEST))]
    return VoucherForm(head, [*kept, *blank], [])


def _typed(fen: int) -> str:
    return yuan(fen).replace(",", "") if fen else ""


def typed_form(request: ActorRequest, seen: BooksSeen) -> VoucherForm:
    """The form as it was sent; with "more" pressed, with more lines."""
    text = request.POST.get("line_count", "")
    count = min(int(text), _MOST) if text.isascii() and text.isdecimal() and len(text) < 4 else _FEWEST
    lines = _lines(request, count)
    if "more" in request.POST:
        lines += [LineForm(prefix=f"lines-{place}") for place in range(count, min(count + _MORE, _MOST))]
    return VoucherForm(HeadForm(seen, request.POST), lines, [])


def _lines(request: ActorRequest | None, count: int) -> list[LineForm]:
    return [LineForm(request.POST if request else None, prefix=f"lines-{place}") for place in range(count)]


def written_of(form: VoucherForm, seen: BooksSeen) -> Written:
    """What was typed, ready to be kept. Raises: HasProblems, placed at the boxes by `place_problems`."""
    problems = [Problem(name, str(text)) for name, texts in form.head.errors.items() for text in texts]
    filled = [line for line in form.lines if line.is_bound and not line.is_blank]
    for line in filled:
        problems += [
            Problem(f"{line.prefix}-{name}", str(text)) for name, texts in line.errors.items() for text in texts
        ]
    if problems:
        raise HasProblems(problems)
    head = form.head.cleaned_data
    book_id, custody_id = int(head["book"]), int(head["custody"])
    own_book = book_id in seen.custody_by_id
    if own_book and book_id != custody_id:
        raise HasProblems([Problem("custody", "专户账簿只能记本专户，请选择同一专户")])
    houses = _houses([line.cleaned_data["house"] for line in filled], None if own_book else book_id)
    lines = []
    for line in filled:
        said = line.cleaned_data
        name = _tidy(said["house"])
        if name and len(houses.get(name, ())) != 1:
            why = (
                "有多套房屋符合，请写明楼栋、单元和房号"
                if houses.get(name)
                else "本账簿没有这套房屋，请按“3幢 1单元 502”填写"
            )
            problems.append(Problem(f"{line.prefix}-house", f"“{said['house']}”：{why}"))
        lines.append(
            NewLine(
                code=said["code"],
                house_id=houses[name][0] if name and len(houses.get(name, ())) == 1 else None,
                debit_fen=said["debit"] or 0,
                credit_fen=said["credit"] or 0,
            )
        )
    if problems:
        raise HasProblems(problems)
    return Written(
        custody_id=custody_id,
        area_id=None if own_book else book_id,
        booked_on=head["booked_on"],
        summary=head["summary"],
        lines=lines,
        attachments=head["attachments"],
    )


def _tidy(name: str) -> str:
    return "".join(half_width(name).split()).lower()


def _houses(names: Sequence[str], area_id: int | None) -> dict[str, list[int]]:
    """The houses of an area that go by the names that were typed: "3幢 1单元 502", or "3幢 502"."""
    wanted = {_tidy(name) for name in names if name.strip()}
    if not wanted or area_id is None:
        return {}
    found: dict[str, list[int]] = {}
    for house in House.objects.filter(area_id=area_id).select_related("building").order_by("pk"):
        for name in {_tidy(f"{house.building.name}{house.label}"), _tidy(f"{house.building.name}{house.room}")}:
            if name in wanted:
                found.setdefault(name, []).append(house.pk)
    return found


def place_problems(form: VoucherForm, found: HasProblems) -> None:
    """Each problem at its box as well as on top."""
    by_prefix = {line.prefix: line for line in form.lines if line.is_bound}
    for problem in found.problems:
        form.problems.append(problem.text)
        prefix, _, name = problem.field.rpartition("-")
        target: forms.Form | None = by_prefix.get(prefix) if prefix else form.head
        if target is not None and name in target.fields and not target.errors.get(name):
            target.add_error(name, problem.text)

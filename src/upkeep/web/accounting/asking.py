"""What a page of the books is asked for, from its address: period, book, custody account and accounts."""

import calendar
import datetime as dt
from dataclasses import dataclass

from django import forms

from upkeep.accounting.books_seen import BooksSeen, books_seen, custody_words
from upkeep.books.chart import CHART
from upkeep.books.vouchers import AccountWanted
from upkeep.kernel.forms import DayField
from upkeep.web.access import ActorRequest


class BooksForm(forms.Form):
    """A period and, if wanted, one book or one custody account."""

    first = DayField(label="起始日期", required=False)
    last = DayField(label="截止日期", required=False)
    book = forms.ChoiceField(label="账簿", required=False)
    custody = forms.ChoiceField(label="专户", required=False)

    def __init__(self, seen: BooksSeen, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._offer("book", [(str(pk), name) for pk, name in seen.names.items()])
        self._offer("custody", [(str(one.pk), custody_words(one)) for one in seen.custodies])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *choices]


class LedgerForm(BooksForm):
    """As above, and one account (科目)."""

    code = forms.ChoiceField(
        label="科目", required=False, choices=[(one.code, f"{one.code} {one.name}") for one in CHART.values()]
    )
    field_order = ("code", "first", "last", "book", "custody")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The books, custody accounts and period to be shown; `custody_ids` None is all."""

    form: BooksForm
    seen: BooksSeen
    first: dt.date
    last: dt.date
    book_ids: tuple[int, ...]
    custody_ids: tuple[int, ...] | None

    def wanted(self, codes: tuple[str, ...]) -> AccountWanted:
        """The same for the accounts of these codes."""
        return AccountWanted(
            book_ids=self.book_ids, codes=codes, first=self.first, last=self.last, custody_ids=self.custody_ids
        )

    @property
    def query(self) -> str:
        """The period and the books as an address says them, to be followed further down."""
        parts = [f"first={self.first}", f"last={self.last}"]
        parts += [f"book={self.book_ids[0]}"] if len(self.book_ids) == 1 < len(self.seen.names) else []
        parts += [f"custody={self.custody_ids[0]}"] if self.custody_ids else []
        return "&".join(parts)


def asked(request: ActorRequest, form_class: type[BooksForm], *, today: dt.date) -> Asked:
    """What the address asks for; this month and everything the actor sees where nothing is said."""
    seen = books_seen(request.actor)
    first, last = today.replace(day=1), today.replace(day=calendar.monthrange(today.year, today.month)[1])
    data = request.GET.copy()
    if "area" in data and "book" not in data:
        data["book"] = str(data["area"])
    form = form_class(seen, data or None, initial={"first": first, "last": last})
    book_ids: tuple[int, ...] = tuple(seen.ids)
    custody_ids: tuple[int, ...] | None = None
    if form.is_bound:
        form.is_valid()
        said = form.cleaned_data
        first, last = said.get("first") or first, said.get("last") or last
        book_ids = (int(said["book"]),) if said.get("book") else book_ids
        custody_ids = (int(said["custody"]),) if said.get("custody") else None
    return Asked(
        form=form,
        seen=seen,
        first=min(first, last),
        last=max(first, last),
        book_ids=book_ids,
        custody_ids=custody_ids,
    )

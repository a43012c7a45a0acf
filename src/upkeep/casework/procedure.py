"""What a business procedure is: one subclass in one file under `src/upkeep/procedures/`. Nothing branches on it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from django import forms

from upkeep.casework.models import Case, PartyRole
from upkeep.casework.pages import Page, SheetPage, Source
from upkeep.kernel.errors import Problem
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.printing.documents import Document
from upkeep.sheets.sheet import Fault, Reading, Sheet


@dataclass(frozen=True)
class Paper:
    """要件: an attachment the applicant must bring or upload (JPG, JPEG or PNG)."""

    code: str
    title: str
    required: bool = True
    help: str = ""


@dataclass(frozen=True)
class Print:
    """A printed form of the procedure."""

    code: str
    title: str


@dataclass(frozen=True)
class Guide:
    """What is told before one begins and on the result page: papers to bring, where, how long it takes."""

    overview: str
    bring: tuple[str, ...] = ()
    takes: str = ""
    #: The papers are not brought to the window now but together with something later.
    bring_with: str = ""


@dataclass(frozen=True)
class PartyGrant:
    """An organisation that is to see a case, and why."""

    organisation_id: int
    role: PartyRole


class Change(NamedTuple):
    """One line of the before/after view."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Fact:
    """One line of what a case says, ready to show: label and value."""

    label: str
    value: str


@dataclass(frozen=True)
class Table:
    """A table of what a case says, ready to show and print; `numeric` names the columns set flush right."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    total_rows: int = 0


@dataclass(frozen=True)
class Summary:
    """What a case says, for the case page, the confirmation and the printed application."""

    facts: list[Fact] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """Something a finished case has brought about: a link on the result page (the page's name and its argument)."""

    title: str
    page: str
    argument: str | int
    main: bool = False  # the next thing that everybody does, shown as a button


class NoForm(forms.Form):
    """For procedures that ask for nothing but houses or a sheet."""


class Procedure:
    """A business procedure: what it asks, who decides, what follows.

    Declared once; the registry keeps one instance, which holds no state.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    prefix: ClassVar[str]
    covers: ClassVar[tuple[str, ...]]
    starters: ClassVar[frozenset[Role]]
    guide: ClassVar[Guide]
    pages: ClassVar[tuple[Page, ...]]
    papers: ClassVar[tuple[Paper, ...]] = ()
    prints: ClassVar[tuple[Print, ...]] = ()
    #: The chain where the city's policy says nothing.
    steps: ClassVar[tuple[ChainStep, ...]] = (ChainStep(Role.WINDOW_CLERK, 1), ChainStep(Role.FIRST_REVIEWER, 3))
    sheets: ClassVar[Mapping[str, type[Sheet]]] = {}
    Form: ClassVar[type[forms.Form]] = NoForm
    #: Shown in the menus of the starters; one that starts from elsewhere (a project page) says False.
    in_menu: ClassVar[bool] = True
    #: What a visitor without an account fills in stays a draft until a window clerk has seen who he is and hands it in.
    identity_at_window: ClassVar[bool] = False
    #: The page on which it begins, by name, where that is not its guide (a list from which something is chosen).
    begins_at: ClassVar[str] = ""
    #: The page on which a draft is filled in, by name, where that is none of the generic ones; its argument is the number.
    filled_at: ClassVar[str] = ""

    def default_chain(self) -> ReviewChain:
        return ReviewChain(steps=self.steps, starters=tuple(sorted(self.starters)))

    def is_open(self, *, jurisdiction_id: int, on: dt.date) -> bool:
        """Whether the city does this business at all; one that does not shows it nowhere and refuses to begin it."""
        return True

    # what depends on the case: its city's policy, or what was chosen on an earlier page

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        """The pages that this case is asked for."""
        return self.pages

    def papers_of(self, case: Case) -> tuple[Paper, ...]:
        """The papers that this case is asked for."""
        return self.papers

    def prints_of(self, case: Case) -> tuple[Print, ...]:
        """The forms that are printed of this case."""
        return self.prints

    def guide_of(self, case: Case) -> Guide:
        """What is told of this case on its result page."""
        return self.guide

    def guide_facts(self, *, jurisdiction_id: int, on: dt.date) -> Sequence[tuple[str, str]]:
        """What is told before one begins and differs by city: name and sentence."""
        return ()

    def chain_of(self, case: Case, chain: ReviewChain, *, on: dt.date) -> ReviewChain:
        """The chain of this very case, where what it asks for decides who has to look at it; given is the city's."""
        return chain

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        """The form as this case is asked for it; the arguments are those of a form."""
        return self.make_form(*args, **kwargs)

    def about(self, case: Case) -> Sequence["Fact"]:
        """What is known already of the thing that the form is about, shown above its first page to be checked."""
        return ()

    def proposals(self, case: Case, *, on: dt.date) -> Mapping[str, Any]:
        """Values offered in empty boxes; they count once the page is left with them."""
        return {}

    def office_id(self, case: Case) -> int | None:
        """The office (管理部) that a draft asks to be decided by, once it is chosen."""
        return None

    def phone_to_prove(self, case: Case) -> str:
        """The phone to which `PhonePage` sends its code."""
        return ""

    def proof(self, case: Case) -> str:
        """What a right code proves; it no longer counts when any of this is changed."""
        return ""

    def warnings(self, case: Case) -> Sequence[str]:
        """What whoever decides must know and the applicant is not told."""
        return ()

    def tasks(self, case: Case) -> Sequence[Outcome]:
        """What is done for a case while it is decided, on pages of their own; shown to the office beside the moves."""
        return ()

    def result_title(self, case: Case) -> str:
        """The heading of the result page."""
        return "业务办理完成"

    # what the form needs before it is filled in

    def make_form(self, *args: Any, **kwargs: Any) -> forms.Form:
        """The form, which names the field that was left empty; a list of mistakes must say which is which."""
        form = self.Form(*args, **kwargs)
        for one in form.fields.values():
            verb = "选择" if isinstance(one, forms.ChoiceField) else "填写"
            if one.error_messages["required"] == forms.Field.default_error_messages["required"]:
                one.error_messages["required"] = f"请{verb}{one.label}"
        return form

    def initial(self, *, by: Actor) -> dict[str, Any]:
        """Values a new draft begins with."""
        return {}

    def intake(self, case: Case, changes: dict[str, Any]) -> dict[str, Any]:
        """What of the typed values is kept. Raises: HasProblems for what must not even be kept (a weak password)."""
        return changes

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        """What a `ReferenceField` offers for this case. The same list is the rule that `validate` applies."""
        return ()

    def area_id(self, case: Case) -> int | None:
        """The existing area that the case is about, once it is known."""
        value = str(case.data.get("area") or "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None

    def place(self, case: Case, data: dict[str, Any]) -> int:
        """The district whose office handles the case, once it is handed in; 0 leaves it with the applicant's city."""
        return 0

    def blocked_houses(self, case: Case, house_ids: Sequence[int]) -> Mapping[int, str]:
        """Which of the houses cannot be chosen for this case, each with the reason shown on the building table."""
        return {}

    def chosen(self, case: Case) -> None:
        """Runs when houses or buildings of a draft were chosen, or chosen otherwise."""

    def sources_of(self, case: Case, page: SheetPage) -> Sequence[Source]:
        """The ways in which this case may fill the table of a page."""
        return page.sources

    def sheet_rows(self, case: Case, part: str) -> Iterable[Mapping[str, Any]]:
        """What the exported workbook of the part already holds."""
        return ()

    def check_reading(self, case: Case, part: str, reading: Reading) -> Iterable[Fault]:
        """Rules on an imported sheet that need the database; `reading.fault_at` makes the faults."""
        return ()

    # what the case says

    def subject(self, case: Case) -> str:
        """A few words for lists, such as the area's name. Nothing personal: lists show it to all who see the case."""
        return ""

    def to_check(self, case: Case) -> Sequence[Fact]:
        """What the form was begun for, shown above its first page to be checked (the house, the area)."""
        return ()

    def summary(self, case: Case) -> Summary:
        """Everything the case says; by default the fields of the form as they were filled in."""
        return Summary(facts=self.form_facts(case))

    def form_facts(self, case: Case, *names: str) -> list[Fact]:
        """The labels and values of the form's fields, choices in words."""
        form = self.form_of(case, case.data)
        wanted = names or tuple(form.fields)
        return [
            Fact(str(form.fields[name].label), self._shown(case, form, name)) for name in wanted if case.data.get(name)
        ]

    def _shown(self, case: Case, form: forms.Form, name: str) -> str:
        value = str(case.data.get(name, ""))
        offered = dict(getattr(form.fields[name], "choices", ()) or ())
        offered |= {str(key): label for key, label in self.choices(case, name)}
        return str(offered.get(value, value))

    def changes(self, case: Case) -> Sequence[Change]:
        """Before and after, for procedures that change what exists."""
        return ()

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        """What an approved case has brought about."""
        return ()

    def document(self, case: Case, code: str, *, at: dt.datetime) -> Document | None:
        """The document of a print of its own form; None: the generic application form."""
        return None

    def applicant_name(self, case: Case) -> str:
        """Who applies, as it stands on the printed form: an organisation, else what the case is about."""
        organisation = case.applicant_organisation
        return organisation.name if organisation else case.subject or case.contact_name

    def applicant_phone(self, case: Case) -> str:
        """Where the applicant is told by SMS how it goes; a fixed line or nothing means that he is not."""
        return case.contact_phone

    # what happens

    def parties(self, case: Case) -> Iterator[PartyGrant]:
        """Organisations beside the applicant that see the case or decide it."""
        yield from ()

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        """Rules that need the database. Run on submit and again, in the same transaction, before `apply`."""
        return ()

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        """Engage what the case needs while it is decided (houses, money). Runs when it is submitted."""

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        """Give back what `claim` engaged. Runs on return, rejection and withdrawal."""

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        """The effect on the data. Runs once, in the transaction that approves the case."""
        raise NotImplementedError


class Registry:
    """All procedures by code."""

    def __init__(self) -> None:
        self._by_code: dict[str, Procedure] = {}

    def __call__(self, cls: type[Procedure]) -> type[Procedure]:
        taken = {procedure.prefix for procedure in self}
        if cls.code in self._by_code or cls.prefix in taken:
            raise ValueError(f"two procedures named {cls.code} or numbered {cls.prefix}")
        self._by_code[cls.code] = cls()
        return cls

    def __getitem__(self, code: str) -> Procedure:
        return self._by_code[code]

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self._by_code.values())


register = Registry()

"""The pages of a business form, as a procedure lists them; how each kind is shown stands in `web/cases/pages.py`."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Page:
    """One step of filling in a form. Subclasses say what the step asks for."""

    KIND: ClassVar[str]  # in the words of docs/procedures.md

    title: str
    help: str = ""


@dataclass(frozen=True)
class FormPage(Page):
    """Fields of `Procedure.Form`, in this order. `read_first` is a text to be read: its title and its page's name."""

    KIND: ClassVar[str] = "form"

    fields: tuple[str, ...] = ()
    read_first: tuple[str, str] | None = None


@dataclass(frozen=True)
class OwnersPage(FormPage):
    """The owners of one house, one row each; they stand in `data` under `owners`, as they were typed."""

    KIND: ClassVar[str] = "owners with their shares"


@dataclass(frozen=True)
class HousesPage(Page):
    """Houses of the case's area, chosen on the building table; they become `estate.CaseHouse` rows."""

    KIND: ClassVar[str] = "houses on the building table"


@dataclass(frozen=True)
class BuildingsPage(Page):
    """Buildings of the case's area, ticked in a list; their ids stand in `data` under `BUILDINGS`."""

    KIND: ClassVar[str] = "buildings of the area"


@dataclass(frozen=True)
class Source:
    """A way to fill a table of a case: `page` is the name of an address made of the case's number and the part."""

    code: str
    title: str
    help: str
    page: str = ""
    button: str = ""
    icon: str = "edit"


#: The way that the page of the table has itself: template out, workbook in.
WORKBOOK = Source("WORKBOOK", "表格导入", "下载表格，逐行填写后导入；有错误时逐格指出，全部正确才会保存")


@dataclass(frozen=True)
class SheetPage(Page):
    """A table: a workbook downloaded, filled and imported, or one of the other sources; its rows become `CaseRow`s."""

    KIND: ClassVar[str] = "workbook"

    part: str = "rows"
    fields: tuple[str, ...] = ()  # asked together with the file (001 2.3.1 step 6)
    #: Every way there is; `Procedure.sources_of` says which of them this case has.
    sources: tuple[Source, ...] = (WORKBOOK,)
    #: Its rows may be seen and changed in place; unless they are fixed, also added and deleted.
    in_place: bool = False
    fixed: bool = False
    #: The column by which rows are looked at in groups (楼栋), if any.
    grouped_by: str = ""
    #: What the last page's button says where it hands the form in at once; `imported`: a right workbook does so too.
    hands_in: str = ""
    imported: bool = False


@dataclass(frozen=True)
class PayersPage(SheetPage):
    """A table with a row per house that is opened to say who pays; its rows are laid out when houses are chosen."""

    KIND: ClassVar[str] = "payers house by house"


@dataclass(frozen=True)
class PapersPage(Page):
    """The papers."""

    KIND: ClassVar[str] = "papers"


@dataclass(frozen=True)
class AreasPage(Page):
    """Areas of the city, found by name and ticked; their ids stand in `data` under `AREAS`."""

    KIND: ClassVar[str] = "areas found by name"


@dataclass(frozen=True)
class PhonePage(Page):
    """A code sent by SMS proves the phone that the form names (`Procedure.proof`)."""

    KIND: ClassVar[str] = "SMS code"


#: Where the data of a case keep the areas and the buildings that were ticked, and what the SMS code proved.
AREAS, BUILDINGS, PROOF = "areas", "buildings", "phone_proof"

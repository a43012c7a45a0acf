"""The kinds of pages of a business form: how each is shown, what it keeps beside its fields, what it still misses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from upkeep.casework.changing import ChangeProcedure, ChangingPage
from upkeep.casework.files import files_of
from upkeep.casework.models import Case
from upkeep.casework.pages import (
    AREAS,
    BUILDINGS,
    WORKBOOK,
    AreasPage,
    BuildingsPage,
    FormPage,
    HousesPage,
    OwnersPage,
    Page,
    PapersPage,
    PayersPage,
    PhonePage,
    SheetPage,
)
from upkeep.casework.parts import faults_in, row_count
from upkeep.casework.procedure import Procedure
from upkeep.kernel.errors import Problem
from upkeep.web.access import ActorRequest
from upkeep.web.cases import areas, houses, owners, payers, phone, ticked_buildings
from upkeep.web.cases.changing import changing_context


@dataclass(frozen=True)
class Filling:
    """Somebody at a page of a case, and what was wrong with what he sent."""

    request: ActorRequest
    case: Case
    procedure: Procedure
    page: Page
    number: int
    problems: Sequence[Problem] = ()


def _nothing(at: Filling) -> dict[str, Any]:
    return {}


def _keeps_nothing(at: Filling) -> None:
    return None


def _complete(at: Filling) -> str:
    return ""


@dataclass(frozen=True)
class PageKind:
    """`shows`: what the template needs beside steps and fields. `keeps`: may lead elsewhere; raises what it refuses.
    `misses`: a sentence while something is still to be done."""

    template: str
    shows: Callable[[Filling], dict[str, Any]] = _nothing
    keeps: Callable[[Filling], HttpResponse | None] = _keeps_nothing
    misses: Callable[[Filling], str] = _complete


def kind_of(page: Page) -> PageKind:
    """How this page is dealt with."""
    return _KINDS[type(page)]


def _sheet_page(at: Filling) -> SheetPage:
    assert isinstance(at.page, SheetPage)
    return at.page


def _shows_sheet(at: Filling) -> dict[str, Any]:
    assert isinstance(at.page, SheetPage)
    found = {source.code: source for source in at.procedure.sources_of(at.case, at.page)}
    return {
        "sheet": at.procedure.sheets[at.page.part],
        "rows": row_count(at.case, at.page.part),
        "faults": len(faults_in(at.case, at.page.part)),
        "workbook": found.pop(WORKBOOK.code, None),
        "sources": list(found.values()),
    }


def _misses_rows(at: Filling) -> str:
    assert isinstance(at.page, SheetPage)
    if row_count(at.case, at.page.part):
        return ""
    word = "导入" if list(at.procedure.sources_of(at.case, at.page)) == [WORKBOOK] else "填写"
    return f"请先{word}{at.page.title}"


def _shows_papers(at: Filling) -> dict[str, Any]:
    present = files_of(at.case)
    return {"papers": [(paper, present.get(paper.code, [])) for paper in at.procedure.papers_of(at.case)]}


def _misses_papers(at: Filling) -> str:
    present = files_of(at.case)
    missing = [one.title for one in at.procedure.papers_of(at.case) if one.required and one.code not in present]
    return f"请上传：{'、'.join(missing)}" if missing else ""


def _shows_changes(at: Filling) -> dict[str, Any]:
    assert isinstance(at.procedure, ChangeProcedure)
    return changing_context(at.request, at.case, at.procedure, problems=at.problems)


def _unless_kept(key: str, sentence: str) -> Callable[[Filling], str]:
    """The sentence, while the data of the case hold nothing under the key."""

    def misses(at: Filling) -> str:
        return "" if Case.objects.get(pk=at.case.pk).data.get(key) else sentence

    return misses


_KINDS: dict[type[Page], PageKind] = {
    FormPage: PageKind("cases/form_page.html"),
    SheetPage: PageKind("cases/sheet_page.html", shows=_shows_sheet, misses=_misses_rows),
    PapersPage: PageKind("cases/papers_page.html", shows=_shows_papers, misses=_misses_papers),
    ChangingPage: PageKind("cases/changing_page.html", shows=_shows_changes),
    PhonePage: PageKind("cases/phone_page.html", shows=lambda at: phone.proof_context(at.case, at.procedure)),
    HousesPage: PageKind(
        "cases/houses_page.html",
        shows=lambda at: houses.choice_context(at.request, at.case),
        keeps=lambda at: houses.keep_choice(at.request, at.case),
        misses=lambda at: "" if at.case.houses.exists() else "请至少选择一户房屋",
    ),
    OwnersPage: PageKind(
        "cases/owners_page.html",
        shows=lambda at: owners.page_context(at.case, sent=at.request.method == "POST"),
        keeps=lambda at: owners.keep_rows(at.request, at.case, at.number),
        misses=lambda at: owners.wrong_rows(at.case),
    ),
    BuildingsPage: PageKind(
        "cases/buildings_page.html",
        shows=lambda at: ticked_buildings.choice_context(at.case),
        keeps=lambda at: ticked_buildings.keep_choice(at.request, at.case),
        misses=_unless_kept(BUILDINGS, "请至少勾选一栋"),
    ),
    AreasPage: PageKind(
        "cases/areas_page.html",
        shows=lambda at: areas.choice_context(at.request, at.case),
        keeps=lambda at: areas.keep_choice(at.request, at.case, at.number),
        misses=_unless_kept(AREAS, "请至少勾选一个物业区域"),
    ),
    PayersPage: PageKind(
        "cases/payers_page.html",
        shows=lambda at: payers.page_context(at.request, at.case, _sheet_page(at)),
        keeps=lambda at: payers.keep_rows(at.request, at.case, _sheet_page(at)),
        misses=lambda at: payers.missing(at.case, _sheet_page(at)),
    ),
}

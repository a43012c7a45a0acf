"""The printed forms of a project's notices: 公告 with its 清册 as published. Those of its votes: `vote_documents`."""

from typing import Any

from upkeep.kernel.dates import day_of, in_letters
from upkeep.printing.documents import Document
from upkeep.printing.forms.notices import PublicNotice as NoticeForm
from upkeep.printing.forms.parts import Fact, Table
from upkeep.publishing.models import NoticeKind, PublicNotice
from upkeep.repairs.models import RepairProject
from upkeep.repairs.notices import LISTS, TITLES


def subject_of(project: RepairProject) -> str:
    """Under which the project's prints are kept."""
    return project.source


def notice_document(project: RepairProject, notice: PublicNotice, *, city: str) -> Document:
    """立项公告 with 预算清册, 验收公告 with 决算清册, or 撤销公示, from what was published."""
    kind = NoticeKind(notice.kind)
    until = in_letters(notice.open_until)
    published = day_of(notice.published_at)
    return Document(
        form="public_notice",
        title=heading_of(kind),
        number=notice.number,
        subject=subject_of(project),
        issuer=notice.publisher,
        city=city,
        data=NoticeForm(
            to=f"{project.area.name}各位业主",
            paragraphs=tuple(notice.body["text"]),
            published_on=published,
            facts=tuple(Fact(label, value) for label, value in notice.body["facts"]),
            tables=tuple(_table(notice.body[name]) for name in ("works", "plan", "houses") if notice.body.get(name)),
            period=f"{in_letters(published)}至{until}",
        ),
    )


def heading_of(kind: NoticeKind) -> str:
    """立项公告及预算清册, 验收公告及决算清册, 撤销公示: what is printed."""
    return f"{TITLES[kind]}及{LISTS[kind]}" if kind in LISTS else TITLES[kind]


def _table(kept: dict[str, Any]) -> Table:
    numeric = set(kept["numeric"])
    return Table(
        title=kept["title"],
        headers=tuple(kept["columns"]),
        rows=tuple(tuple(row) for row in kept["rows"]),
        aligns="".join("r" if place in numeric else "l" for place in range(len(kept["columns"]))),
        total=tuple(kept["total"]),
    )

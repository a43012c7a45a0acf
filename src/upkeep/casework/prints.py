"""The printed application form (申请表) of any procedure, built from what the case says, and kept with the case."""

import datetime as dt

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from upkeep.casework.models import Case
from upkeep.casework.procedure import Print, Procedure, Summary, register
from upkeep.casework.queries import visible_to
from upkeep.kernel.dates import day_of
from upkeep.parties.actor import Actor
from upkeep.parties.queries import city_of
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms.application import Application
from upkeep.printing.forms.parts import Fact, Section, SignBox, Table
from upkeep.printing.models import KeptPrint

#: A list of houses longer than this is printed as its sums; the workbook lies with the case.
MOST_ROWS_PRINTED = 2_000


def subject_of(case: Case) -> str:
    """Under which the prints of a case are kept."""
    return f"case:{case.pk}"


def kept_prints(*, actor: Actor, number: str = "", procedure: str = "") -> QuerySet[KeptPrint]:
    """The kept prints of the cases that the actor may see, newest first; by (part of) number and by procedure."""
    cases = visible_to(actor)
    if procedure:
        cases = cases.filter(procedure=procedure)
    subjects = cases.annotate(subject_of=Concat(Value("case:"), Cast("pk", CharField()))).values("subject_of")
    found = KeptPrint.objects.filter(subject__in=subjects)
    return found.filter(number__icontains=number.strip()) if number.strip() else found


def document_of(case: Case, wanted: Print, *, at: dt.datetime) -> Document:
    """A print of the case: the procedure's own document, or the application form built from its summary."""
    procedure = register[case.procedure]
    own = procedure.document(case, wanted.code, at=at)
    if own is not None:
        return own
    city = city_of(jurisdiction_id=case.jurisdiction_id)
    assert city is not None
    return Document(
        form="application",
        title=wanted.title,
        number=case.number,
        subject=subject_of(case),
        issuer=city.office_name,
        city=city.slug,
        data=_application(procedure, case, procedure.summary(case), at=at),
    )


def _application(procedure: Procedure, case: Case, summary: Summary, *, at: dt.datetime) -> Application:
    organisation = case.applicant_organisation
    contact = (Fact("经办人", case.contact_name), Fact("联系电话", case.contact_phone))
    present = set(case.files.values_list("paper", flat=True))
    return Application(
        applicant=procedure.applicant_name(case),
        applied_on=day_of(case.submitted_at or at),
        sections=(
            Section(f"{procedure.title}内容", tuple(Fact(fact.label, fact.value) for fact in summary.facts)),
            *((Section("经办信息", contact),) if organisation else ()),
        ),
        tables=tuple(
            Table(
                table.title,
                table.columns,
                tuple(tuple(row) for row in table.rows[:MOST_ROWS_PRINTED]),
                aligns="".join("r" if place in table.numeric else "l" for place in range(len(table.columns))),
            )
            for table in summary.tables
            if table.rows
        ),
        papers=tuple(paper.title for paper in procedure.papers_of(case) if paper.code in present),
        signs=(
            SignBox("申请单位（盖章）" if organisation else "申请人（签章）"),
            SignBox("受理意见"),
            SignBox("审核意见"),
        ),
    )


def keep(case: Case, code: str, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """Print a form of the case and keep it. Raises: KeyError when the procedure has no such print."""
    wanted = {one.code: one for one in register[case.procedure].prints_of(case)}[code]
    return printing.keep(document_of(case, wanted, at=at), by_id=by_id, at=at)

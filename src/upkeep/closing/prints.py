"""The statements as PDF, kept under their numbers, and as one workbook with a page for each."""

import datetime as dt
from collections.abc import Sequence

from upkeep.banking.models import CustodyAccount
from upkeep.casework.numbering import next_number
from upkeep.closing.models import ClosingCase
from upkeep.closing.periods import Period
from upkeep.closing.statements import Scope, Sheet, StatementKind, sheet_of
from upkeep.estate.models import Area
from upkeep.kernel.dates import day_of
from upkeep.kernel.money import yuan
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import city_of
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms.fund_statement import FundStatement, FundStatementRow, HeadGroup
from upkeep.printing.models import KeptPrint
from upkeep.printing.queries import prints_of
from upkeep.sheets.statement import BookPage, BookRow, statement_book

PREFIX = "BB"
#: What a close prints and keeps.
KEPT = (StatementKind.BALANCE, StatementKind.INCOME, StatementKind.NET_ASSETS)


def document_of(
    sheet: Sheet, *, scope: Scope, number: str, subject: str, made_by: str = "", checked_by: str = "", note: str = ""
) -> Document:
    """A statement ready to be printed."""
    place = Jurisdiction.objects.get(pk=scope.jurisdiction_id)
    city = city_of(jurisdiction_id=scope.jurisdiction_id)
    return Document(
        form="fund_statement",
        title=sheet.title,
        number=number,
        subject=subject,
        issuer=place.office_name,
        city=city.slug if city else "",
        data=FundStatement(
            code=sheet.code,
            when=sheet.when,
            first_head=sheet.first_head,
            groups=tuple(HeadGroup(title=title, columns=columns) for title, columns in sheet.groups),
            rows=tuple(
                FundStatementRow(
                    number=str(row.number),
                    label=row.label,
                    cells=tuple(yuan(fen) for fen in row.cells),
                    is_sum=row.is_sum,
                    indent=row.indent,
                )
                for row in sheet.rows
            ),
            scope=scope_name(scope),
            made_by=made_by,
            checked_by=checked_by,
            note=note,
        ),
    )


def scope_name(scope: Scope) -> str:
    """The area and custody account a statement is narrowed to; empty for all of a city."""
    custody = CustodyAccount.objects.filter(pk=scope.custody_id).first() if scope.custody_id else None
    area = Area.objects.filter(pk=scope.area_id).first() if scope.area_id else None
    named = [area.name] if area else []
    return "　".join([*named, f"{custody.name} {custody.number}"] if custody else named)


def subject_of(scope: Scope, sheet: Sheet) -> str:
    """Under which a statement that was printed at a desk is kept."""
    where = f"{scope.jurisdiction_id}:{scope.area_id or 0}:{scope.custody_id or 0}"
    return f"statement:{where}:{sheet.kind}:{sheet.period.key}"


def keep_statement(
    sheet: Sheet, *, scope: Scope, by_id: int, by_name: str, at: dt.datetime, note: str = ""
) -> KeptPrint:
    """Print a statement and keep it under a number of its own."""
    number = next_number(PREFIX, on=day_of(at))
    subject = subject_of(scope, sheet)
    document = document_of(sheet, scope=scope, number=number, subject=subject, made_by=by_name, note=note)
    return printing.keep(document, by_id=by_id, at=at, apart=len(sheet.rows) > 500)


def keep_statements(case: ClosingCase, *, at: dt.datetime) -> list[KeptPrint]:
    """The statements of the month that was closed, and at the year's end those of the year, kept with the case."""
    scope = Scope(jurisdiction_id=case.jurisdiction_id)
    periods = [case.period, *([Period(case.through.year)] if case.is_of_year else [])]
    kept = []
    for period in periods:
        for kind in KEPT:
            document = document_of(
                sheet_of(kind, scope=scope, period=period),
                scope=scope,
                number=next_number(PREFIX, on=day_of(at)),
                subject=case.subject,
                made_by=case.asked_by_name,
                checked_by=case.decided_by_name,
                note=f"{period.label}已结账，结账单 {case.number}。",
            )
            kept.append(printing.keep(document, by_id=case.decided_by_id, at=at))
    return kept


def kept_of(case: ClosingCase) -> list[KeptPrint]:
    """The statements kept with a close, in the order in which they were printed."""
    return list(prints_of(subject=case.subject).order_by("number"))


def workbook_of(sheets: Sequence[Sheet], *, scope: Scope) -> bytes:
    """The statements as a workbook, one page each, figures as numbers of yuan."""
    issuer = Jurisdiction.objects.get(pk=scope.jurisdiction_id).office_name
    name = scope_name(scope)
    return statement_book(
        [
            BookPage(
                name=sheet.title,
                title=sheet.title,
                code=sheet.code,
                left_note=f"编制单位：{issuer}{f'（{name}）' if name else ''}",
                right_note=f"{sheet.when}　单位：元",
                first_head=sheet.first_head,
                groups=sheet.groups,
                rows=tuple(
                    BookRow(number=row.number, label=row.label, cells=row.cells, is_sum=row.is_sum, indent=row.indent)
                    for row in sheet.rows
                ),
            )
            for sheet in sheets
        ]
    )

"""数据导出: the journal for programs that are not ours, tables of houses, owners and sub-accounts, and their data dictionary."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.accounting import exports
from upkeep.accounting.books_seen import books_seen
from upkeep.accounting.models import ExportKind
from upkeep.books.export import JournalFormat, journal_lines
from upkeep.kernel.errors import HasProblems
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import BOOKKEEPERS, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.accounting.tables import csv_file, text_file

PER_PAGE = 20
READERS = (*BOOKKEEPERS, Role.AUDIT_ADMIN)
_TABLES = [(kind.value, kind.label) for kind in exports.COLUMNS]


class TableForm(forms.Form):
    """Which table, and whether personal data is to be in full."""

    kind = forms.ChoiceField(label="内容", choices=_TABLES)
    in_full = forms.BooleanField(label="含完整姓名、证件号码和电话（仅业主）", required=False)
    reason = forms.CharField(
        label="用途", required=False, max_length=200, help_text="导出完整个人信息时必填，留存备查"
    )


class JournalForm(forms.Form):
    """For which program, through which day."""

    format = forms.ChoiceField(label="格式", choices=JournalFormat.choices)
    last = DayField(label="截止日期", required=False)
    sub_accounts = forms.BooleanField(label="科目细到每户分户账", required=False)


@access(*READERS)
@require_safe
def export_page(request: ActorRequest) -> HttpResponse:
    """What can be taken out, and what was."""
    form = TableForm()
    if not request.actor.has(*exports.IN_FULL):
        del form.fields["in_full"], form.fields["reason"]
    context = {
        "form": form,
        "journal": JournalForm(initial={"last": timezone.localdate()}),
        "may_export": request.actor.has(*BOOKKEEPERS),
        "page": Paginator(exports.exports_seen(request.actor), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "accounting/exports.html", context)


@access(*BOOKKEEPERS)
@require_POST
def export_table(request: ActorRequest) -> HttpResponseBase:
    """A table as CSV; the export is kept on record before its first row."""
    form = TableForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择要导出的内容")
        return redirect("accounting:exports")
    kind, in_full = ExportKind(form.cleaned_data["kind"]), form.cleaned_data["in_full"]
    try:
        exports.record_export(
            kind, in_full=in_full, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now()
        )
    except HasProblems as found:
        for problem in found.problems:
            messages.error(request, problem.text)
        return redirect("accounting:exports")
    rows = exports.rows_of(kind, actor=request.actor, in_full=in_full)
    header = [column.title for column in exports.COLUMNS[kind]]
    return csv_file(rows, header, f"{kind.label}-{timezone.localdate():%Y%m%d}")


@access(*BOOKKEEPERS)
@require_POST
def export_journal(request: ActorRequest) -> HttpResponseBase:
    """The journal of all books one sees, in whole fen, for hledger or beancount."""
    form = JournalForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择格式，日期按 2026-01-31 的样式填写")
        return redirect("accounting:exports")
    exports.record_export(ExportKind.JOURNAL, in_full=False, reason="", by=request.actor, at=timezone.now())
    wanted = JournalFormat(form.cleaned_data["format"])
    lines = journal_lines(
        wanted,
        sub_accounts=form.cleaned_data["sub_accounts"],
        book_ids=books_seen(request.actor).ids,
        last=form.cleaned_data["last"],
    )
    return text_file(lines, f"会计分录-{timezone.localdate():%Y%m%d}.{wanted.value}")


@access(*READERS)
@require_safe
def dictionary(request: ActorRequest) -> HttpResponseBase:
    """数据字典 of the tables."""
    header = ("导出内容", "列", "来源字段", "含义", "类型", "可取值")
    return csv_file(exports.dictionary(), header, "数据字典")

"""期初建账: the file with the banks' totals handed in, what is wrong with it, and the second person's decision."""

from collections.abc import Collection, Iterator, Sequence

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.accounting import openings
from upkeep.accounting.manual import CHECKERS
from upkeep.accounting.models import Opening, OpeningState
from upkeep.accounting.opening_rows import COLUMNS
from upkeep.accounting.openings import BankTotal
from upkeep.banking.custody_books import custodies_of
from upkeep.banking.models import CustodyAccount
from upkeep.jobs.models import Job
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.kernel.money import fen_from_text
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.roles import BOOKKEEPERS, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.accounting.evidence import Evidence, leads
from upkeep.web.accounting.tables import csv_file

PER_PAGE = 20
FAULTS_PER_PAGE = 50
MOST_UPLOADED = 300 * 1024 * 1024
_PARTS = (("bank", "银行存款余额"), ("bonds", "国债投资"), ("undistributed", "待分配累计收益"))


class OpeningForm(forms.Form):
    """The day, and what the bank says of every custody account."""

    opened_on = DayField(label="建账日期")

    def __init__(self, custodies: Sequence[CustodyAccount], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.custodies = custodies
        for custody in custodies:
            for part, label in _PARTS:
                box = forms.TextInput(
                    attrs={"inputmode": "decimal", "class": "num", "aria-label": f"{custody.name}{label}"}
                )
                self.fields[f"{part}-{custody.pk}"] = forms.CharField(label=label, required=False, widget=box)

    def rows(self) -> Iterator[tuple[CustodyAccount, list[forms.BoundField]]]:
        """Each custody account with its boxes."""
        for custody in self.custodies:
            yield custody, [self[f"{part}-{custody.pk}"] for part, _ in _PARTS]

    def clean(self) -> dict[str, object]:
        """Every amount as fen; a box left blank is 0."""
        cleaned = super().clean() or {}
        for name in list(cleaned):
            if name == "opened_on":
                continue
            try:
                cleaned[name] = fen_from_text(str(cleaned[name] or "0"))
            except ValueError:
                self.add_error(name, "请填写金额，单位元，最多两位小数")
        return cleaned

    def totals(self) -> dict[int, BankTotal]:
        """By custody account, those with anything in them."""
        found = {}
        for custody in self.custodies:
            bank, bonds, undistributed = (int(self.cleaned_data[f"{part}-{custody.pk}"]) for part, _ in _PARTS)
            if bank or bonds or undistributed:
                found[custody.pk] = BankTotal(bank_fen=bank, bonds_fen=bonds, undistributed_fen=undistributed)
        return found


@access(*BOOKKEEPERS)
@require_safe
def opening_list(request: ActorRequest) -> HttpResponse:
    """All openings one sees, the newest first."""
    rows = openings.visible_to(request.actor)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "may_hand_in": request.actor.has(Role.ACCOUNTANT),
    }
    return render(request, "accounting/openings.html", context)


@access(Role.ACCOUNTANT)
@require_http_methods(["GET", "POST"])
def new_opening(request: ActorRequest) -> HttpResponse:
    """The file and the banks' totals; handed in, it is read in the background."""
    custodies = list(custodies_of(request.actor.jurisdiction_id))
    form = OpeningForm(custodies, request.POST or None, initial={"opened_on": timezone.localdate()})
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        upload = request.FILES.get("file")
        if not isinstance(upload, UploadedFile) or not upload.size or upload.size > MOST_UPLOADED:
            problems.append(f"请选择期初建账表（CSV 或 xlsx，不超过 {MOST_UPLOADED // 1024 // 1024} MB）")
        else:
            try:
                opening = openings.hand_in(
                    file_name=upload.name or "",
                    chunks=upload.chunks(),
                    opened_on=form.cleaned_data["opened_on"],
                    totals=form.totals(),
                    by=request.actor,
                    at=timezone.now(),
                )
            except HasProblems as found:
                problems += [problem.text for problem in found.problems]
            else:
                return redirect("jobs:show", opening.job_id)
    return render(request, "accounting/new_opening.html", {"form": form, "problems": problems})


@access(Role.ACCOUNTANT)
@require_safe
def template(request: ActorRequest) -> StreamingHttpResponse:
    """建账表 of every house whose sub-account has never moved, to be filled in with its balance."""
    rows = openings.to_fill_in(request.actor, list(custodies_of(request.actor.jurisdiction_id)))
    return csv_file(rows, list(COLUMNS.values()), "期初建账表")


def _or_404(request: ActorRequest, number: str) -> Opening:
    found = openings.visible_to(request.actor).filter(number=tidy_number(number)).first()
    if found is None:
        raise Http404
    return found


@access(*BOOKKEEPERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One opening: its custody accounts beside their banks, what is wrong, and what may be done by whoever looks."""
    opening = _or_404(request, number)
    is_own, waits = opening.made_by_id == request.actor.user_id, opening.state_now is OpeningState.WAITING
    job = Job.objects.defer("arguments").filter(pk=opening.job_id or 0).first()
    faults = opening.fault_rows.order_by("row_no", "pk")
    context = {
        "opening": opening,
        "totals": opening.totals.select_related("custody__bank").order_by("custody__fund_kind", "custody__number"),
        "page": Paginator(faults, FAULTS_PER_PAGE).get_page(request.GET.get("page")) if opening.faults else None,
        "is_own": is_own and waits,
        "may_accept": waits and not is_own and request.actor.has(*CHECKERS),
        "may_return": (is_own or request.actor.has(*CHECKERS)) and openings.may_return(opening),
        "job": job,
        "under_way": opening.state_now in (OpeningState.READING, OpeningState.BOOKING) and job and not job.is_over,
    }
    return render(request, "accounting/opening.html", context)


@access(*BOOKKEEPERS)
@require_safe
def faults(request: ActorRequest, number: str) -> StreamingHttpResponse:
    """All that is wrong with a file, as a table."""
    opening = _or_404(request, number)
    rows = opening.fault_rows.order_by("row_no", "pk").values_list("row_no", "column", "text")
    told = ((str(row_no or "全表"), column, text) for row_no, column, text in rows.iterator(chunk_size=5_000))
    return csv_file(told, ("行号", "列", "错误"), f"期初建账错误-{opening.number}")


@access(*CHECKERS)
@require_POST
def accept(request: ActorRequest, number: str) -> HttpResponse:
    """It agrees with the banks: it is booked in the background."""
    opening = _or_404(request, number)
    try:
        done = openings.accept(opening.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("accounting:opening", opening.number)
    return redirect("jobs:show", done.job_id)


@access(*CHECKERS)
@require_POST
def send_back(request: ActorRequest, number: str) -> HttpResponse:
    """It is not to be booked."""
    opening = _or_404(request, number)
    try:
        openings.send_back(opening.pk, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now())
    except HasProblems as found:
        for problem in found.problems:
            messages.error(request, problem.text)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "期初数据已退回，可以整理后重新提交")
    return redirect("accounting:opening", opening.number)


@leads("opening")
def _of_openings(sources: Collection[str], actor: Actor) -> dict[str, Evidence]:
    """An opening balance leads to its opening: "opening:<id>" and "opening:<id>:<custody account>"."""
    ids = {source: source.split(":")[1] for source in sources}
    wanted = [int(text) for text in ids.values() if text.isdecimal() and len(text) < 20]
    found = {str(one.pk): one for one in openings.visible_to(actor).filter(pk__in=wanted)}
    return {
        source: Evidence(
            words="期初建账", number=found[text].number, url=f"/accounting/openings/{found[text].number}/"
        )
        for source, text in ids.items()
        if text in found
    }

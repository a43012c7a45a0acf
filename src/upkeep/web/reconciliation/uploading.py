"""Uploading a bank's statement file; small ones are matched at once, large ones in the background."""

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from upkeep.jobs import actions as jobs
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.kernel.money import fen_from_text
from upkeep.reconciliation.formats.known import FORMATS
from upkeep.reconciliation.formats.reading import read_statement
from upkeep.reconciliation.matching import match_custody
from upkeep.reconciliation.models import BankStatement, Channel
from upkeep.reconciliation.queries import custodies_visible_to, last_format
from upkeep.reconciliation.receiving import receive
from upkeep.web.access import ActorRequest, access
from upkeep.web.reconciliation.days import MOST_AT_ONCE
from upkeep.web.reconciliation.reach import WORKERS, custody_or_404

MOST_MB = 40
_TEMPLATE = "交易日期,交易时间,流水号,收入金额,支出金额,余额,对方户名,摘要\r\n"


class UploadForm(forms.Form):
    """One statement of one account. Day and balances are asked for only where the file has none."""

    custody = forms.ChoiceField(label="专户")
    format = forms.ChoiceField(label="文件格式", choices=[(one.code, one.title) for one in FORMATS.values()])
    day = DayField(label="对账日期", required=False, help_text="文件中没有流水（当日无发生额）时填写")
    opening = forms.CharField(label="期初余额", required=False, help_text="文件中没有余额时填写，单位元")

    def __init__(self, request: ActorRequest, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["custody"]
        assert isinstance(field, forms.ChoiceField)
        accounts = custodies_visible_to(request.actor).filter(is_active=True)
        field.choices = [
            (str(one.pk), f"{one.bank.name}　{one.get_fund_kind_display()}　{one.number}") for one in accounts
        ]

    def clean_opening(self) -> int | None:
        text = self.cleaned_data["opening"].strip()
        try:
            return fen_from_text(text) if text else None
        except ValueError:
            raise forms.ValidationError("请填写金额，单位元，最多两位小数") from None


@access(*WORKERS)
@require_http_methods(["GET", "POST"])
def upload(request: ActorRequest) -> HttpResponse:
    """Choose account, format and file; what is wrong with the file is listed, and nothing is kept then."""
    chosen = request.GET.get("custody", "")
    initial: dict[str, object] = {"custody": chosen, "day": request.GET.get("day", "")}
    if chosen.isdigit():
        initial["format"] = last_format(int(chosen))
    form = UploadForm(request, request.POST or None, initial=initial)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile) or not file.size or file.size > MOST_MB * 1024 * 1024:
            problems = [f"请选择银行的对账文件（不超过 {MOST_MB} MB）"]
        else:
            try:
                return _after(request, _received(request, form, file.read()))
            except HasProblems as found:
                problems = [problem.text for problem in found.problems]
            except Refusal as refused:
                problems = [str(refused)]
    context = {"form": form, "problems": problems, "formats": FORMATS.values(), "most_mb": MOST_MB}
    return render(request, "reconciliation/upload.html", context, status=422 if problems or form.errors else 200)


def _received(request: ActorRequest, form: UploadForm, content: bytes) -> BankStatement:
    data = form.cleaned_data
    custody = custody_or_404(request, int(data["custody"]))
    wanted = FORMATS[data["format"]]
    read = read_statement(content, wanted=wanted)
    day = read.day or data["day"]
    opening = data["opening"] if read.opening_fen is None else read.opening_fen
    if day is None:
        raise Refusal("文件中没有流水，请填写对账日期")
    if opening is None:
        raise Refusal("文件中没有余额，请填写期初余额")
    moved = sum(one.fen for one in read.lines)
    return receive(
        custody_id=custody.pk,
        day=day,
        opening_fen=opening,
        closing_fen=opening + moved if read.closing_fen is None else read.closing_fen,
        lines=read.lines,
        channel=Channel.FILE,
        format_code=wanted.code,
        by=request.actor,
        at=timezone.now(),
    )


def _after(request: ActorRequest, statement: BankStatement) -> HttpResponse:
    back = reverse("reconciliation:day", args=[statement.custody_id, statement.day])
    if statement.line_count > MOST_AT_ONCE:
        job = jobs.defer(
            kind="match_custody",
            title=f"自动勾对 {statement.day} 对账单 {statement.line_count:,} 笔",
            arguments={"custody_id": statement.custody_id, "back": back},
            by_id=request.actor.user_id,
            at=timezone.now(),
            lock=f"match:{statement.custody_id}",
        )
        return redirect("jobs:show", job.pk)
    done = match_custody(custody_id=statement.custody_id, at=timezone.now())
    messages.success(request, f"已收到 {statement.day} 对账单 {statement.line_count:,} 笔，自动勾对 {done.total:,} 笔")
    return redirect(back)


@access(*WORKERS)
@require_safe
def template(request: ActorRequest) -> HttpResponse:
    """The empty file of the common format."""
    response = HttpResponse(_TEMPLATE.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="statement.csv"'
    return response

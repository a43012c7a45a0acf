"""差异: the list of what is open, one difference with the acts on it, and the second person's decision."""

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.reconciliation import queries
from upkeep.reconciliation.acts import Item, decide, kinds_for, propose
from upkeep.reconciliation.models import TWO_PERSON_ACTS, ActKind, ActState, BankLine, BookMovement, DifferenceAct
from upkeep.reconciliation.suggesting import suggested_paper
from upkeep.reconciliation.wording import shown_party, what_it_is
from upkeep.web.access import ActorRequest, access
from upkeep.web.reconciliation.reach import DECIDERS, READERS, WORKERS

MOST_SHOWN = 300


class DifferenceFilterForm(forms.Form):
    """Which account, and whether what is known to be on its way is shown."""

    custody = forms.ChoiceField(label="专户", required=False)
    overdue = forms.BooleanField(label="只看须处理的", required=False)

    def __init__(self, request: ActorRequest) -> None:
        super().__init__(request.GET)
        field = self.fields["custody"]
        assert isinstance(field, forms.ChoiceField)
        accounts = list(queries.custodies_visible_to(request.actor))
        self._every = [one.pk for one in accounts]
        field.choices = [
            ("", "全部"),
            *((str(one.pk), f"{one.bank.name}　{one.get_fund_kind_display()}") for one in accounts),
        ]

    def custody_ids(self) -> list[int]:
        self.is_valid()
        chosen = self.cleaned_data.get("custody")
        return [int(chosen)] if chosen else self._every


class ActForm(forms.Form):
    """By which act a difference is worked off."""

    kind = forms.ChoiceField(label="处理方式", widget=forms.RadioSelect)
    number = forms.CharField(
        label="单据编号", required=False, max_length=30, help_text="补确认时填写交款通知单（JK）或付款通知（FK）编号"
    )
    until = DayField(label="在途至", required=False, help_text="列为在途时填写，到期仍未核销的重新提示")
    reason = forms.CharField(label="处理说明", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, item: Item, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        kinds = kinds_for(item)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (kind.value, kind.label + ("（须他人复核）" if kind in TWO_PERSON_ACTS else "")) for kind in kinds
        ]
        if not {ActKind.CONFIRM_SLIP, ActKind.CONFIRM_ORDER} & set(kinds):
            del self.fields["number"]


@access(*READERS)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """Both sides beside each other: what the bank has and we have not, and the other way round."""
    form = DifferenceFilterForm(request)
    ids = form.custody_ids()
    lines, movements = queries.open_lines(ids), queries.open_movements(ids)
    if form.cleaned_data.get("overdue"):
        today = day_of(timezone.now())
        lines, movements = queries.overdue(lines, on=today), queries.overdue(movements, on=today)
    context = {
        "form": form,
        "lines": [(one, what_it_is(one)) for one in lines[:MOST_SHOWN]],
        "movements": [(one, what_it_is(one)) for one in movements[:MOST_SHOWN]],
        "line_count": lines.count(),
        "movement_count": movements.count(),
        "most": MOST_SHOWN,
        "custody_id": ids[0] if len(ids) == 1 else 0,
        "may_join": len(ids) == 1 and request.actor.has(*WORKERS),
        "may_work": request.actor.has(*WORKERS),
    }
    return render(request, "reconciliation/differences.html", context)


@access(*READERS)
@require_http_methods(["GET", "POST"])
def line(request: ActorRequest, line_id: int) -> HttpResponse:
    """One line of the bank, what became of it, and what can be done."""
    seen = queries.custodies_visible_to(request.actor)
    found = BankLine.objects.select_related("custody__bank", "statement", "match").filter(custody__in=seen, pk=line_id)
    return _item(request, found)


@access(*READERS)
@require_http_methods(["GET", "POST"])
def movement(request: ActorRequest, movement_id: int) -> HttpResponse:
    """One movement of the books, what became of it, and what can be done."""
    seen = queries.custodies_visible_to(request.actor)
    found = BookMovement.objects.select_related("custody__bank", "match").filter(custody__in=seen, pk=movement_id)
    return _item(request, found)


def _item(request: ActorRequest, rows: QuerySet[BankLine] | QuerySet[BookMovement]) -> HttpResponse:
    item = rows.first()
    if item is None:
        raise Http404
    may_work = request.actor.has(*WORKERS) and item.match_id is None
    suggested = suggested_paper(item) if may_work and isinstance(item, BankLine) else None
    initial = {"number": suggested.number, "kind": kinds_for(item)[0]} if suggested else {}
    form = ActForm(item, request.POST or None, initial=initial)
    if request.method == "POST" and request.actor.has(*WORKERS) and form.is_valid() and _proposed(request, item, form):
        return redirect(request.path)
    acts = list(item.acts.order_by("asked_at"))
    waiting = next((one for one in acts if one.state_now is ActState.WAITING), None)
    is_line = isinstance(item, BankLine)
    context = {
        "item": item,
        "is_line": is_line,
        "what": what_it_is(item),
        "party": shown_party(item) if isinstance(item, BankLine) else "",
        "used": queries.used_for(item) if isinstance(item, BankLine) and item.match_id is None else None,
        "partner": queries.same_serial(item),
        "matched": queries.matched_with(item),
        "acts": acts,
        "waiting": waiting,
        "form": form,
        "suggested": suggested,
        "may_work": may_work and waiting is None and not (isinstance(item, BankLine) and item.is_replaced),
        "may_decide": bool(waiting) and request.actor.has(*DECIDERS) and waiting.asked_by_id != request.actor.user_id,  # type: ignore[union-attr]
        "is_own": bool(waiting) and waiting.asked_by_id == request.actor.user_id,  # type: ignore[union-attr]
        "may_take_apart": request.actor.has(*WORKERS) and item.match is not None and item.match.kind != "SERIAL",
    }
    return render(request, "reconciliation/item.html", context, status=422 if form.errors else 200)


def _proposed(request: ActorRequest, item: Item, form: ActForm) -> bool:
    data = form.cleaned_data
    try:
        act = propose(
            item,
            kind=ActKind(data["kind"]),
            reason=data["reason"],
            number=data.get("number", ""),
            until=data.get("until"),
            by=request.actor,
            at=timezone.now(),
        )
    except HasProblems as found:
        for problem in found.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.text)
        return False
    except Refusal as refused:
        form.add_error(None, str(refused))
        return False
    waits = act.state_now is ActState.WAITING
    label = act.get_kind_display()
    messages.success(request, f"“{label}”已提交，等待他人复核" if waits else f"已按“{label}”处理")
    return True


@access(*DECIDERS)
@require_POST
def decide_act(request: ActorRequest, act_id: int) -> HttpResponse:
    """The second person carries it out, or declines it."""
    seen = queries.custodies_visible_to(request.actor)
    act = DifferenceAct.objects.filter(custody__in=seen, pk=act_id).first()
    if act is None:
        raise Http404
    approve = "approve" in request.POST
    try:
        decide(act.pk, approve=approve, note=request.POST.get("note", ""), by=request.actor, at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已复核办理并记账" if approve else "已退回，不予办理")
    if act.bank_line_id:
        return redirect("reconciliation:line", act.bank_line_id)
    return redirect("reconciliation:movement", act.movement_id)

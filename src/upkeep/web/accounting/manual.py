"""手工凭证: written by an accountant, checked by a second person; its list, its page, its reversal."""

from collections.abc import Callable, Collection

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.accounting import manual
from upkeep.accounting.books_seen import books_seen
from upkeep.accounting.manual import CHECKERS
from upkeep.accounting.models import ManualState, ManualVoucher
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.roles import BOOKKEEPERS, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.accounting.evidence import Evidence, leads
from upkeep.web.accounting.manual_forms import empty_form, form_of, place_problems, typed_form, written_of

PER_PAGE = 20


class StateForm(forms.Form):
    """What the list is narrowed to."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *ManualState.choices])


@access(*BOOKKEEPERS)
@require_safe
def manual_list(request: ActorRequest) -> HttpResponse:
    """All manual vouchers one sees, the newest first, and how many wait to be checked."""
    form = StateForm(request.GET)
    form.is_valid()
    seen = manual.visible_to(request.actor)
    state = form.cleaned_data.get("state", "")
    context = {
        "form": form,
        "page": Paginator(seen.filter(state=state) if state else seen, PER_PAGE).get_page(request.GET.get("page")),
        "waiting": seen.filter(state=ManualState.WAITING).count(),
        "may_write": request.actor.has(Role.ACCOUNTANT),
        "names": books_seen(request.actor).names,
    }
    return render(request, "accounting/manual_list.html", context)


def _or_404(request: ActorRequest, number: str) -> ManualVoucher:
    found = manual.visible_to(request.actor).filter(number=tidy_number(number)).first()
    if found is None:
        raise Http404
    return found


@access(Role.ACCOUNTANT)
@require_http_methods(["GET", "POST"])
def write(request: ActorRequest, number: str = "") -> HttpResponse:
    """A new voucher, or a draft written anew; kept as a draft or handed in at once."""
    kept = _or_404(request, number) if number else None
    if kept is not None and not _may_write(kept, request.actor):
        messages.error(request, f"凭证{kept.get_state_display()}，由 {kept.made_by_name} 制单，不能修改")
        return redirect("accounting:manual_voucher", kept.number)
    seen, now = books_seen(request.actor), timezone.now()
    if request.method == "POST":
        form = typed_form(request, seen)
        if "more" not in request.POST:
            try:
                written = written_of(form, seen)
                if kept is None:
                    kept = manual.draft(written, by=request.actor, at=now)
                else:
                    manual.change(kept.pk, written, by=request.actor, at=now)
            except HasProblems as found:
                place_problems(form, found)
            except Refusal as refusal:
                form.problems.append(str(refusal))
            else:
                return _kept(request, kept)
    else:
        form = form_of(kept, seen) if kept else empty_form(seen, today=timezone.localdate())
    return render(request, "accounting/manual_form.html", {"form": form, "kept": kept})


def _kept(request: ActorRequest, kept: ManualVoucher) -> HttpResponse:
    """The draft is kept; "submit" hands it in as well."""
    if "submit" in request.POST:
        return _done(
            request,
            kept.number,
            lambda: manual.submit(kept.pk, by=request.actor, at=timezone.now()),
            f"凭证 {kept.number} 已提交，等待他人复核记账",
        )
    messages.success(request, f"凭证 {kept.number} 已保存为草稿")
    return redirect("accounting:manual_voucher", kept.number)


def _done(request: ActorRequest, number: str, act: Callable[[], ManualVoucher], said: str) -> HttpResponse:
    """Do it and say so, or say why not; the voucher's page follows."""
    try:
        number = act().number
    except HasProblems as found:
        for problem in found.problems:
            messages.error(request, problem.text)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("accounting:manual_voucher", number)


def _may_write(voucher: ManualVoucher, actor: Actor) -> bool:
    open_to_write = voucher.state_now in (ManualState.DRAFT, ManualState.RETURNED) and voucher.reverses_id is None
    return open_to_write and voucher.made_by_id == actor.user_id and actor.has(Role.ACCOUNTANT)


@access(*BOOKKEEPERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One manual voucher with what may be done to it by whoever looks."""
    voucher = _or_404(request, number)
    lines = list(voucher.lines.select_related("house__building"))
    waits, is_own = voucher.state_now is ManualState.WAITING, voucher.made_by_id == request.actor.user_id
    checks = request.actor.has(*CHECKERS)
    reversals = voucher.reversals.filter(state__in=(ManualState.WAITING, ManualState.POSTED))
    context = {
        "voucher": voucher,
        "book": books_seen(request.actor).names.get(voucher.book_id, ""),
        "lines": lines,
        "debit_fen": sum(line.debit_fen for line in lines),
        "credit_fen": sum(line.credit_fen for line in lines),
        "may_write": _may_write(voucher, request.actor),
        "may_drop": voucher.state_now in (ManualState.DRAFT, ManualState.RETURNED) and is_own,
        "may_approve": waits and checks and not is_own,
        "may_return": waits and (is_own or checks),
        "is_own": waits and is_own,
        "reversal": reversals.first(),
        "may_reverse": voucher.state_now is ManualState.POSTED
        and voucher.reverses_id is None
        and request.actor.has(Role.ACCOUNTANT)
        and not reversals,
        "today": timezone.localdate(),
    }
    return render(request, "accounting/manual_voucher.html", context)


@access(Role.ACCOUNTANT)
@require_POST
def submit(request: ActorRequest, number: str) -> HttpResponse:
    """Hand a draft in."""
    pk = _or_404(request, number).pk
    return _done(
        request, number, lambda: manual.submit(pk, by=request.actor, at=timezone.now()), "凭证已提交，等待他人复核记账"
    )


@access(Role.ACCOUNTANT)
@require_POST
def drop(request: ActorRequest, number: str) -> HttpResponse:
    """Give a draft up."""
    pk = _or_404(request, number).pk
    return _done(request, number, lambda: manual.drop(pk, by=request.actor, at=timezone.now()), "凭证已作废")


@access(*CHECKERS)
@require_POST
def approve(request: ActorRequest, number: str) -> HttpResponse:
    """The voucher is right: it is booked."""
    pk = _or_404(request, number).pk
    return _done(
        request, number, lambda: manual.approve(pk, by=request.actor, at=timezone.now()), f"凭证 {number} 已记账"
    )


@access(*CHECKERS)
@require_POST
def send_back(request: ActorRequest, number: str) -> HttpResponse:
    """The voucher is wrong: whoever wrote it writes it anew."""
    pk, reason = _or_404(request, number).pk, request.POST.get("reason", "")
    return _done(
        request,
        number,
        lambda: manual.send_back(pk, reason=reason, by=request.actor, at=timezone.now()),
        "凭证已退回制单人",
    )


class ReversalForm(forms.Form):
    """Why, and on which day."""

    booked_on = forms.DateField(required=False)
    reason = forms.CharField(required=False)


@access(Role.ACCOUNTANT)
@require_POST
def reverse(request: ActorRequest, number: str) -> HttpResponse:
    """Ask for the reversal of a booked voucher; a second person books it."""
    pk, form = _or_404(request, number).pk, ReversalForm(request.POST)
    form.is_valid()
    return _done(
        request,
        number,
        lambda: manual.ask_reversal(
            pk,
            reason=form.cleaned_data.get("reason") or "",
            booked_on=form.cleaned_data.get("booked_on") or timezone.localdate(),
            by=request.actor,
            at=timezone.now(),
        ),
        "冲销凭证已提交，等待他人复核记账",
    )


@leads("manual")
def _of_manual_vouchers(sources: Collection[str], actor: Actor) -> dict[str, Evidence]:
    """An entry made by hand leads to its manual voucher: "manual:<id>"."""
    ids = {source: source.partition(":")[2] for source in sources}
    wanted = [int(text) for text in ids.values() if text.isdecimal() and len(text) < 20]
    found = {str(one.pk): one for one in manual.visible_to(actor).filter(pk__in=wanted)}
    return {
        source: Evidence(
            words=found[text].summary, number=found[text].number, url=f"/accounting/manual/{found[text].number}/"
        )
        for source, text in ids.items()
        if text in found
    }

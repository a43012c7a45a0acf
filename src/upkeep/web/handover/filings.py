"""使用备案: what assemblies that keep their fund themselves decide to spend."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from upkeep.estate.models import Area
from upkeep.estate.queries import visible_to
from upkeep.handover.actions import file_use
from upkeep.handover.models import HandOver, HandOverState
from upkeep.handover.queries import filings_visible_to
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField, MoneyField
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.handover.pages import READERS


class FilingForm(forms.Form):
    """One decided use."""

    title = forms.CharField(label="维修项目", max_length=100)
    works = forms.CharField(label="列支范围", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    amount_fen = MoneyField(label="费用（元）")
    decided_on = DayField(label="业主大会通过日期")


@access(*READERS)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """The filings the actor sees; a committee may add to those of its own areas."""
    own = HandOver.objects.filter(area__in=visible_to(request.actor), state=HandOverState.FINISHED)
    areas = Area.objects.filter(pk__in=own.values("area_id")) if request.actor.has(Role.OWNERS_COMMITTEE) else []
    page = Paginator(filings_visible_to(request.actor), 20).get_page(request.GET.get("page"))
    return render(request, "handover/filings.html", {"page": page, "areas": areas})


@access(Role.OWNERS_COMMITTEE)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest, area_id: int) -> HttpResponse:
    """File one use; nobody approves it."""
    area = Area.objects.filter(pk=area_id, pk__in=visible_to(request.actor)).first()
    if area is None:
        raise Http404
    form = FilingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = file_use(area=area, by=request.actor, at=timezone.now(), **form.cleaned_data)
        except HasProblems as found:
            for problem in found.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.text)
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已备案，备案编号 {made.number}")
            return redirect("handover:filings")
    return render(
        request, "handover/new_filing.html", {"area": area, "form": form}, status=422 if form.errors else 200
    )

"""打印欠款催缴通知单 of an order: the letters of its houses in arrears as one file."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.deposits.arrears import houses_in_arrears
from upkeep.deposits.letters import demand
from upkeep.estate.queries import owner_names
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.policy.further_rule import further_rule
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import project_of
from upkeep.repairs.shares import shortfalls
from upkeep.repairs.stages import Stage
from upkeep.repairs.withdrawal_orders import short_sentence
from upkeep.repairs.withdrawal_orders_lists import letter_batches
from upkeep.web.access import ActorRequest, access
from upkeep.web.deposits.arrears import DemandForm
from upkeep.web.orders.reach import STARTERS, own_order_or_404
from upkeep.web.projects.reach import put_on_form


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def letters(request: ActorRequest, number: str) -> HttpResponse:
    """The order's houses in arrears, the letters sent before, and until when to pay; a POST sends letters to all of them."""
    case = own_order_or_404(request, number)
    project = project_of(case)
    if project is None:
        raise Http404
    rule = further_rule(jurisdiction_id=project.jurisdiction_id, on=timezone.localdate())
    latest = timezone.localdate() + dt.timedelta(days=rule.letter_days)
    form = DemandForm(request.POST or None, initial={"deadline": latest})
    form.use_required_attribute = False
    house_ids = list(project.houses.values_list("house_id", flat=True))
    if request.method == "POST" and form.is_valid():
        answer = _send(request, project, form, house_ids)
        if answer is not None:
            return answer
    found = houses_in_arrears([project.area], on=timezone.localdate(), house_ids=house_ids)
    names = owner_names([one.house.pk for one in found])
    short = shortfalls(project) if project.stage_now is Stage.REVIEW else {}
    context = {
        "case": case,
        "project": project,
        "form": form,
        "rows": [(one, names.get(one.house.pk, "")) for one in found],
        "owed_fen": sum(one.owed.amount_fen for one in found),
        "short": short_sentence(short) if short else "",
        "batches": letter_batches(project),
    }
    return render(request, "orders/letters.html", context)


def _send(
    request: ActorRequest, project: RepairProject, form: DemandForm, house_ids: list[int]
) -> HttpResponse | None:
    try:
        batch = demand(
            area=project.area,
            house_ids=house_ids,
            deadline=form.cleaned_data["deadline"],
            with_slips=form.cleaned_data["with_slips"],
            by=request.actor,
            at=timezone.now(),
        )
    except HasProblems as problems:
        put_on_form(form, problems)
        return None
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, f"已开具 {batch.letter_count:,} 份催缴通知单，正在打印成一个文件")
    return redirect("deposits:letter_batch", batch.number)

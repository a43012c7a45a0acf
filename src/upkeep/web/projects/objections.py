"""异议与答复 of a project's notices: read by whoever sees the project, answered by its starter and the office."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.roles import REVIEWERS
from upkeep.publishing.models import Objection
from upkeep.publishing.objections import LONGEST, objections_on, said_of
from upkeep.repairs.objecting import answer, may_answer
from upkeep.repairs.queries import STARTERS
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import READERS, project_or_404

PER_PAGE = 20


class AnswerForm(forms.Form):
    """What is answered, and whether the objection itself stays hidden."""

    text = forms.CharField(
        label="答复",
        max_length=LONGEST * 2,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST}),
        error_messages={"required": "请填写答复内容"},
    )
    hides_text = forms.BooleanField(label="异议涉及他人个人信息或与公示无关，其内容不公开", required=False)


@access(*READERS)
@require_safe
def objections(request: ActorRequest, number: str) -> HttpResponse:
    """Every objection to the project's notices, those that wait for an answer first."""
    project = project_or_404(request, number)
    page = Paginator(objections_on(project.source), PER_PAGE).get_page(request.GET.get("page"))
    rows = said_of(list(page))
    context = {
        "project": project,
        "page": page,
        "rows": [(one, may_answer(one.objection.notice, actor=request.actor)) for one in rows],
        "is_office": request.actor.has(*REVIEWERS),
        "longest": LONGEST,
    }
    return render(request, "projects/objections.html", context)


@access(*STARTERS, *REVIEWERS)
@require_POST
def answer_objection(request: ActorRequest, number: str, objection_number: str) -> HttpResponse:
    """One answer; it stands on the public page at once."""
    project = project_or_404(request, number)
    objection = Objection.objects.filter(number=objection_number, notice__source=project.source).first()
    if objection is None:
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写答复内容")
    else:
        try:
            answer(objection.pk, **form.cleaned_data, by=request.actor, at=timezone.now())
        except HasProblems as wrong:
            messages.error(request, str(wrong))
        except Refusal as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"已答复{objection.shown_as}的异议，答复已在公示页面公开")
    return redirect("projects:objections", project.number)

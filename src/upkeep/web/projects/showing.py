"""The list of projects, and a project with all that hangs on it."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.casework.queries import get_case
from upkeep.parties.actor import Actor
from upkeep.policy.voting_rule import rule_from_json
from upkeep.printing.queries import prints_of
from upkeep.publishing.queries import notices_on
from upkeep.repairs import queries
from upkeep.repairs.acts.act import Act
from upkeep.repairs.acts.offered import acts_for, step_number, waiting_for
from upkeep.repairs.documents import subject_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.notices import facts_of, works_of
from upkeep.repairs.stages import STEPS, Stage
from upkeep.voting.queries import latest_vote, result_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import READERS, act_url, project_or_404

PER_PAGE = 20
HOUSES_PER_PAGE = 50


class ProjectFilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(label="项目编号 / 名称 / 小区", required=False)
    stage = forms.ChoiceField(label="项目阶段", required=False, choices=[("", "全部"), *Stage.choices])


def _with_urls(project: RepairProject, acts: list[Act]) -> list[tuple[Act, str]]:
    return [(act, act_url(project, act.code)) for act in acts]


@access(*READERS)
@require_safe
def project_list(request: ActorRequest) -> HttpResponse:
    """维修项目列表: one row per project with its stage, only the acts now open, and why the next is not."""
    form = ProjectFilterForm(request.GET)
    form.is_valid()
    text, stage = form.cleaned_data.get("q", ""), form.cleaned_data.get("stage", "")
    found = queries.project_list(actor=request.actor, text=text, stage=stage)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        (one, _with_urls(one, acts_for(one, actor=request.actor, thoroughly=False)), waiting_for(one)) for one in page
    ]
    context = {"form": form, "page": page, "rows": rows, "may_start": _may_start(request.actor)}
    return render(request, "projects/list.html", context)


def _may_start(actor: Actor) -> bool:
    return queries.areas_to_start_in(actor).exists()


@access(*READERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """A project: facts, where it stands, what can be done, houses, notices, vote, application, payments, history."""
    project = project_or_404(request, number)
    vote, application = latest_vote(project.source), queries.application_of(project)
    context = {
        "project": project,
        "facts": facts_of(project),
        "steps": [title for title, _ in STEPS[project.kind_now]],
        "now": step_number(project),
        "acts": _with_urls(project, acts_for(project, actor=request.actor)),
        "waiting": waiting_for(project),
        "works": works_of(project),
        "sums": queries.sums_of(project),
        "houses": Paginator(queries.project_houses(project), HOUSES_PER_PAGE).get_page(request.GET.get("page")),
        "notices": notices_on(project.source),
        "vote": vote,
        "rule": rule_from_json(vote.rule) if vote else None,
        "result": result_of(vote) if vote else None,
        "application": application,
        "application_is_mine": bool(application and get_case(application.number, actor=request.actor)),
        "orders": queries.orders_of(project),
        "events": [
            {"title": event.get_move_display(), "who": event.by_name, "at": event.at, "note": event.note}
            for event in queries.history(project)
        ],
        "prints": prints_of(subject=subject_of(project)),
        "is_own": project.organisation_id == request.actor.organisation_id,
        "today": timezone.localdate(),
    }
    return render(request, "projects/show.html", context)

"""The list of projects, and a project with all that hangs on it."""

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.kernel.forms import DayField
from upkeep.parties.actor import Actor
from upkeep.policy.voting_rule import rule_from_json
from upkeep.printing.queries import prints_of
from upkeep.publishing.queries import notices_on
from upkeep.repairs import merged_list, queries
from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.acts.offered import acts_for, step_number, waiting_for
from upkeep.repairs.deciding import present_vote
from upkeep.repairs.documents import subject_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.notices import facts_of, works_of
from upkeep.repairs.stages import STEPS, ProjectKind, Stage
from upkeep.repairs.warranty import warranties_of
from upkeep.voting.queries import result_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.cancelling import going_back_of
from upkeep.web.projects.draft import draft_tabs, lacks_with_urls
from upkeep.web.projects.editing import KINDS, TITLES
from upkeep.web.projects.paying_context import money_context
from upkeep.web.projects.reach import READERS, act_url, project_or_404

PER_PAGE = 20
#: Reached from 修改 as the pages of the draft; the list offers them only when they come next.
DRAFT_PAGES = (ActCode.WORKS, ActCode.HOUSES, ActCode.PLAN)
HOUSES_PER_PAGE = 20


class ProjectFilterForm(forms.Form):
    """What the list is narrowed to. A wrong choice narrows nothing."""

    q = forms.CharField(label="项目编号 / 名称 / 小区", required=False)
    stage = forms.ChoiceField(label="项目阶段", required=False, choices=[("", "全部"), *Stage.choices])
    kind = forms.ChoiceField(label="项目类型", required=False, choices=[("", "全部"), *ProjectKind.choices])
    area = forms.ChoiceField(label="物业区域", required=False)
    since = DayField(label="创建日起", required=False)
    until = DayField(label="创建日止", required=False)
    overdue = forms.ChoiceField(label="办结期限", required=False, choices=[("", "全部"), ("1", "已超期")])

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *((str(one.pk), one.name) for one in queries.areas_of_projects(actor))]

    def wanted(self, *, on: dt.date) -> queries.Narrowed:
        """What the address asks for."""
        self.is_valid()
        data = self.cleaned_data
        return queries.Narrowed(
            text=data.get("q", ""),
            stage=data.get("stage", ""),
            kind=data.get("kind", ""),
            area_id=int(data["area"]) if data.get("area") else None,
            since=data.get("since"),
            until=data.get("until"),
            overdue_on=on if data.get("overdue") else None,
        )


def _with_urls(project: RepairProject, acts: list[Act]) -> list[tuple[Act, str]]:
    return [(act, act_url(project, act.code)) for act in acts]


@access(*READERS)
@require_safe
def project_list(request: ActorRequest) -> HttpResponse:
    """维修项目列表: one row per project with its stage, only the acts now open, and why the next is not."""
    today = timezone.localdate()
    form = ProjectFilterForm(request.actor, request.GET)
    found = queries.project_list(actor=request.actor, to=form.wanted(on=today))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        (
            one,
            _with_urls(one, acts_for(one, actor=request.actor, thoroughly=False)),
            waiting_for(one),
            one.is_overdue(on=today),
        )
        for one in page
    ]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "kinds": [(kind, TITLES[kind]) for kind, _ in KINDS] if _may_start(request.actor) else [],
        "draft_pages": DRAFT_PAGES,
        "overdue": queries.overdue_count(actor=request.actor, on=today),
    }
    return render(request, "projects/list.html", context)


def _may_start(actor: Actor) -> bool:
    return queries.areas_to_start_in(actor).exists()


@access(*READERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """A project: facts, where it stands, what can be done, houses, notices, vote, application, payments, history."""
    project = project_or_404(request, number)
    vote = present_vote(project)
    context = (
        {
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
            **money_context(project, actor=request.actor),
            "orders": queries.orders_of(project),
            "events": [
                {"title": event.get_move_display(), "who": event.by_name, "at": event.at, "note": event.note}
                for event in queries.history(project)
            ],
            "prints": prints_of(subject=subject_of(project)),
            "is_own": project.organisation_id == request.actor.organisation_id,
            "today": timezone.localdate(),
        }
        | _of_draft(request, project)
        | going_back_of(request, project)
    )
    return render(request, "projects/show.html", context)


def _of_draft(request: ActorRequest, project: RepairProject) -> dict[str, Any]:
    """What a draft still lacks, its pages, warranties; the plan and the papers of any project."""
    today = timezone.localdate()
    context: dict[str, Any] = {
        "phases": project.phases.order_by("number"),
        "papers": project.papers.order_by("uploaded_at", "pk"),
        "merged": merged_list.sums_of(project),
    }
    is_draft = project.stage_now is Stage.NEW and project.kind_now is not ProjectKind.ORDER
    if is_draft and project.organisation_id == request.actor.organisation_id:
        context |= {
            "tabs": draft_tabs(project),
            "lacks": lacks_with_urls(project),
            "warranties": [one for one in warranties_of(project, on=today).values() if not one.blocks],
        }
    return context

"""Finding the project a page is about (what the actor does not see is not there), and where an act leads."""

from django import forms
from django.http import Http404
from django.urls import reverse

from upkeep.kernel.errors import HasProblems
from upkeep.parties.roles import OFFICE
from upkeep.repairs.acts.act import ActCode
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import STARTERS, get_project
from upkeep.web.access import ActorRequest

READERS = (*OFFICE, *STARTERS)
_PUBLISHES = "publish_"


def project_or_404(request: ActorRequest, number: str) -> RepairProject:
    """Raises: Http404 when the actor does not see it."""
    project = get_project(number, actor=request.actor)
    if project is None:
        raise Http404
    return project


def own_project_or_404(request: ActorRequest, number: str) -> RepairProject:
    """The project while the actor's organisation runs it. Raises: Http404."""
    project = project_or_404(request, number)
    if project.organisation_id != request.actor.organisation_id:
        raise Http404
    return project


def project_url(project: RepairProject) -> str:
    """The project's page."""
    return reverse("projects:show", args=[project.number])


def act_url(project: RepairProject, code: ActCode) -> str:
    """The page of an act: its code is the name of the page, and those that publish share one."""
    if code.value.startswith(_PUBLISHES):
        return reverse("projects:publish", args=[project.number, code.value.removeprefix(_PUBLISHES)])
    return reverse(f"projects:{code.value}", args=[project.number])


def put_on_form(form: forms.Form, problems: HasProblems) -> None:
    """Each problem at its field; what has no field stands on top."""
    for problem in problems.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.text)

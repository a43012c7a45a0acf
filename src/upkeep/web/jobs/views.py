"""The progress of background work. Only who asked for it sees it."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from upkeep.jobs.models import Job
from upkeep.parties.roles import BANK, OFFICE, ORGANISATION
from upkeep.web.access import ActorRequest, access

ASKERS = (*OFFICE, *ORGANISATION, *BANK)


@access(*ASKERS)
@require_GET
def show(request: ActorRequest, job_id: int) -> HttpResponse:
    """How far the work is; once done, the page it leads to. It can be left and come back to."""
    job = Job.objects.defer("arguments").filter(pk=job_id, asked_by_id=request.actor.user_id).first()
    if job is None:
        raise Http404
    following = str((job.result or {}).get("next", "")).replace("{job}", str(job.pk))
    if job.state == "DONE" and following:
        return _lead_on(request, following)
    template = "jobs/progress.html" if request.headers.get("HX-Request") else "jobs/show.html"
    # What was asked may hold a whole workbook: it is read only where the work failed and somebody has to go back.
    back_url = job.arguments.get("back", "") if job.state == "FAILED" else ""
    return render(request, template, {"job": job, "sentences": job.sentences, "back_url": back_url})


def _lead_on(request: ActorRequest, following: str) -> HttpResponse:
    """To the next page; htmx is told in a header, for it would put the page into the progress box."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(following)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = following
    return response


@access(*ASKERS)
@require_GET
def job_list(request: ActorRequest) -> HttpResponse:
    """The work one asked for lately."""
    jobs = (
        Job.objects.defer("arguments", "result").filter(asked_by_id=request.actor.user_id).order_by("-asked_at")[:50]
    )
    return render(request, "jobs/list.html", {"jobs": jobs})

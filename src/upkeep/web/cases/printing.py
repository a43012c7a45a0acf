"""The prints of a case: as kept, as often as wanted."""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from upkeep.casework import prints
from upkeep.parties.roles import EVERYONE
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import case_or_404


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF shown in the browser under a Chinese name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=f"{name}.pdf") or ""
    response["Cache-Control"] = "private, no-store"
    return response


@access(*EVERYONE)
@require_GET
def show(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A kept print of the case."""
    case = case_or_404(request, number)
    kept = next((one for one in prints_of(subject=prints.subject_of(case)) if one.pk == print_id), None)
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")

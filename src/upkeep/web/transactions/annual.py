"""年度结存单: has the slips of a year printed for areas or the whole city, shows how far it is, hands out the PDFs."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.banking.annual import ask_for, lock_of, years_of_areas
from upkeep.estate.queries import area_list, get_area, visible_to
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import OFFICE, ORGANISATION, Role
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf

READERS = (*OFFICE, *ORGANISATION)
MAKERS = (Role.ACCOUNTANT, Role.CASHIER)
PER_PAGE = 20
#: How many years back one may ask for.
_YEARS = 5


def _year(request: ActorRequest) -> int:
    """The year asked for; last year where none is, or one that nobody kept books in."""
    last = timezone.localdate().year - 1
    text = (request.POST or request.GET).get("year", "")
    return int(text) if text.isascii() and text.isdigit() and last - _YEARS < int(text) <= last else last


@access(*READERS)
@require_safe
def annual(request: ActorRequest) -> HttpResponse:
    """The areas one sees with what is printed of the year."""
    year, text = _year(request), request.GET.get("q", "").strip()
    page = Paginator(area_list(actor=request.actor, text=text), PER_PAGE).get_page(request.GET.get("page"))
    rows = years_of_areas(list(page), year=year)
    context = {
        "q": text,
        "year": year,
        "years": [timezone.localdate().year - 1 - back for back in range(_YEARS)],
        "page": page,
        "rows": rows,
        "under_way": any(row.job is not None and not row.job.is_over for row in rows),
        "may_make": request.actor.has(*MAKERS),
        "area_count": visible_to(request.actor).count(),
    }
    return render(request, "transactions/annual.html", context)


@access(*MAKERS)
@require_POST
def make(request: ActorRequest) -> HttpResponse:
    """Has the slips of one area printed, or of all that one sees."""
    year, areas = _year(request), visible_to(request.actor)
    wanted = request.POST.get("area", "")
    if wanted:
        areas = (
            areas.filter(pk=int(wanted))
            if wanted.isascii() and wanted.isdigit() and len(wanted) < 19
            else areas.none()
        )
        if not areas:
            raise Http404
    try:
        begun = ask_for(list(areas.order_by("name")), year=year, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        said = f"已开始生成 {begun} 个小区的年度结存单，可以离开本页" if begun else "这些小区的年度结存单正在生成"
        messages.success(request, said)
    return redirect(f"{reverse('transactions:annual')}?year={year}")


@access(*READERS)
@require_safe
def annual_print(request: ActorRequest, area_id: int, print_id: int) -> HttpResponse:
    """The PDF of an area's year."""
    area, year = get_area(area_id, actor=request.actor), _year(request)
    kept = prints_of(subject=lock_of(area_id, year)).filter(pk=print_id).first() if area else None
    if area is None or kept is None:
        raise Http404
    return pdf(content_of(kept), f"年度结存单-{area.name}-{year}")

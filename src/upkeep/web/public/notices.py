"""公示 of repair projects, for everyone (P3): open and closed ones of a city, each as it was published."""

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.kernel.dates import day_of
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import get_city
from upkeep.parties.roles import EVERYONE, Role
from upkeep.publishing.models import NoticeKind
from upkeep.publishing.objections import counts_of, objections_of, said_of
from upkeep.publishing.queries import get_notice, public_notices
from upkeep.web.access import ActorRequest, access
from upkeep.web.notice_lists import notice_body
from upkeep.web.site.frame import frame

PER_PAGE = 20
HERE = "维修项目公示"


class NoticeFilterForm(forms.Form):
    """What the list is narrowed to."""

    area = forms.CharField(label="小区", required=False, max_length=100)
    q = forms.CharField(label="项目名称或公示编号", required=False, max_length=100)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *NoticeKind.choices])


def city_or_404(request: ActorRequest, slug: str) -> Jurisdiction:
    city = request.city if request.city and request.city.slug == slug else get_city(slug)
    if city is None:
        raise Http404
    request.city = city
    return city


@access(*EVERYONE)
@require_safe
def notice_list(request: ActorRequest, city: str) -> HttpResponse:
    """The notices of a city: those one may still object to first."""
    found, today = city_or_404(request, city), timezone.localdate()
    form = NoticeFilterForm(request.GET)
    form.is_valid()
    is_open = request.GET.get("closed") != "1"
    notices = public_notices(
        city_id=found.pk,
        on=today,
        is_open=is_open,
        text=form.cleaned_data.get("q", ""),
        area=form.cleaned_data.get("area", ""),
        kind=form.cleaned_data.get("kind", ""),
    )
    tabs = [
        ("公示中", request.path, public_notices(city_id=found.pk, on=today, is_open=True).count()),
        ("已结束", f"{request.path}?closed=1", public_notices(city_id=found.pk, on=today, is_open=False).count()),
    ]
    page = Paginator(notices, PER_PAGE).get_page(request.GET.get("page"))
    counts = counts_of(list(page))
    context = frame(found, here=HERE) | {
        "form": form,
        "page": page,
        "rows": [(one, *counts.get(one.pk, (0, 0))) for one in page],
        "states": tabs,
        "now": "公示中" if is_open else "已结束",
    }
    return render(request, "public/notices.html", context)


@access(*EVERYONE)
@require_safe
def show_notice(request: ActorRequest, city: str, number: str) -> HttpResponse:
    """A notice, word for word as it was published, with the objections of owners and what was answered."""
    found = city_or_404(request, city)
    notice = get_notice(number, city_id=found.pk)
    if notice is None:
        raise Http404
    context = frame(found, here=HERE) | {
        "notice": notice,
        "body": notice_body(notice.body, page=request.GET.get("page"), text=request.GET.get("q", "")),
        "published_on": day_of(notice.published_at),
        "is_open": notice.open_until >= timezone.localdate(),
        "said": Paginator(objections_of(notice), PER_PAGE).get_page(request.GET.get("objections")),
        "is_owner": request.actor.has(Role.OWNER),
    }
    context["said_here"] = said_of(list(context["said"]))
    return render(request, "public/notice.html", context)

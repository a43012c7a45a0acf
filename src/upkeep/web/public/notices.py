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
from upkeep.parties.roles import EVERYONE
from upkeep.publishing.models import NoticeKind
from upkeep.publishing.queries import get_notice, public_notices
from upkeep.web.access import ActorRequest, access
from upkeep.web.site.frame import frame

PER_PAGE = 20
HERE = "维修项目公示"


class NoticeFilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(label="小区或项目名称", required=False)
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
        kind=form.cleaned_data.get("kind", ""),
    )
    tabs = [
        ("公示中", request.path, public_notices(city_id=found.pk, on=today, is_open=True).count()),
        ("已结束", f"{request.path}?closed=1", public_notices(city_id=found.pk, on=today, is_open=False).count()),
    ]
    page = Paginator(notices, PER_PAGE).get_page(request.GET.get("page"))
    context = frame(found, here=HERE) | {
        "form": form,
        "page": page,
        "states": tabs,
        "now": "公示中" if is_open else "已结束",
    }
    return render(request, "public/notices.html", context)


@access(*EVERYONE)
@require_safe
def show_notice(request: ActorRequest, city: str, number: str) -> HttpResponse:
    """A notice, word for word as it was published."""
    found = city_or_404(request, city)
    notice = get_notice(number, city_id=found.pk)
    if notice is None:
        raise Http404
    context = frame(found, here=HERE) | {
        "notice": notice,
        "published_on": day_of(notice.published_at),
        "today": timezone.localdate(),
    }
    return render(request, "public/notice.html", context)

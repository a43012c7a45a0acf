"""新闻动态, 政策法规, 办事指南, 下载中心, 常见问题: lists, articles, files, search (P1). Everyone reads them."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from upkeep.parties.models import Jurisdiction
from upkeep.parties.roles import EVERYONE
from upkeep.publishing.files import content_of
from upkeep.publishing.models import ArticleFile, ArticleVersion, Column
from upkeep.publishing.reading import files_listed, get_published, neighbours, published
from upkeep.publishing.text import ShownFile, marked, plain, to_html
from upkeep.web.access import ActorRequest, access
from upkeep.web.public.notices import city_or_404
from upkeep.web.site.frame import COLUMNS, SLUGS, column_url, frame, offices_of
from upkeep.web.site.guides import guides_of, templates_of

PER_PAGE = 15


class SearchForm(forms.Form):
    """What a list is narrowed to."""

    q = forms.CharField(label="标题或内容", required=False, max_length=50)


@access(*EVERYONE)
@require_safe
def column_page(request: ActorRequest, city: str, column: str) -> HttpResponse:
    """One column: what is pinned, then the newest; guides and templates of the program itself above what was written."""
    found, at = city_or_404(request, city), timezone.now()
    if column not in COLUMNS:
        raise Http404
    wanted = COLUMNS[column]
    text = _text(request)
    rows = published(city_id=found.pk, at=at, column=wanted, text=text)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = frame(found, here=wanted.label) | {
        "title": wanted.label,
        "form": SearchForm(request.GET),
        "page": page,
        "rows": [(one, plain(one.version.body)) for one in page],
        "guides": guides_of(found, text=text) if wanted is Column.GUIDE else (),
        "templates": templates_of(found, text=text) if wanted is Column.DOWNLOAD else (),
    }
    return render(request, "site/column.html", context)


@access(*EVERYONE)
@require_safe
def search(request: ActorRequest, city: str) -> HttpResponse:
    """One box for all columns and guides; what was searched for is marked."""
    found, text = city_or_404(request, city), _text(request)
    rows = published(city_id=found.pk, at=timezone.now(), text=text)
    page = Paginator(rows if text else rows.none(), PER_PAGE).get_page(request.GET.get("page"))
    context = frame(found) | {
        "q": text,
        "page": page,
        "rows": [
            (one, marked(one.version.title, text), marked(plain(_around(one.version.body, text)), text))
            for one in page
        ],
        "guides": guides_of(found, text=text) if text else (),
    }
    return render(request, "site/search.html", context)


def _text(request: ActorRequest) -> str:
    return request.GET.get("q", "").strip()[:50]


def _around(body: str, text: str) -> str:
    """The part of the text where the words stand."""
    place = body.lower().find(text.lower())
    return body[max(place - 30, 0) :]


@access(*EVERYONE)
@require_safe
def article(request: ActorRequest, city: str, number: str) -> HttpResponse:
    """One article as it was published, with the one before and the one after."""
    found, at = city_or_404(request, city), timezone.now()
    shown = get_published(number, city_id=found.pk, at=at)
    if shown is None:
        raise Http404
    newer, older = neighbours(shown, city_id=found.pk, at=at)
    base = reverse("site:article", args=[found.slug, number])
    context = article_context(found, shown.version, file_base=f"{base}files/") | {
        "dated_on": shown.dated_on,
        "corrected_at": shown.begins_at if shown.begins_at.date() > shown.dated_on else None,
        "newer": newer,
        "older": older,
    }
    return render(request, "site/article.html", context)


def article_context(city: Jurisdiction, version: ArticleVersion, *, file_base: str) -> dict[str, Any]:
    """What the article's page shows of a version; the desk's preview shows the same."""
    files = files_listed(version)
    shown = {file.place: ShownFile(f"{file_base}{file.place}/", file.is_picture) for file in files}
    return frame(city, here=Column(version.column).label) | {
        "version": version,
        "column_title": Column(version.column).label,
        "column_url": column_url(city, version.column),
        "html": to_html(version.body, files=shown),
        "files": [(file, shown[file.place].url) for file in files if not file.is_picture],
    }


@access(*EVERYONE)
@require_safe
def article_file(request: ActorRequest, city: str, number: str, place: int) -> HttpResponse:
    """A file of an article that is public now; of any other, nothing."""
    found = city_or_404(request, city)
    shown = get_published(number, city_id=found.pk, at=timezone.now())
    listed = {file.place: file for file in files_listed(shown.version)} if shown else {}
    if place not in listed:
        raise Http404
    return file_response(listed[place])


def file_response(file: ArticleFile) -> HttpResponse:
    """Pictures to be looked at, documents to be saved; neither is run as a page of ours."""
    response = HttpResponse(content_of(file), content_type=file.content_type)
    attached = content_disposition_header(as_attachment=not file.is_picture, filename=file.name)
    response["Content-Disposition"] = attached or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response


@access(*EVERYONE)
@require_safe
def site_map(request: ActorRequest, city: str) -> HttpResponse:
    """网站地图: every page of the site by what it is for."""
    found = city_or_404(request, city)
    at = timezone.now()
    columns = [
        (column.label, column_url(found, column), list(published(city_id=found.pk, at=at, column=column)[:8]))
        for column in SLUGS
    ]
    context = frame(found) | {"columns": columns, "guides": guides_of(found)}
    return render(request, "site/map.html", context)


@access(*EVERYONE)
@require_safe
def offices(request: ActorRequest, city: str) -> HttpResponse:
    """联系我们: the windows with address, telephone and hours."""
    found = city_or_404(request, city)
    return render(request, "site/offices.html", frame(found) | {"offices": offices_of(found)})

"""信息发布: the editor's desk. Write, look at it as the public will, publish now or later, pin, withdraw (P1)."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import Role
from upkeep.publishing import articles as actions
from upkeep.publishing.files import MOST_FILES, Upload
from upkeep.publishing.models import MOST_KEPT, Article, ArticleVersion, Column
from upkeep.publishing.reading import STANDINGS, desk_articles, desk_rows, standing_of, visible_to
from upkeep.web.access import ActorRequest, access
from upkeep.web.site.columns import article_context, file_response

PER_PAGE = 20
#: Read into memory before its size is known to be right; a phone's picture may be as large.
_MOST_READ = MOST_KEPT + 5 * 1024 * 1024


class DeskFilter(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(label="标题或信息编号", required=False)
    column = forms.ChoiceField(label="栏目", required=False, choices=[("", "全部"), *Column.choices])


class ArticleForm(forms.Form):
    """What an editor writes."""

    column = forms.ChoiceField(label="栏目", choices=Column.choices)
    title = forms.CharField(label="标题", max_length=100)
    source = forms.CharField(label="来源", max_length=60, help_text="发布单位，或所转载文件的制定机关")
    body = forms.CharField(
        label="正文",
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false"}),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def draft(self) -> actions.Draft:
        """Once the form is valid."""
        data = self.cleaned_data
        column = Column(data["column"])
        return actions.Draft(column=column, title=data["title"], source=data["source"], body=data["body"])


class PublishForm(forms.Form):
    """From when to when."""

    begins_on = DayField(label="发布日期", required=False, help_text="不填即现在发布")
    begins_time = forms.TimeField(
        label="发布时间", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_on = DayField(label="截止日期", required=False, help_text="过后自动撤下；不填即长期有效")
    is_pinned = forms.BooleanField(label="在栏目中置顶", required=False)

    def begins_at(self) -> dt.datetime | None:
        """The moment that was chosen, or None for now."""
        day, time = self.cleaned_data["begins_on"], self.cleaned_data["begins_time"]
        if day is None:
            return None
        return timezone.make_aware(dt.datetime.combine(day, time or dt.time(0, 0)))

    def clean(self) -> dict[str, Any]:
        """A time belongs to a day."""
        data = self.cleaned_data
        if data.get("begins_time") and not data.get("begins_on"):
            self.add_error("begins_on", "填写了发布时间的，请同时填写发布日期")
        return data


@access(Role.EDITOR)
@require_safe
def articles(request: ActorRequest) -> HttpResponse:
    """Everything that the city's editors wrote, and how it stands with the public."""
    form = DeskFilter(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    found = desk_articles(actor=request.actor, column=chosen.get("column", ""), text=chosen.get("q", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": desk_rows(list(page), at=timezone.now())}
    return render(request, "desk/articles.html", context)


@access(Role.EDITOR)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """Begin an article."""
    source = request.city.office_name if request.city else ""
    form = ArticleForm(request.POST or None, initial={"column": request.GET.get("column", ""), "source": source})
    if request.method == "POST" and form.is_valid():
        kept = _keep(request, form, None)
        if kept is not None:
            return kept
    return render(request, "desk/edit.html", {"form": form, "most_files": MOST_FILES})


@access(Role.EDITOR)
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, number: str) -> HttpResponse:
    """Go on writing; what was saved before stays as an older version."""
    article = _article_or_404(request, number)
    version = _newest(article)
    initial = {name: getattr(version, name) for name in ("column", "title", "source", "body")}
    form = ArticleForm(request.POST or None, initial=initial | {"seen": version.number})
    if request.method == "POST" and form.is_valid():
        kept = _keep(request, form, article)
        if kept is not None:
            return kept
    context = {"form": form, "article": article, "version": version, "files": list(article.files.all())}
    return render(request, "desk/edit.html", context | {"most_files": MOST_FILES})


def _keep(request: ActorRequest, form: ArticleForm, article: Article | None) -> HttpResponse | None:
    """Save what was typed and go to the article; None when something is wrong, which the form then says."""
    at, by = timezone.now(), request.actor
    try:
        uploads = [_read(one) for one in request.FILES.getlist("files")]
        if article is None:
            version = actions.begin(form.draft(), uploads=uploads, by=by, at=at)
        else:
            hidden = {int(place) for place in request.POST.getlist("hidden") if place.isascii() and place.isdigit()}
            seen = form.cleaned_data["seen"] or 0
            version = actions.save(article.pk, form.draft(), seen=seen, uploads=uploads, hidden=hidden, by=by, at=at)
    except HasProblems as wrong:
        for problem in wrong.problems:
            form.add_error(problem.field or None, problem.text)
        return None
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, f"已保存为第 {version.number} 版；公众看到的内容在发布后才会改变")
    return redirect("site:show", version.article.number)


def _read(uploaded: "UploadedFile[Any]") -> Upload:
    if (uploaded.size or 0) > _MOST_READ:
        raise Refusal(f"“{uploaded.name}”超过 15 MB，请压缩或拆分后再上传")
    return Upload(uploaded.name or "", uploaded.read())


@access(Role.EDITOR)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One article: how it stands, its versions, its publications, and what can be done now."""
    article = _article_or_404(request, number)
    return _show(request, article, PublishForm())


def _show(
    request: ActorRequest, article: Article, form: PublishForm, *, reason: str = "", wrong: str = ""
) -> HttpResponse:
    at = timezone.now()
    publications = list(article.publications.select_related("version", "by_user", "withdrawn_by"))
    code = standing_of(publications, at=at)
    context = {
        "article": article,
        "version": _newest(article),
        "versions": list(article.versions.select_related("written_by")),
        "publications": publications,
        "standing": STANDINGS[code],
        "may_withdraw": any(one.withdrawn_at is None for one in publications),
        "files": list(article.files.all()),
        "form": form,
        "reason": reason,
        "wrong": wrong,
        "now": at,
    }
    return render(request, "desk/show.html", context)


@access(Role.EDITOR)
@require_safe
def preview(request: ActorRequest, number: str, version: int) -> HttpResponse:
    """A version exactly as the public would read it."""
    article = _article_or_404(request, number)
    wanted = article.versions.filter(number=version).first()
    if wanted is None or not request.city:
        raise Http404
    base = reverse("site:show", args=[number])
    context = article_context(request.city, wanted, file_base=f"{base}files/") | {
        "dated_on": timezone.localdate(),
        "preview_of": article,
    }
    return render(request, "site/article.html", context)


@access(Role.EDITOR)
@require_safe
def file(request: ActorRequest, number: str, place: int) -> HttpResponse:
    """A file of the desk's own article, published or not."""
    found = _article_or_404(request, number).files.filter(place=place).first()
    if found is None:
        raise Http404
    return file_response(found)


@access(Role.EDITOR)
@require_http_methods(["POST"])
def publish(request: ActorRequest, number: str) -> HttpResponse:
    """Publish the version that the editor has before him."""
    article, form = _article_or_404(request, number), PublishForm(request.POST)
    wanted = request.POST.get("version", "")
    version = article.versions.filter(pk=int(wanted) if wanted.isascii() and wanted.isdigit() else 0).first()
    if version is None:
        messages.error(request, "没有说明要发布哪一版，请在本页核对后再发布")
        return redirect("site:show", number)
    if not form.is_valid():
        return _show(request, article, form)
    try:
        done = actions.publish(
            version.pk,
            begins_at=form.begins_at(),
            ends_on=form.cleaned_data["ends_on"],
            is_pinned=form.cleaned_data["is_pinned"],
            by=request.actor,
            at=timezone.now(),
        )
    except HasProblems as wrong:
        for problem in wrong.problems:
            form.add_error("begins_on" if problem.field == "begins_at" else problem.field, problem.text)
        return _show(request, article, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("site:show", number)
    later = done.begins_at > timezone.now()
    messages.success(request, "已安排定时发布，到时自动公开" if later else "已发布，公众现在可以看到")
    return redirect("site:show", number)


@access(Role.EDITOR)
@require_http_methods(["POST"])
def withdraw(request: ActorRequest, number: str) -> HttpResponse:
    """Take it from the public pages."""
    article, reason = _article_or_404(request, number), request.POST.get("reason", "")[:200]
    try:
        actions.withdraw(article.pk, reason=reason, by=request.actor, at=timezone.now())
    except HasProblems as wrong:
        return _show(request, article, PublishForm(), reason=reason, wrong=wrong.problems[0].text)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已撤回，公众不再看到这篇信息")
    return redirect("site:show", number)


def _article_or_404(request: ActorRequest, number: str) -> Article:
    found = visible_to(request.actor).filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _newest(article: Article) -> ArticleVersion:
    return article.versions.select_related("written_by").all()[0]

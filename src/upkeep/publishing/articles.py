"""信息发布: writing, publishing and withdrawing what the public reads. Nothing is overwritten and nothing is deleted."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Min

from upkeep.casework.numbering import next_number
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import city_of, within
from upkeep.parties.roles import Role
from upkeep.publishing.files import Upload, attach
from upkeep.publishing.models import Article, ArticleVersion, Column, Publication
from upkeep.publishing.text import wrong_references


class NotYourDesk(Refusal):
    """Somebody who is no editor, or one of another city."""


class ChangedMeanwhile(Refusal):
    """Somebody else saved the article after the editor opened it."""


class NothingPublished(Refusal):
    """There is nothing to take back."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an editor wrote."""

    column: Column
    title: str
    source: str
    body: str


def _check(draft: Draft) -> None:
    problems = [
        Problem(field, f"请填写{name}")
        for field, name, text in (("title", "标题", draft.title), ("source", "来源", draft.source))
        if not text.strip()
    ]
    if not draft.body.strip() and draft.column is not Column.DOWNLOAD:
        problems.append(Problem("body", "请填写正文"))
    if problems:
        raise HasProblems(problems)


@transaction.atomic
def begin(draft: Draft, *, uploads: Sequence[Upload] = (), by: Actor, at: dt.datetime) -> ArticleVersion:
    """Begin an article of the editor's own city or district. Raises: NotYourDesk, HasProblems, BadFile, BadImage."""
    if not by.has(Role.EDITOR) or city_of(jurisdiction_id=by.jurisdiction_id) is None:
        raise NotYourDesk("只有城市或区县的信息发布岗位可以撰写公众信息")
    article = Article.objects.create(
        number=next_number("XX", on=day_of(at)), jurisdiction_id=by.jurisdiction_id, begun_at=at
    )
    return _add_version(article, draft, uploads=uploads, hidden=(), by=by, at=at)


@transaction.atomic
def save(
    article_id: int,
    draft: Draft,
    *,
    seen: int,
    uploads: Sequence[Upload] = (),
    hidden: Collection[int] = (),
    by: Actor,
    at: dt.datetime,
) -> ArticleVersion:
    """Keep what was written as the next version. `seen` is the version the editor began from, `hidden` the places of files
    no longer listed under the text. Raises: NotYourDesk, ChangedMeanwhile, HasProblems, BadFile, BadImage.
    """
    article = _locked(article_id, by=by)
    last = article.versions.select_related("written_by").first()
    if last is not None and last.number != seen:
        raise ChangedMeanwhile(
            f"{last.written_by.name}刚刚保存了第 {last.number} 版。请复制您的修改，打开最新版本后再改"
        )
    return _add_version(article, draft, uploads=uploads, hidden=hidden, by=by, at=at)


def _add_version(
    article: Article,
    draft: Draft,
    *,
    uploads: Sequence[Upload],
    hidden: Collection[int],
    by: Actor,
    at: dt.datetime,
) -> ArticleVersion:
    _check(draft)
    for upload in uploads:
        attach(article, upload, by=by, at=at)
    files = {file.place: file.is_picture for file in article.files.all() if file.place not in hidden}
    if wrong := wrong_references(draft.body, files=files):
        raise HasProblems([Problem("body", sentence) for sentence in wrong])
    last = article.versions.aggregate(last=Max("number"))["last"] or 0
    return ArticleVersion.objects.create(
        article=article,
        number=last + 1,
        column=draft.column,
        title=draft.title.strip(),
        source=draft.source.strip(),
        body=draft.body.replace("\r\n", "\n").strip(),
        hidden_files=sorted(set(hidden)),
        written_by_id=by.user_id,
        written_at=at,
    )


@transaction.atomic
def publish(
    version_id: int,
    *,
    begins_at: dt.datetime | None = None,
    ends_on: dt.date | None = None,
    is_pinned: bool = False,
    by: Actor,
    at: dt.datetime,
) -> Publication:
    """Let the public read a version, at once or from `begins_at` on. Raises: NotYourDesk, ChangedMeanwhile, HasProblems."""
    version = ArticleVersion.objects.select_related("article").get(pk=version_id)
    article, begins_at = _locked(version.article_id, by=by), begins_at or at
    if article.versions.filter(number__gt=version.number).exists():
        raise ChangedMeanwhile("这篇信息已有更新的版本，请核对最新版本后再发布")
    problems = []
    if begins_at < at:
        problems.append(Problem("begins_at", "定时发布的时间不能早于现在"))
    if ends_on is not None and ends_on < day_of(begins_at):
        problems.append(Problem("ends_on", "截止日期不能早于发布日期"))
    if problems:
        raise HasProblems(problems)
    live = article.publications.filter(withdrawn_at__isnull=True)
    return Publication.objects.create(
        article=article,
        version=version,
        dated_on=live.aggregate(first=Min("dated_on"))["first"] or day_of(begins_at),
        begins_at=begins_at,
        ends_on=ends_on,
        is_pinned=is_pinned,
        by_user_id=by.user_id,
        at=at,
    )


@transaction.atomic
def withdraw(article_id: int, *, reason: str, by: Actor, at: dt.datetime) -> int:
    """Take the article from the public pages, and what was to be published later too; how many publications that were.

    Raises: NotYourDesk, HasProblems, NothingPublished.
    """
    article = _locked(article_id, by=by)
    if not reason.strip():
        raise HasProblems([Problem("reason", "请填写撤回原因")])
    count = article.publications.filter(withdrawn_at__isnull=True).update(
        withdrawn_at=at, withdrawn_by_id=by.user_id, withdrawn_because=reason.strip()
    )
    if not count:
        raise NothingPublished("这篇信息没有发布，无须撤回")
    return count


def _locked(article_id: int, *, by: Actor) -> Article:
    """The article, for the editors of its own city. Raises: NotYourDesk."""
    mine = Article.objects.filter(pk=article_id, jurisdiction_id__in=within(by.jurisdiction_id))
    if not by.has(Role.EDITOR) or not mine.exists():
        raise NotYourDesk("这篇信息不属于您所在的管辖区")
    # The row lock, and no update: the database lets nobody change an article.
    return Article.objects.select_for_update(no_key=True).get(pk=article_id)

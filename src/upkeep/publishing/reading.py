"""Reading articles: what the public may, and what the editor's desk lists."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from upkeep.kernel.dates import day_of
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import Role
from upkeep.publishing.models import Article, ArticleFile, ArticleVersion, Column, Publication

_ORDER = ("-is_pinned", "-dated_on", "-begins_at", "-pk")


def published(*, city_id: int, at: dt.datetime, column: str = "", text: str = "") -> QuerySet[Publication]:
    """What the public of a city reads at a moment, pinned first, then the newest; bodies included only when asked for."""
    begun = Publication.objects.filter(article=OuterRef("article"), withdrawn_at__isnull=True, begins_at__lte=at)
    newest = begun.order_by("-begins_at", "-pk").values("pk")[:1]
    found = Publication.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day_of(at)),
        article__jurisdiction_id__in=within(city_id),
        pk=Subquery(newest),
    )
    if column:
        found = found.filter(version__column=column)
    if text := text.strip():
        found = found.filter(Q(version__title__icontains=text) | Q(version__body__icontains=text))
    return found.select_related("version", "article").order_by(*_ORDER)


def get_published(number: str, *, city_id: int, at: dt.datetime) -> Publication | None:
    """The article of that number as the public reads it now, or None."""
    return published(city_id=city_id, at=at).filter(article__number=number).first()


def neighbours(
    publication: Publication, *, city_id: int, at: dt.datetime
) -> tuple[Publication | None, Publication | None]:
    """The one before (newer) and the one after (older) in the same column, by date."""
    column = published(city_id=city_id, at=at, column=publication.version.column).exclude(pk=publication.pk)
    here = Q(dated_on=publication.dated_on)
    newer = column.filter(Q(dated_on__gt=publication.dated_on) | here & Q(article_id__gt=publication.article_id))
    older = column.filter(Q(dated_on__lt=publication.dated_on) | here & Q(article_id__lt=publication.article_id))
    return (
        newer.order_by("dated_on", "article_id").first(),
        older.order_by("-dated_on", "-article_id").first(),
    )


def columns_of(*, city_id: int, at: dt.datetime, most: int) -> dict[Column, list[Publication]]:
    """The first few of each column, for the city's first page. One query a column."""
    return {
        column: list(published(city_id=city_id, at=at, column=column).defer("version__body")[:most])
        for column in Column
    }


def files_listed(version: ArticleVersion) -> list[ArticleFile]:
    """The files under the text of a version, in order: documents that it does not hide, as they were when it was saved."""
    files = ArticleFile.objects.filter(article_id=version.article_id, added_at__lte=version.written_at)
    return [file for file in files if file.place not in version.hidden_files]


def visible_to(actor: Actor) -> QuerySet[Article]:
    """The articles on the actor's desk: those of his city or district."""
    if not actor.has(Role.EDITOR):
        return Article.objects.none()
    return Article.objects.filter(jurisdiction_id__in=within(actor.jurisdiction_id))


@dataclass(frozen=True)
class Standing:
    """How an article stands with the public."""

    label: str
    tone: str


#: The standings that the desk's list may be narrowed to, by their code.
STANDINGS = {
    "draft": Standing("未发布", "quiet"),
    "waiting": Standing("定时发布", "info"),
    "published": Standing("已发布", "good"),
    "ended": Standing("已到期", "warn"),
    "withdrawn": Standing("已撤回", "bad"),
}


def standing_of(publications: list[Publication], *, at: dt.datetime) -> str:
    """The key in `STANDINGS` for an article with these publications."""
    live = sorted((one for one in publications if one.withdrawn_at is None), key=lambda one: (one.begins_at, one.pk))
    begun = [one for one in live if one.begins_at <= at]
    if begun:
        last = begun[-1].ends_on
        return "published" if last is None or last >= day_of(at) else "ended"
    if live:
        return "waiting"
    return "withdrawn" if publications else "draft"


@dataclass(frozen=True)
class DeskRow:
    """One line of the desk's list."""

    article: Article
    version: ArticleVersion
    standing: Standing
    pinned: bool


def desk_articles(*, actor: Actor, column: str = "", text: str = "") -> QuerySet[Article]:
    """The actor's articles by their newest version, the newest first."""
    newest = ArticleVersion.objects.filter(article=OuterRef("pk")).order_by("-number")
    found = visible_to(actor).annotate(
        title=Subquery(newest.values("title")[:1]), column=Subquery(newest.values("column")[:1])
    )
    if column:
        found = found.filter(column=column)
    if text := text.strip():
        found = found.filter(Q(title__icontains=text) | Q(number=text.upper()))
    return found.order_by("-begun_at", "-pk")


def desk_rows(articles: list[Article], *, at: dt.datetime) -> list[DeskRow]:
    """The lines of one page of the list. Two queries."""
    ids = [one.pk for one in articles]
    versions = {
        version.article_id: version
        for version in ArticleVersion.objects.filter(article_id__in=ids).defer("body").order_by("number")
    }
    publications: dict[int, list[Publication]] = {pk: [] for pk in ids}
    for publication in Publication.objects.filter(article_id__in=ids).order_by("begins_at", "pk"):
        publications[publication.article_id].append(publication)
    rows = []
    for article in articles:
        mine = publications[article.pk]
        code = standing_of(mine, at=at)
        pinned = code == "published" and [one for one in mine if one.begins_at <= at][-1].is_pinned
        rows.append(DeskRow(article, versions[article.pk], STANDINGS[code], pinned))
    return rows

"""信息发布: versions, publications in time, withdrawing; what the program and what the database refuses."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.cast import AT, TODAY, Cast, at_once
from tests.publishing.desk import PDF, draft, office_file, picture, public, written
from upkeep.casework.files import BadImage
from upkeep.kernel.errors import HasProblems
from upkeep.parties.roles import Role
from upkeep.publishing import articles
from upkeep.publishing.files import BadFile, Upload, checked, content_of
from upkeep.publishing.models import Article, ArticleFile, ArticleVersion, Column, Publication
from upkeep.publishing.reading import files_listed, get_published, neighbours, published, standing_of

# covers: P1
pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def titles(cast: Cast, at: dt.datetime = AT, **more: str) -> list[str]:
    return [one.version.title for one in published(city_id=cast.city.jurisdiction.pk, at=at, **more)]


class TestAnArticle:
    def test_is_public_from_its_publication_on_and_not_before(self, cast: Cast) -> None:
        version = written(cast)
        assert titles(cast) == []

        articles.publish(version.pk, begins_at=AT + HOUR, by=cast["demo-editor"], at=AT)

        assert titles(cast, AT + HOUR - dt.timedelta(seconds=1)) == []
        assert titles(cast, AT + HOUR) == [version.title]

    def test_is_taken_down_after_its_last_day(self, cast: Cast) -> None:
        version = written(cast)
        articles.publish(version.pk, ends_on=TODAY, by=cast["demo-editor"], at=AT)

        assert titles(cast, AT + 12 * HOUR) == [version.title]  # 22:30 in Shanghai
        assert titles(cast, AT + 14 * HOUR) == []

    def test_is_corrected_without_a_gap_and_keeps_its_date_and_its_versions(self, cast: Cast) -> None:
        article, by = public(cast), cast["demo-editor"]
        second = articles.save(article.pk, draft("更正"), seen=1, by=by, at=AT + DAY)
        assert titles(cast, AT + DAY) == ["首期交存标准调整的通知"]

        articles.publish(second.pk, begins_at=AT + 3 * DAY, by=by, at=AT + DAY)

        assert titles(cast, AT + 2 * DAY) == ["首期交存标准调整的通知"]
        shown = get_published(article.number, city_id=cast.city.jurisdiction.pk, at=AT + 3 * DAY)
        assert shown is not None and (shown.version.title, shown.dated_on) == ("更正", TODAY)
        assert [one.number for one in article.versions.all()] == [2, 1]

    def test_stands_first_while_it_is_pinned(self, cast: Cast) -> None:
        old, _ = public(cast, "旧"), public(cast, "新", at=AT + HOUR)
        assert titles(cast, AT + HOUR) == ["新", "旧"]

        articles.publish(old.versions.get().pk, is_pinned=True, by=cast["demo-editor"], at=AT + 2 * HOUR)

        assert titles(cast, AT + 2 * HOUR) == ["旧", "新"]

    def test_is_withdrawn_with_a_reason_and_what_waits_too(self, cast: Cast) -> None:
        article, by = public(cast), cast["demo-editor"]
        articles.publish(article.versions.get().pk, begins_at=AT + DAY, by=by, at=AT)
        with pytest.raises(HasProblems, match="请填写撤回原因"):
            articles.withdraw(article.pk, reason=" ", by=by, at=AT + HOUR)

        assert articles.withdraw(article.pk, reason="内容有误", by=by, at=AT + HOUR) == 2

        assert titles(cast, AT + 2 * DAY) == []
        assert set(article.publications.values_list("withdrawn_because", "withdrawn_by")) == {("内容有误", by.user_id)}
        with pytest.raises(articles.NothingPublished):
            articles.withdraw(article.pk, reason="再撤", by=by, at=AT + HOUR)

    def test_can_be_published_again_after_that_under_the_new_day(self, cast: Cast) -> None:
        article, by = public(cast), cast["demo-editor"]
        articles.withdraw(article.pk, reason="内容有误", by=by, at=AT + HOUR)

        again = articles.publish(article.versions.get().pk, by=by, at=AT + DAY)

        assert again.dated_on == TODAY + DAY

    def test_stands_between_its_neighbours(self, cast: Cast) -> None:
        for day, title in enumerate(("一", "二", "三")):
            public(cast, title, at=AT + day * DAY)
        city, at = cast.city.jurisdiction.pk, AT + 5 * DAY
        middle = published(city_id=city, at=at).get(version__title="二")

        newer, older = neighbours(middle, city_id=city, at=at)

        assert newer is not None and older is not None
        assert (newer.version.title, older.version.title) == ("三", "一")

    def test_is_found_by_column_and_words(self, cast: Cast) -> None:
        public(cast, "办法", column=Column.POLICY, body="使用程序")
        public(cast, "问答", column=Column.FAQ, body="余额")

        assert titles(cast, column="FAQ") == ["问答"]
        assert titles(cast, text="程序") == ["办法"]

    def test_stands_as_its_publications_say(self, cast: Cast) -> None:
        article, by = written(cast).article, cast["demo-editor"]
        seen = []

        def now(at: dt.datetime = AT) -> None:
            seen.append(standing_of(list(article.publications.all()), at=at))

        now()
        articles.publish(article.versions.get().pk, begins_at=AT + HOUR, ends_on=TODAY, by=by, at=AT)
        now()
        now(AT + HOUR)
        now(AT + DAY)
        articles.withdraw(article.pk, reason="过期", by=by, at=AT + DAY)
        now(AT + DAY)
        assert seen == ["draft", "waiting", "published", "ended", "withdrawn"]


class TestTheDesk:
    def test_is_the_editors(self, cast: Cast) -> None:
        with pytest.raises(articles.NotYourDesk):
            articles.begin(draft(), by=cast["demo-clerk"], at=AT)
        with pytest.raises(articles.NotYourDesk):
            articles.withdraw(public(cast).pk, reason="x", by=cast["demo-system-admin"], at=AT)

    def test_is_that_of_one_city(self, cast: Cast) -> None:
        elsewhere = cast.hire("far-editor", [Role.EDITOR], at_city=cast["stranger-clerk"].jurisdiction_id)
        version = written(cast)
        for act in (
            lambda: articles.save(version.article_id, draft(), seen=1, by=elsewhere, at=AT),
            lambda: articles.publish(version.pk, by=elsewhere, at=AT),
            lambda: articles.withdraw(version.article_id, reason="x", by=elsewhere, at=AT),
        ):
            with pytest.raises(articles.NotYourDesk):
                act()
        public(cast)
        assert not published(city_id=elsewhere.jurisdiction_id, at=AT).exists()

    def test_says_everything_that_is_missing(self, cast: Cast) -> None:
        empty = articles.Draft(column=Column.NEWS, title=" ", source="", body="")

        with pytest.raises(HasProblems) as wrong:
            articles.begin(empty, by=cast["demo-editor"], at=AT)

        assert [problem.field for problem in wrong.value.problems] == ["title", "source", "body"]
        assert not Article.objects.exists()

    def test_refuses_times_that_are_past(self, cast: Cast) -> None:
        version, by = written(cast), cast["demo-editor"]

        with pytest.raises(HasProblems, match="不能早于现在"):
            articles.publish(version.pk, begins_at=AT - HOUR, by=by, at=AT)
        with pytest.raises(HasProblems, match="截止日期"):
            articles.publish(version.pk, begins_at=AT + 2 * DAY, ends_on=TODAY + DAY, by=by, at=AT)

    def test_publishes_no_version_that_another_has_replaced(self, cast: Cast) -> None:
        version, by = written(cast), cast["demo-editor"]
        articles.save(version.article_id, draft("改过"), seen=1, by=by, at=AT)

        with pytest.raises(articles.ChangedMeanwhile):
            articles.publish(version.pk, by=by, at=AT)

    @pytest.mark.commits
    def test_keeps_what_one_of_two_editors_saved_and_tells_the_other(self, cast: Cast) -> None:
        article, by = written(cast).article, cast["demo-editor"]
        other = cast.hire("second-editor", [Role.EDITOR])

        answers = at_once(
            *(
                lambda who=who, title=title: articles.save(article.pk, draft(title), seen=1, by=who, at=AT)
                for who, title in ((by, "甲"), (other, "乙"))
            )
        )

        refused = [one for one in answers if isinstance(one, articles.ChangedMeanwhile)]
        assert len(refused) == 1 and "刚刚保存了第 2 版" in str(refused[0])
        assert article.versions.count() == 2


class TestAFile:
    @pytest.mark.parametrize(
        ("name", "content", "kept"),
        [
            ("办法.pdf", PDF, "办法.pdf"),
            ("申请表.DOCX", office_file("word/document.xml"), "申请表.docx"),
            ("C:\\表\\明细.xlsx", office_file("xl/workbook.xml"), "明细.xlsx"),
            ("现场.png", picture(), "现场.jpg"),
        ],
        ids=["pdf", "docx", "xlsx", "png"],
    )
    def test_is_kept_sealed_under_its_name(self, cast: Cast, name: str, content: bytes, kept: str) -> None:
        file = written(cast, uploads=(Upload(name, content),)).article.files.get()

        assert (file.name, file.place) == (kept, 1)
        assert content_of(file) == checked(Upload(name, content))[2]

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("脚本.html", b"<script>"),
            ("图.svg", b"<svg/>"),
            ("无后缀", PDF),
            (".pdf", PDF),
            ("假.pdf", b"MZ\x90"),
            ("断.pdf", b"%PDF-1.7 half"),
            ("假.docx", PDF),
            ("宏.xlsx", office_file("xl/workbook.xml", "xl/vbaProject.bin")),
            ("宏.docm", office_file("word/document.xml")),
            ("别的.xlsx", office_file("word/document.xml")),
            ("大.pdf", PDF + b" " * (10 * 1024 * 1024)),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_of_another_kind_is_refused_and_nothing_is_kept(self, cast: Cast, name: str, content: bytes) -> None:
        with pytest.raises(BadFile):
            written(cast, uploads=(Upload(name, content),))

        assert not Article.objects.exists()

    def test_that_is_no_picture_is_refused(self, cast: Cast) -> None:
        with pytest.raises(BadImage):
            written(cast, uploads=(Upload("x.jpg", b"\xff\xd8\xff broken"),))

    def test_sent_twice_is_kept_once_and_can_be_taken_off_the_list(self, cast: Cast) -> None:
        version = written(cast, uploads=(Upload("办法.pdf", PDF), Upload("又.pdf", PDF), Upload("图.png", picture())))
        assert [file.place for file in files_listed(version)] == [1, 2]

        second = articles.save(version.article_id, draft(), seen=1, hidden={1}, by=cast["demo-editor"], at=AT + HOUR)

        assert [file.place for file in files_listed(second)] == [2]
        assert [file.place for file in files_listed(version)] == [1, 2]

    def test_named_in_the_text_must_be_there(self, cast: Cast) -> None:
        with pytest.raises(HasProblems, match="附件2尚未上传"):
            written(cast, body="[表](附件2)", uploads=(Upload("办法.pdf", PDF),))


def refused(statement: str) -> str:
    with pytest.raises(DatabaseError) as wrong, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(wrong.value)


class TestTheDatabase:
    @pytest.mark.parametrize("table", ["articleversion", "articlefile"])
    @pytest.mark.parametrize("verb", ["update {} set id = id", "delete from {}", "truncate {} cascade"])
    def test_lets_nobody_change_what_was_written(self, cast: Cast, table: str, verb: str) -> None:
        public(cast, uploads=(Upload("办法.pdf", PDF),))

        assert "permission denied" in refused(verb.format(f"publishing_{table}"))

    def test_lets_nobody_change_an_article_or_delete_a_publication(self, cast: Cast) -> None:
        public(cast)

        assert "is refused" in refused("update publishing_article set number = 'X'")
        assert "permission denied" in refused("delete from publishing_article")
        assert "permission denied" in refused("delete from publishing_publication")

    @pytest.mark.commits
    def test_refuses_the_owner_too(self, cast: Cast, owner_connection: object) -> None:
        public(cast, uploads=(Upload("办法.pdf", PDF),))
        for table in ("article", "articleversion", "articlefile", "publication"):
            for verb in ("delete from publishing_{}", "truncate publishing_{} cascade"):
                with pytest.raises(Exception, match="is refused"):
                    owner_connection.execute(verb.format(table))  # type: ignore[attr-defined]
                owner_connection.rollback()  # type: ignore[attr-defined]

    def test_lets_a_publication_only_be_withdrawn_once(self, cast: Cast) -> None:
        article = public(cast)
        for change in ("is_pinned = true", "ends_on = current_date", "begins_at = now()", "withdrawn_because = 'x'"):
            assert "can only be withdrawn" in refused(f"update publishing_publication set {change}")
        articles.withdraw(article.pk, reason="误", by=cast["demo-editor"], at=AT)
        assert "can only be withdrawn" in refused("update publishing_publication set withdrawn_because = '改口'")

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"begins_at": AT - HOUR}, "publication_is_not_back_dated"),
            ({"ends_on": TODAY - DAY}, "publication_ends_after_it_begins"),
            ({"withdrawn_at": AT}, "publication_is_withdrawn_by_someone_for_a_reason"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_refuses_a_publication_that_makes_no_sense(
        self, cast: Cast, fields: dict[str, object], constraint: str
    ) -> None:
        version = written(cast)
        whole: dict[str, object] = {
            "article": version.article,
            "version": version,
            "dated_on": TODAY,
            "begins_at": AT,
            "by_user_id": cast["demo-editor"].user_id,
            "at": AT,
        }
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Publication.objects.create(**whole | fields)

    def test_refuses_a_version_of_another_article(self, cast: Cast) -> None:
        one, other = written(cast), written(cast, "另一篇")
        with pytest.raises(IntegrityError, match="not one of the article"), transaction.atomic():
            Publication.objects.create(
                article=one.article,
                version=other,
                dated_on=TODAY,
                begins_at=AT,
                by_user_id=cast["demo-editor"].user_id,
                at=AT,
            )

    def test_refuses_two_second_versions_and_a_file_too_large(self, cast: Cast) -> None:
        version = written(cast, uploads=(Upload("办法.pdf", PDF),))
        with pytest.raises(IntegrityError, match="article_versions_are_counted"), transaction.atomic():
            ArticleVersion.objects.create(
                article=version.article,
                number=1,
                column="NEWS",
                title="x",
                source="y",
                written_by_id=cast["demo-editor"].user_id,
                written_at=AT,
            )
        file = version.article.files.get()
        file.pk, file.place, file.sha256, file.size = None, 2, "0" * 64, 11 * 1024 * 1024
        with pytest.raises(IntegrityError, match="attachment_is_not_too_large"), transaction.atomic():
            ArticleFile.objects.create(
                **{
                    name: getattr(file, name)
                    for name in ("article", "place", "name", "path", "content_type", "size", "sha256", "added_by")
                },
                added_at=AT,
            )

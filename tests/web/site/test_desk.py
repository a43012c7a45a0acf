"""The editor's desk, from the page to what the public reads."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.publishing.desk import PDF, picture, public
from tests.web.pages import client_of, text
from upkeep.parties.roles import Role
from upkeep.publishing.models import Article

# covers: P1
pytestmark = pytest.mark.django_db
WORDS = {"column": "NEWS", "title": "冬季用电安全提示", "source": "管理中心", "body": "# 提示\n\n请各小区检查。"}


@pytest.fixture
def editor(cast: Cast) -> Client:
    return client_of(cast, "demo-editor")


def write(editor: Client, **more: Any) -> str:
    """Write an article and give its number."""
    answer = editor.post("/office/articles/new/", WORDS | more)
    assert answer.status_code == 302, text(answer)
    return Article.objects.latest("begun_at").number


def publish(editor: Client, number: str, **more: str) -> Any:
    version = Article.objects.get(number=number).versions.all()[0]
    return editor.post(f"/office/articles/{number}/publish/", {"version": str(version.pk)} | more)


class TestAnEditor:
    def test_writes_looks_at_it_publishes_and_the_public_reads_the_same(self, editor: Client, client: Client) -> None:
        assert "信息发布" in text(editor.get("/office/"))
        number = write(editor)
        assert client.get(f"/c/jiangcheng/articles/{number}/").status_code == 404
        looked = editor.get(f"/office/articles/{number}/versions/1/").content.decode()

        assert publish(editor, number).status_code == 302

        read = client.get(f"/c/jiangcheng/articles/{number}/").content.decode()
        body = '<div class="article-body"><h2>提示</h2>\n<p>请各小区检查。</p>\n</div>'
        assert body in looked and body in read
        for page in ("/c/jiangcheng/", "/c/jiangcheng/list/news/", "/c/jiangcheng/map/"):
            assert WORDS["title"] in text(client.get(page))

    def test_sets_the_time_from_which_it_is_read(self, editor: Client, client: Client) -> None:
        number = write(editor)
        tomorrow = timezone.localdate() + dt.timedelta(days=1)

        answer = publish(editor, number, begins_on=str(tomorrow), begins_time="08:30", ends_on=str(tomorrow))

        assert answer.status_code == 302
        assert "定时发布" in text(editor.get(f"/office/articles/{number}/"))
        for page in (f"/c/jiangcheng/articles/{number}/", f"/c/jiangcheng/articles/{number}/files/1/"):
            assert client.get(page).status_code == 404
        for page in (
            "/c/jiangcheng/",
            "/c/jiangcheng/list/news/",
            "/c/jiangcheng/map/",
            "/c/jiangcheng/search/?q=用电",
        ):
            assert WORDS["title"] not in text(client.get(page))

    def test_is_told_what_is_wrong_with_the_times(self, editor: Client) -> None:
        number = write(editor)
        yesterday = str(timezone.localdate() - dt.timedelta(days=1))

        assert "定时发布的时间不能早于现在" in text(publish(editor, number, begins_on=yesterday))
        assert "截止日期不能早于发布日期" in text(publish(editor, number, ends_on=yesterday))
        assert "请同时填写发布日期" in text(publish(editor, number, begins_time="09:00"))

    def test_publishes_nothing_without_saying_which_version(self, editor: Client, client: Client) -> None:
        number = write(editor)

        for version in ("", "0", "x", "999999999999999999"):
            assert publish(editor, number, version=version).status_code == 302

        assert "没有说明要发布哪一版" in text(editor.get(f"/office/articles/{number}/"))
        assert client.get(f"/c/jiangcheng/articles/{number}/").status_code == 404

    def test_attaches_documents_and_pictures(self, editor: Client, client: Client) -> None:
        files = [SimpleUploadedFile("申请表.pdf", PDF), SimpleUploadedFile("现场.png", picture())]
        number = write(editor, files=files, body="![现场](附件2)\n\n[下载](附件1)")
        publish(editor, number)
        base = f"/c/jiangcheng/articles/{number}/files/"

        page = client.get(f"/c/jiangcheng/articles/{number}/").content.decode()
        document, shown = client.get(f"{base}1/"), client.get(f"{base}2/")

        assert f'<img src="{base}2/" alt="现场"' in page and f'href="{base}1/"' in page
        assert document.content == PDF and document["Content-Disposition"].startswith("attachment")
        assert shown["Content-Type"] == "image/jpeg" and shown["X-Content-Type-Options"] == "nosniff"
        assert client.get(f"{base}3/").status_code == 404

    def test_is_told_in_words_why_a_file_is_refused(self, editor: Client) -> None:
        sent = WORDS | {"files": SimpleUploadedFile("木马.html", b"<script>alert(1)</script>")}

        answer = editor.post("/office/articles/new/", sent)

        assert "附件只支持 PDF、DOCX、XLSX 文档和 JPG、PNG 图片" in text(answer)
        assert WORDS["title"] in answer.content.decode() and not Article.objects.exists()

    def test_is_told_when_a_colleague_was_quicker(self, cast: Cast, editor: Client) -> None:
        number = write(editor)
        cast.hire("second-editor", [Role.EDITOR])
        other = client_of(cast, "second-editor")
        assert other.post(f"/office/articles/{number}/edit/", WORDS | {"title": "甲", "seen": "1"}).status_code == 302

        answer = editor.post(f"/office/articles/{number}/edit/", WORDS | {"title": "乙", "seen": "1"})

        assert "刚刚保存了第 2 版" in text(answer) and "乙" in answer.content.decode()
        assert Article.objects.get().versions.all()[0].title == "甲"

    def test_withdraws_for_a_reason(self, editor: Client, client: Client) -> None:
        number = write(editor)
        publish(editor, number)
        assert "请填写撤回原因" in text(editor.post(f"/office/articles/{number}/withdraw/", {"reason": ""}))

        editor.post(f"/office/articles/{number}/withdraw/", {"reason": "数据有误"})

        assert client.get(f"/c/jiangcheng/articles/{number}/").status_code == 404
        desk = text(editor.get(f"/office/articles/{number}/"))
        assert "撤回：数据有误" in desk and "褚编" in desk

    def test_pins_what_should_stand_first(self, editor: Client, client: Client) -> None:
        first = write(editor, title="先写的")
        publish(editor, first)
        publish(editor, write(editor, title="后写的"))

        publish(editor, first, is_pinned="on")

        page = text(client.get("/c/jiangcheng/list/news/"))
        assert page.index("先写的") < page.index("后写的") and "置顶" in page

    def test_finds_what_was_written_by_column_and_words(self, editor: Client) -> None:
        write(editor)
        write(editor, column="FAQ", title="怎样查询")

        assert "怎样查询" in text(editor.get("/office/articles/?column=FAQ"))
        assert "怎样查询" not in text(editor.get("/office/articles/?q=冬季"))


class TestTheDesk:
    @pytest.mark.parametrize("who", ["demo-clerk", "demo-system-admin", "demo-developer", "demo-teller1"])
    def test_is_closed_to_others(self, cast: Cast, who: str) -> None:
        number = public(cast).number
        client = client_of(cast, who)

        assert client.get("/office/articles/").status_code == 403
        assert client.post(f"/office/articles/{number}/withdraw/", {"reason": "x"}).status_code == 403

    def test_of_another_city_sees_nothing(self, cast: Cast) -> None:
        number = public(cast).number
        cast.hire("far-editor", [Role.EDITOR], at_city=cast["stranger-clerk"].jurisdiction_id)
        far = client_of(cast, "far-editor")

        assert "首期交存" not in text(far.get("/office/articles/"))
        for page in ("", "edit/", "versions/1/", "files/1/"):
            assert far.get(f"/office/articles/{number}/{page}").status_code == 404
        assert far.post(f"/office/articles/{number}/withdraw/", {"reason": "x"}).status_code == 404
        assert Client().get(f"/c/yandu/articles/{number}/").status_code == 404

    def test_keeps_what_somebody_typed_when_it_is_wrong(self, editor: Client) -> None:
        answer = editor.post("/office/articles/new/", WORDS | {"title": "", "body": "写了很久"})

        assert "写了很久" in answer.content.decode() and not Article.objects.exists()

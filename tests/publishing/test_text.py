"""What an editor's text becomes: Markdown's few marks, the article's own files, and nothing that runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.publishing.text import ShownFile, marked, plain, to_html, wrong_references

FILES = {1: ShownFile("/f/1/", True), 2: ShownFile("/f/2/", False)}


def html(text: str) -> str:
    return str(to_html(text, files=FILES))


class TestText:
    def test_has_headings_that_follow_the_page_title(self) -> None:
        assert html("# 甲\n\n## 乙\n\n正文") == "<h2>甲</h2>\n<h3>乙</h3>\n<p>正文</p>\n"
        assert html("## 先来的小标题").startswith("<h2>")

    def test_has_lists_tables_and_lines(self) -> None:
        shown = html("- 甲\n- 乙\n\n1. 丙\n\n| 类别 | 标准 |\n|---|---|\n| 高层 | 90 |\n\n一\n二\n\n**粗**")

        for piece in ("<ul>", "<ol>", '<table class="article-table">', "<td>90</td>", "一<br>", "<strong>粗</strong>"):
            assert piece in shown

    def test_shows_the_files_of_its_article_and_no_others(self) -> None:
        shown = html("![现场](附件1) [表](附件2) ![没有](附件3) ![文件](附件2) ![外](https://evil.example/x.png)")

        assert shown.count("<img") == 1 and 'src="/f/1/" alt="现场"' in shown
        assert 'href="/f/2/"' in shown and "evil" not in shown

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            '<img src=x onerror="alert(1)">',
            "[点](javascript:alert(1))",
            "[点](JaVaScRiPt:alert(1))",
            "[点](data:text/html,<script>)",
            "[点](//evil.example)",
            "[点](/\\evil.example)",
            '[点](https://a.example/"onmouseover="alert(1))',
            "![x](javascript:alert(1))",
            '![x" onerror="alert(1)](附件1)',
            "[x]: javascript:alert(1)\n\n[x]",
        ],
    )
    def test_runs_nothing(self, text: str) -> None:
        shown = html(text).lower()

        assert "<script" not in shown and "<img src=x" not in shown
        assert 'href="javascript' not in shown and 'href="data' not in shown and 'href="//' not in shown
        assert 'href="/\\' not in shown
        assert '" onerror="' not in shown and '"onmouseover="' not in shown

    @given(st.text(alphabet="<>\"'&[]()!#*|-_`\\ \n/:附件1javscript", max_size=60))
    def test_never_makes_an_element_that_was_not_asked_for(self, text: str) -> None:
        shown = html(text)

        for opened in ("<script", "<iframe", "<svg", "<object", "javascript:alert"):
            assert opened not in shown.replace("&lt;", "")

    def test_names_what_it_cannot_show(self) -> None:
        files = {1: True, 2: False}

        assert wrong_references("![甲](附件1) [乙](附件2) [丙](https://a.cn)", files=files) == []
        assert len(wrong_references("![甲](附件2) ![乙](https://a.cn/b.png) [丙](附件9)", files=files)) == 3

    def test_is_told_in_few_words(self) -> None:
        assert plain("# 通知\n\n各业主：\n- 见[附件](附件1)![图](附件2)") == "通知 各业主： 见附件"
        assert plain("字" * 200, most=10) == "字" * 10 + "……"

    def test_marks_what_was_searched_for_and_escapes_the_rest(self) -> None:
        assert marked("<b>维修</b>资金", "维修") == "&lt;b&gt;<mark>维修</mark>&lt;/b&gt;资金"

"""The templates keep to the rules that the Content-Security-Policy and the gallery rest on."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.template.loader import get_template
from django.test import Client

from launch.places import PRODUCT
from upkeep.web.icons import ICONS, UnknownIcon, icon_svg
from upkeep.web.templatetags.components import WronglyUsed

ROOT = PRODUCT / "web" / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
COMPONENTS = sorted(path for path in TEMPLATES if path.startswith("components/"))
CSS = sorted((ROOT.parent / "static").rglob("*.css"))
_INLINE = re.compile(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOO_NEW = re.compile(r":has\(|color-mix\(|oklch\(|^\s*&", re.MULTILINE)


class TestEveryTemplate:
    @pytest.mark.parametrize("name", TEMPLATES)
    def test_compiles(self, name: str) -> None:
        assert get_template(name)

    @pytest.mark.parametrize("name", TEMPLATES)
    def test_has_no_inline_style_or_script(self, name: str) -> None:
        assert _INLINE.findall((ROOT / name).read_text()) == []


class TestEveryStyleSheet:
    @pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
    def test_keeps_to_what_chromium_109_and_firefox_115_know(self, path: Path) -> None:
        assert _TOO_NEW.findall(_COMMENT.sub("", path.read_text())) == []


class TestEveryComponent:
    @pytest.mark.parametrize("name", COMPONENTS)
    def test_says_its_options_and_guards_them(self, name: str) -> None:
        text = (ROOT / name).read_text()
        assert text.startswith("{# Options: ")
        assert "should_not_happen" in text or "icon_svg name" in text

    @pytest.mark.parametrize("name", COMPONENTS)
    def test_is_in_the_gallery(self, name: str) -> None:
        tag = "<c-" + Path(name).stem.replace("_", "-")
        shown = "".join(path.read_text() for path in (ROOT / "gallery").glob("*.html"))
        used_by_others = "".join((ROOT / other).read_text() for other in COMPONENTS if other != name)
        assert re.search(rf"{tag}[\s>]", shown + used_by_others)

    @pytest.mark.parametrize(
        "wrong",
        [
            '<c-badge tone="pink">x</c-badge>',
            '<c-button kind="huge">x</c-button>',
            "<c-stat>1</c-stat>",
            "<c-result />",
        ],
    )
    def test_refuses_a_wrong_use(self, wrong: str) -> None:
        compiled = get_template("components/badge.html").backend.engine  # type: ignore[attr-defined]
        loader = next(one for one in compiled.template_loaders[0].loaders if hasattr(one, "cotton_compiler"))
        with pytest.raises(WronglyUsed):
            Template(loader.cotton_compiler.process(wrong), engine=compiled).render(Context({}))


class TestIcons:
    @pytest.mark.parametrize("name", sorted(ICONS))
    def test_are_all_in_the_set(self, name: str) -> None:
        assert icon_svg(name=name, size=18).startswith("<svg")

    def test_that_are_unknown_are_refused(self) -> None:
        with pytest.raises(UnknownIcon):
            icon_svg(name="unicorn", size=18)


@pytest.mark.django_db
class TestEveryOpenPage:
    @pytest.mark.parametrize(
        "address",
        ["/login/", "/old-browser/", "/components/", "/components/building-table/?view=list", "/nothing-here/"],
    )
    def test_is_compiled_whole_and_under_the_strict_policy(self, client: Client, address: str) -> None:
        answer = client.get(address)
        assert b"<c-" not in answer.content
        assert _INLINE.findall(answer.content.decode()) == []
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy

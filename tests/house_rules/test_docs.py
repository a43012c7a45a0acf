"""What the documentation says is so: generated pages are current, links lead somewhere, files that are named exist."""

import re
from collections.abc import Iterator
from pathlib import Path

from launch.places import PRODUCT, ROOT
from tests.house_rules.source import name, text_files
from upkeep.commands.bank_api_page import DESCRIPTION_FILE, bank_api_description, bank_api_page
from upkeep.commands.permissions_page import permissions_page
from upkeep.commands.procedures_page import procedures_page

_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_OUR_FOLDERS = ("src/", "config/", "launch/", "tests/", "docs/", "requirements/", "benchmarks/", "tools/")
_A_PATH = re.compile(r"[\w./-]+")


def pages() -> list[Path]:
    """Every page of Markdown that is handed on with the product."""
    return [path for path in text_files() if path.suffix == ".md"]


def prose(path: Path) -> str:
    """The page without its blocks of code, whose brackets are no links."""
    return _FENCED.sub("", path.read_text(encoding="utf-8"))


def named_files(path: Path) -> Iterator[str]:
    """Files and folders of ours that the page names in backticks; patterns and examples with … or * are none."""
    for text in _CODE.findall(prose(path)):
        if text.startswith(_OUR_FOLDERS) and _A_PATH.fullmatch(text):
            yield text


def headings(path: Path) -> set[str]:
    """The anchors of a page as hosts of Markdown make them."""
    lines = [line.lstrip("#").strip() for line in prose(path).splitlines() if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


class TestGeneratedPage:
    def test_of_procedures_is_what_write_docs_writes(self) -> None:
        assert (ROOT / "docs" / "procedures.md").read_text(encoding="utf-8") == procedures_page()

    def test_of_permissions_is_what_write_docs_writes(self) -> None:
        assert (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8") == permissions_page()

    def test_of_the_banks_interface_is_what_write_docs_writes(self) -> None:
        page = (ROOT / "docs" / "bank-api.md").read_text(encoding="utf-8")

        assert page == bank_api_page(page) and "| `confirm_slip` |" in page and "| `wrong_amount` |" in page
        assert (ROOT / "docs" / DESCRIPTION_FILE).read_text(encoding="utf-8") == bank_api_description()


class TestPage:
    def test_has_no_link_that_leads_nowhere(self) -> None:
        links = [(page, link) for page in pages() for link in _LINK.findall(prose(page)) if "://" not in link]
        dead = []
        for page, link in links:
            file, _, anchor = link.partition("#")
            target = page.parent / file if file else page
            if not target.exists() or (anchor and anchor not in headings(target)):
                dead.append(f"{name(page)}: {link}")

        assert links
        assert dead == []

    def test_names_no_file_that_does_not_exist(self) -> None:
        named = [(page, text) for page in pages() for text in named_files(page)]

        assert named
        assert [f"{name(page)}: {text}" for page, text in named if not (ROOT / text).exists()] == []


class TestReadme:
    def test_says_the_same_in_both_languages(self) -> None:
        """As far as a machine can tell: the same commands, accounts and links, in the same order."""
        english, chinese = (ROOT / "README.md", ROOT / "README.zh-CN.md")

        assert _told(english) == _told(chinese)

    def test_names_one_account_for_every_role_of_the_demo(self) -> None:
        """The cast of the demo, without the further accounts of organisations and the second bank."""
        cast = set(re.findall(r'"(demo-[a-z]+)"', (PRODUCT / "demo" / "city.py").read_text(encoding="utf-8")))

        assert cast
        assert cast - set(_CODE.findall((ROOT / "README.md").read_text(encoding="utf-8"))) == set()


def _told(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    blocks = [line.split("#")[0].strip() for block in _FENCED.findall(text) for line in block.splitlines()]
    codes = _CODE.findall(prose(path))
    links = [link for link in _LINK.findall(text) if link not in ("README.md", "README.zh-CN.md")]
    return [*blocks, *codes, *links]

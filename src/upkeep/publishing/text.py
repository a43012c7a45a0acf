"""What an editor writes, as HTML: paragraphs, headings, lists, tables, links and the article's own pictures.

The notation is Markdown's. HTML that somebody typed is shown as the characters he typed; links go to the web, to a page
of this site or to a file of the article (附件1); pictures are files of the article only.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

_RULES = ("heading", "list", "link", "image", "emphasis", "newline", "escape", "table")
_FILE = re.compile(r"附件([1-9][0-9]{0,3})")
_ELSEWHERE = re.compile(r"(https?://[^\s/]|/(?!/)|mailto:|tel:)[^\s\\]*", re.IGNORECASE)


@dataclass(frozen=True)
class ShownFile:
    """A file as the text may name it."""

    url: str
    is_picture: bool


def to_html(text: str, *, files: Mapping[int, ShownFile]) -> SafeString:
    """The text as HTML; `files` by place (附件1 is 1). What names no file of the article is left out."""
    parser = _parser()
    tokens = parser.parse(text)
    _settle(tokens, files)
    # Nothing here came through unescaped: the parser has HTML switched off, and addresses are checked in _settle.
    return mark_safe(str(parser.renderer.render(tokens, parser.options, {})))  # nosec B308 B703


def wrong_references(text: str, *, files: Mapping[int, bool]) -> list[str]:
    """What the text names and cannot show, in sentences; `files`: whether each place holds a picture."""
    found: list[str] = []
    for token in _flat(_parser().parse(text)):
        address = str(token.attrGet("src") or token.attrGet("href") or "")
        named = _FILE.fullmatch(address)
        if token.type == "image" and (named is None or not files.get(int(named[1]), False)):
            found.append(f"图片“{token.content or address}”应写成 ![说明](附件1)，序号须是本文已上传的图片")
        elif token.type == "link_open" and named and int(named[1]) not in files:
            found.append(f"链接指向的{named[0]}尚未上传")
    return found


class _Parser(MarkdownIt):
    """Only what editors need, and only addresses that may be led to."""

    def validateLink(self, url: str) -> bool:
        return bool(_FILE.fullmatch(url) or _ELSEWHERE.fullmatch(url))

    def normalizeLink(self, url: str) -> str:
        return url


def _parser() -> MarkdownIt:
    return _Parser("zero", {"html": False, "breaks": True}).enable(list(_RULES))


def _flat(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _settle(tokens: list[Token], files: Mapping[int, ShownFile]) -> None:
    """Put addresses of files in, headings below the page's own, and what leads nowhere out."""
    has_heading = False
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if has_heading and token.tag != "h1" else "h2"
            has_heading = has_heading or token.type == "heading_close"
        elif token.type == "table_open":
            token.attrSet("class", "article-table")
        for child in token.children or ():
            _settle_one(child, files)


def _settle_one(token: Token, files: Mapping[int, ShownFile]) -> None:
    key = {"image": "src", "link_open": "href"}.get(token.type)
    if key is None:
        return
    named = _FILE.fullmatch(str(token.attrGet(key)))
    shown = files.get(int(named[1])) if named else None
    attributes: dict[str, Any] = {}
    if token.type == "image":
        if shown is None or not shown.is_picture:
            token.type, token.content, token.children = "text", "", []
            return
        attributes = {"src": shown.url, "alt": "", "loading": "lazy"}
    elif named and shown is None:
        attributes = {}
    elif shown is not None:
        attributes = {"href": shown.url}
    else:
        attributes = {"href": str(token.attrGet("href")), "rel": "noopener noreferrer"}
    token.attrs = attributes


def plain(text: str, *, most: int = 80) -> str:
    """The beginning of the text without its marks, for lists and search results."""
    words = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
    words = re.sub(r"^[#>|\-*\d.\s]+|[*_|`]", "", words, flags=re.MULTILINE)
    words = re.sub(r"\s+", " ", words).strip()
    return words if len(words) <= most else f"{words[:most]}……"


def marked(text: str, wanted: str) -> SafeString:
    """The text escaped, with the words that were searched for marked."""
    if not wanted:
        return mark_safe(escape(text))  # nosec B308 B703
    parts = re.split(f"({re.escape(wanted)})", text, flags=re.IGNORECASE)
    pieces = (f"<mark>{escape(part)}</mark>" if place % 2 else escape(part) for place, part in enumerate(parts))
    return mark_safe("".join(pieces))  # nosec B308 B703

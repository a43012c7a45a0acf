"""How numbers, money and days look on a page; loaded into every template."""

import datetime as dt
import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from upkeep.books.titles import title_of
from upkeep.kernel import areas, dates, masking, money
from upkeep.messaging.events import title_of as event_title

register = template.Library()
_ADDRESS = re.compile(r"(https?://[\w./?&=%#:~+-]+)", re.ASCII)


@register.filter
def yuan(fen: int | None) -> str:
    """123456 (fen) -> 1,234.56."""
    return "" if fen is None else money.yuan(fen)


@register.filter
def capitals(fen: int | None) -> str:
    """123456 (fen) -> 壹仟贰佰叁拾肆元伍角陆分."""
    return "" if fen is None else money.in_capitals(fen)


@register.filter
def square_metres(area_dm2: int | None) -> str:
    """11836 (0.01 m²) -> 118.36."""
    return "" if area_dm2 is None else areas.square_metres(area_dm2)


@register.filter
def count(number: int | None) -> str:
    """1234 -> 1,234."""
    return "" if number is None else f"{number:,}"


@register.filter
def moment(at: dt.datetime | None) -> str:
    """A moment in Shanghai to the minute."""
    return "" if at is None else dates.to_the_minute(at)


@register.filter
def day(on: dt.date | None) -> str:
    """A day for tables: 2026-11-21."""
    return "" if on is None else f"{on:%Y-%m-%d}"


@register.filter
def in_letters(on: dt.date | None) -> str:
    """A day for letters: 2026年11月21日."""
    return "" if on is None else dates.in_letters(on)


@register.filter
def opposite(fen: int) -> int:
    """A credit balance as the positive figure that stands in its column."""
    return -fen


@register.filter
def with_links(text: str) -> SafeString:
    """A plain text whose web addresses can be clicked, also those that follow a Chinese sign without a space."""
    parts = _ADDRESS.split(text)  # text and addresses take turns
    shown = [
        format_html('<a href="{0}" rel="nofollow">{0}</a>', part) if place % 2 else part
        for place, part in enumerate(parts)
    ]
    return format_html_join("", "{}", ((part,) for part in shown))


register.filter("posting", title_of)
register.filter("mask_name", masking.mask_name)
register.filter("mask_phone", masking.mask_phone)
register.filter("mask_address", masking.mask_address)
register.filter("event_title", event_title)

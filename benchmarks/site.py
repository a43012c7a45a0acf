"""What a phone has to fetch to show the first page of a city's site: bytes as they go over the line, and requests."""

import gzip
import re
from dataclasses import dataclass

from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from benchmarks.figure import Figure
from upkeep.demo.load import load_small
from upkeep.demo.site import write_site

#: The limit of the first page without its pictures, in bytes.
LIMIT = 100 * 1024


@dataclass(frozen=True)
class Measured:
    """One page with everything it needs before a picture is shown."""

    requests: int
    bytes_sent: int
    page_bytes: int


def run() -> list[Figure]:
    """The first page of the demo's city with all its articles; the limit stands in the place of the baseline."""
    today = timezone.localdate()
    write_site(load_small(today=today), today=today, own=True)
    one = measure("/c/jiangcheng/")
    note = f"{one.requests} requests, the page itself {one.page_bytes / 1024:.1f} KiB"
    kib = one.bytes_sent / 1024
    return [
        Figure(
            "first page of a city, gzip",
            kib,
            LIMIT / 1024,
            one.bytes_sent / LIMIT,
            must=1,
            goal=0.6,
            note=note,
            unit="KiB",
        )
    ]


def measure(address: str) -> Measured:
    """The page and its style sheets and scripts, compressed as WhiteNoise keeps them; `nomodule` is for old browsers."""
    page = Client().get(address).content.decode()
    linked = re.findall(r'<link rel="(?:stylesheet|icon)" href="/static/([^"?]+)', page)
    linked += re.findall(r'<script (?![^>]*nomodule)[^>]*src="/static/([^"?]+)', page)
    sizes = [_compressed(_read(name)) for name in linked]
    own = _compressed(page.encode())
    return Measured(len(linked) + 1, sum(sizes) + own, own)


def _read(name: str) -> bytes:
    found = finders.find(name)
    assert isinstance(found, str), name
    with open(found, "rb") as file:
        return file.read()


def _compressed(content: bytes) -> int:
    return len(gzip.compress(content, compresslevel=9))

"""Printing, beside the bare Typst compiler on the same form with its data prepared beforehand."""

import dataclasses
import datetime as dt
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import typst

from benchmarks.figure import Figure
from tests.printing import samples
from upkeep import printing
from upkeep.printing.documents import Document, inputs_of, render
from upkeep.printing.fonts import font_folders, fonts

AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
FORM = Path(printing.__file__).parent / "forms" / "pay_notice.typ"


def _numbered(document: Document) -> Iterator[Document]:
    """The same document under ever new numbers: the compiler remembers what it has laid out before."""
    return (dataclasses.replace(document, number=f"JK{number:015d}") for number in itertools.count(1))


def _seconds(work: Callable[[], object], *, rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def _figure(name: str, document: Document, *, rounds: int, note: str) -> Figure:
    compiler = typst.Compiler(root=str(FORM.parent), font_paths=fonts(font_folders()))
    ours, prepared = _numbered(document), []
    for one in itertools.islice(_numbered(document), rounds + 1):
        prepared.append(json.dumps({**inputs_of(one, at=AT), "copy": "基准"}))
    data = iter(prepared)
    bare = _seconds(lambda: compiler.compile(str(FORM), format="pdf", sys_inputs={"data": next(data)}), rounds=rounds)
    measured = _seconds(lambda: render(next(ours), at=AT), rounds=rounds)
    return Figure(name, measured, bare, measured / bare, must=2, goal=1.3, note=note)


def run() -> list[Figure]:
    return [
        _figure("print a pay notice", samples.pay_notice(1), rounds=10, note="typst alone; at most 300 ms"),
        _figure("print a pay notice of 1,200 houses", samples.pay_notice(1200), rounds=3, note="typst alone"),
    ]

"""Reading, writing and marking workbooks, beside the bare library on the same bytes."""

import datetime as dt
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks.figure import Figure
from upkeep.estate.house_sheet import HouseTable
from upkeep.sheets.sheet import make_fault

SAMPLE = Path(__file__).parent.parent / "tests" / "data" / "house-table-1200.xlsx"
ON = dt.date(2026, 11, 21)


def _seconds(work: Callable[[], object], *, rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def _bare_read(content: bytes) -> None:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        workbook.get_sheet_by_index(0).to_python()


def _bare_write(rows: list[dict[str, Any]]) -> None:
    with xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True, "in_memory": True}) as workbook:
        page = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for place, value in enumerate(row.values()):
                page.write(number, place, value)


def _many(count: int) -> list[dict[str, Any]]:
    rows = HouseTable().read(SAMPLE.read_bytes(), at=ON).rows
    return [
        {
            **values,
            "building": f"{number // 1200}区{values['building']}",
            "address": f"{values['address']}（{number}）",
        }
        for number in range(count)
        for values in [rows[number % len(rows)].values]
    ]


def _read(name: str, content: bytes, *, rounds: int, note: str = "") -> Figure:
    bare = _seconds(lambda: _bare_read(content), rounds=rounds)
    ours = _seconds(lambda: HouseTable().read(content, at=ON), rounds=rounds)
    return Figure(name, ours, bare, ours / bare, must=3, goal=2.5, note=note)


def run() -> list[Figure]:
    houses = _many(50_000)
    content = HouseTable().export(houses)
    smaller = HouseTable().export(houses[:20_000])
    wrote, bare = (
        _seconds(lambda: HouseTable().export(houses), rounds=1),
        _seconds(lambda: _bare_write(houses), rounds=1),
    )
    faults = [make_fault(2 + number * 100, 10, "建筑面积", "建筑面积应大于 0") for number in range(500)]
    marked = _seconds(lambda: HouseTable().mark(content, faults), rounds=1)
    read_again = _seconds(lambda: _bare_read(content), rounds=1)
    return [
        _read("read and check the 1,200-row house table", SAMPLE.read_bytes(), rounds=15, note="calamine alone"),
        _read("read and check 20,000 houses", smaller, rounds=2, note="calamine alone; at most 1 s"),
        _read("read and check 50,000 houses", content, rounds=2, note="calamine alone"),
        Figure("write 50,000 houses", wrote, bare, wrote / bare, must=2, goal=1.2, note="xlsxwriter without formats"),
        Figure(
            "mark 500 faults in 50,000 rows",
            marked,
            read_again,
            marked / read_again,
            must=20,
            goal=5,
            note="against reading it; at most 10 s",
        ),
    ]

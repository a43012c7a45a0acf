"""Movements of houses' money, listed: by entry and by house, narrowed, paged by key, summed.

# covers: F8
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.books.cast import AREA, DAY, HOUSES, deposit, event
from upkeep.books import postings
from upkeep.books.transactions import REASONS, MoveFilter, MoveKind, lines_page, moves_page, sums_of
from upkeep.ledger import api as ledger

pytestmark = pytest.mark.django_db

YEAR = MoveFilter(area_ids=[AREA], first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31))
FIRST, SECOND, THIRD = HOUSES


def every(page: Callable[..., Any], wanted: MoveFilter, *, size: int) -> Iterable[Any]:
    """All rows, page after page."""
    after, found = "", []
    while True:
        answer = page(wanted, after=after, size=size)
        found += answer.rows
        if not answer.next_key:
            return found
        after = answer.next_key


@pytest.fixture
def year(area: None) -> None:
    """Three houses pay, one alone pays more, a repair takes from two, and one gets something back."""
    deposit({FIRST: 50_000, SECOND: 60_000, THIRD: 70_000}, source="slip:1")
    deposit({FIRST: 10_000}, source="slip:2", booked_on=DAY + dt.timedelta(days=20))
    postings.repair_paid(**event(amounts={FIRST: 4_000, SECOND: 5_000}, source="repair:1:2:C"))
    postings.refund_paid(**event(amounts={THIRD: 1_000}, source="refund:7"))


class TestTheList:
    def test_holds_each_entry_once_the_newest_first(self, year: None) -> None:
        rows = moves_page(YEAR).rows

        assert [(one.source, one.in_fen, one.out_fen, one.houses) for one in rows] == [
            ("slip:2", 10_000, 0, 1),
            ("refund:7", 0, 1_000, 1),
            ("repair:1:2:C", 0, 9_000, 2),
            ("slip:1", 180_000, 0, 3),
        ]

    def test_holds_each_house_of_an_entry_once(self, year: None) -> None:
        rows = lines_page(YEAR).rows

        assert [(one.source, one.house_id, one.amount_fen) for one in rows] == [
            ("slip:2", FIRST, 10_000),
            ("refund:7", THIRD, -1_000),
            ("repair:1:2:C", FIRST, -4_000),
            ("repair:1:2:C", SECOND, -5_000),
            ("slip:1", FIRST, 50_000),
            ("slip:1", SECOND, 60_000),
            ("slip:1", THIRD, 70_000),
        ]

    @pytest.mark.parametrize("size", [1, 2, 3, 7])
    @pytest.mark.parametrize("page", [moves_page, lines_page])
    def test_is_the_same_whatever_the_size_of_its_pages(self, year: None, page: Any, size: int) -> None:
        assert every(page, YEAR, size=size) == page(YEAR, size=100).rows

    def test_of_a_type_holds_nothing_else(self, year: None) -> None:
        spent = moves_page(replace(YEAR, kind=MoveKind.SPENDING)).rows

        assert [one.source for one in spent] == ["refund:7", "repair:1:2:C"]

    def test_of_houses_holds_their_part_of_each_entry(self, year: None) -> None:
        wanted = replace(YEAR, house_ids=[SECOND])

        assert next((one.source, one.out_fen, one.houses) for one in moves_page(wanted).rows) == (
            "repair:1:2:C",
            5_000,
            1,
        )
        assert [one.amount_fen for one in lines_page(wanted).rows] == [-5_000, 60_000]

    def test_of_a_source_holds_its_reversal_too(self, year: None) -> None:
        entry_id = ledger.entry_of(area_id=AREA, source="slip:2")
        assert entry_id
        postings.deposit_reversed(entry_id=entry_id, source="slip:2:reversed", booked_on=DAY + dt.timedelta(days=20))

        rows = moves_page(replace(YEAR, sources=["slip:2"])).rows

        assert [(one.source, one.in_fen, one.out_fen) for one in rows] == [
            ("slip:2:reversed", 0, 10_000),
            ("slip:2", 10_000, 0),
        ]

    def test_of_a_case_holds_all_that_was_booked_for_it(self, year: None) -> None:
        postings.loss_recognised(**event(amounts={SECOND: 1_000}, source="case:5:cancelled:9"))
        postings.loss_recognised(**event(amounts={THIRD: 1_000}, source="case:55:cancelled:9"))

        rows = moves_page(replace(YEAR, sources=["case:5:"])).rows

        assert [one.source for one in rows] == ["case:5:cancelled:9"]

    def test_of_another_area_or_period_is_empty(self, year: None) -> None:
        assert not moves_page(replace(YEAR, area_ids=[99])).rows
        assert not lines_page(replace(YEAR, area_ids=[])).rows
        assert not moves_page(replace(YEAR, last=DAY - dt.timedelta(days=1))).rows

    @pytest.mark.parametrize("after", ["x", "20269999-1-1", "20260301", "20260301-1-1'; --"])
    def test_begins_at_the_first_page_for_a_key_that_is_none(self, year: None, after: str) -> None:
        assert len(moves_page(YEAR, after=after).rows) == 4

    def test_asks_one_question_a_page(self, year: None, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(2):
            moves_page(YEAR)
            lines_page(YEAR)

    def test_leaves_out_what_moves_no_house(self, year: None) -> None:
        postings.interest_received(**event(fen=500))

        assert len(moves_page(YEAR).rows) == 4


class TestTheSums:
    def test_are_those_of_all_pages(self, year: None) -> None:
        found = sums_of(YEAR)

        assert (found[MoveKind.DEPOSIT].in_fen, found[MoveKind.DEPOSIT].lines) == (190_000, 4)
        assert (found[MoveKind.SPENDING].out_fen, found[MoveKind.SPENDING].entries) == (10_000, 2)

    def test_are_the_same_over_a_whole_city_of_areas(self, year: None) -> None:
        city = replace(YEAR, area_ids=[AREA, *range(1_000, 1_040)])

        assert sums_of(city) == sums_of(YEAR)
        assert sums_of(replace(city, kind=MoveKind.SPENDING)) == sums_of(replace(YEAR, kind=MoveKind.SPENDING))

    def test_agree_with_the_list_however_it_is_narrowed(self, year: None) -> None:
        for wanted in (replace(YEAR, house_ids=[FIRST]), replace(YEAR, sources=["slip:1", "refund:7"])):
            rows = lines_page(wanted).rows
            total = sum(one.in_fen - one.out_fen for one in sums_of(wanted).values())
            assert total == sum(one.amount_fen for one in rows) != 0


def test_every_posting_that_moves_a_house_has_a_type() -> None:
    """A template that names `_houses_` is in one of the types, so that no movement is left out of the list."""
    known = {reason for reasons in REASONS.values() for reason in reasons}
    moving = {
        name
        for name, template in vars(postings).items()
        if callable(template) and getattr(template, "__code__", None)
        if {"_houses_gain", "_houses_lose"} & set(template.__code__.co_names) and not name.startswith("_")
    }
    assert moving - {"deposits_confirmed"} <= known

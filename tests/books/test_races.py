"""Two sessions at once: the journal lets one of them win, never both and never neither. covers: F1"""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from tests.books.cast import AREA, AT, DAY, HOUSES, balance, deposit, event, open_area
from upkeep.books import closing, postings, sub_accounts
from upkeep.books.audit import audit
from upkeep.kernel.errors import Refusal

A, B, C = HOUSES
ROUNDS = 10
pytestmark = pytest.mark.commits


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act returned, or its Refusal, all begun together on connections of their own."""
    together = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            together.wait(10)
            answers[place] = act()
        except Refusal as refused:
            answers[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


class TestTwoSessions:
    """Everything that used to be checked before writing is decided by the write."""

    def test_that_together_overdraw_a_house_win_once(self) -> None:
        open_area()
        for _ in range(ROUNDS):
            deposit({A: 100 - balance(A)})
            answers = at_once(
                *[
                    partial(postings.repair_paid, **event(amounts={A: 60})),
                    partial(postings.refund_paid, **event(amounts={A: 60})),
                ]
            )
            assert sum(isinstance(answer, Refusal) for answer in answers) == 1, answers
            assert balance(A) == 40
        assert audit() == []

    def test_that_hold_the_last_money_win_once(self) -> None:
        open_area()
        deposit({A: 100})
        answers = at_once(
            *[partial(sub_accounts.hold, area_id=AREA, amounts={A: 60}, source=f"order:{n}", at=AT) for n in range(4)]
        )
        assert sum(isinstance(answer, Refusal) for answer in answers) == 3, answers
        assert sub_accounts.balances([A])[A].held_fen == 60

    def test_with_the_same_source_book_once_and_get_the_same_answer(self) -> None:
        open_area()
        for _ in range(ROUNDS):
            told = event(amounts={B: 7})
            before = balance(B)
            answers = at_once(*[partial(postings.deposit_confirmed, **told)] * 4)
            assert len(set(answers)) == 1 and not isinstance(answers[0], Refusal), answers
            assert balance(B) == before + 7

    def test_with_overlapping_files_in_other_order_never_deadlock(self) -> None:
        areas = range(100, 120)
        for area in areas:
            sub_accounts.open_for(area, [area * 10])
        for number in range(ROUNDS):
            usual = event(source=f"bank:{number}")
            file = [postings.Deposit(**usual | {"area_id": area, "amounts": {area * 10: 1}}) for area in areas]
            first, second = at_once(
                partial(postings.deposits_confirmed, file), partial(postings.deposits_confirmed, file[::-1])
            )
            assert isinstance(first, list) and isinstance(second, list) and first == second[::-1]
        assert balance(1_000) == ROUNDS

    def test_of_which_one_closes_the_period_leave_nothing_uncarried(self) -> None:
        open_area()
        answers = at_once(
            lambda: closing.close_period(area_ids=[AREA], through=DAY, at=AT, by="test"),
            *[partial(postings.deposit_confirmed, **event(amounts={C: 1})) for _ in range(4)],
        )
        booked = sum(isinstance(answer, int) for answer in answers)
        assert isinstance(answers[0], closing.Closed) and balance(C) == booked
        assert audit() == []

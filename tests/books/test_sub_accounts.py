"""Houses' sub-accounts: opened, held, released, closed. covers: F1"""

import datetime as dt
from typing import Any

import pytest

from tests.books.cast import AREA, AT, DAY, HOUSES, deposit, event
from upkeep.books import postings, sub_accounts
from upkeep.books.errors import NotEnoughMoney, SourceConflict
from upkeep.books.sub_accounts import SubAccountBalance
from upkeep.kernel.errors import Refusal

A, B, C = HOUSES
pytestmark = pytest.mark.usefixtures("area")


def standing(house_id: int) -> tuple[int, int, int]:
    found = sub_accounts.balances([house_id])[house_id]
    return found.balance_fen, found.held_fen, found.available_fen


class TestOpening:
    """Opening sub-accounts."""

    def test_twice_changes_nothing(self) -> None:
        deposit({A: 10})
        sub_accounts.open_for(AREA, [A, B])
        assert standing(A) == (10, 0, 10)

    def test_of_no_house_opens_the_area_s_books(self) -> None:
        sub_accounts.open_for(5, [])
        sub_accounts.open_for(5, [51])
        postings.deposit_confirmed(**event(area_id=5, amounts={51: 3}))
        assert standing(51) == (3, 0, 3)

    def test_of_five_thousand_houses_costs_two_statements(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(2):
            sub_accounts.open_for(AREA, range(100_000, 105_000))

    def test_is_not_needed_to_read_a_zero(self) -> None:
        assert sub_accounts.balances([999]) == {999: SubAccountBalance(balance_fen=0, held_fen=0)}
        assert sub_accounts.available([999]) == {999: 0}


class TestHolding:
    """Approved money."""

    def test_lowers_what_is_available_not_the_balance(self) -> None:
        deposit({A: 100, B: 50})
        sub_accounts.hold(area_id=AREA, amounts={A: 60, B: 50}, source="order:1", at=AT)
        assert (standing(A), standing(B)) == ((100, 60, 40), (50, 50, 0))
        assert sub_accounts.held(area_id=AREA, source="order:1") == {A: 60, B: 50}

    def test_again_by_the_same_source_changes_nothing(self) -> None:
        deposit({A: 100})
        for _ in range(2):
            sub_accounts.hold(area_id=AREA, amounts={A: 60}, source="order:1", at=AT)
        assert standing(A) == (100, 60, 40)
        with pytest.raises(SourceConflict):
            sub_accounts.hold(area_id=AREA, amounts={A: 61}, source="order:1", at=AT)

    def test_more_than_is_available_is_refused_naming_what_is_missing(self) -> None:
        deposit({A: 100, B: 5})
        sub_accounts.hold(area_id=AREA, amounts={A: 60}, source="order:1", at=AT)
        with pytest.raises(NotEnoughMoney, match="分户可用余额不足") as refused:
            sub_accounts.hold(area_id=AREA, amounts={A: 50, B: 5, C: 7}, source="order:2", at=AT)
        assert refused.value.short == {A: 10, C: 7}
        assert standing(B) == (5, 0, 5)

    def test_of_nothing_is_a_mistake_of_the_caller(self) -> None:
        with pytest.raises(ValueError, match="positive"):
            sub_accounts.hold(area_id=AREA, amounts={}, source="order:1", at=AT)


class TestReleasing:
    """Held money set free."""

    def test_gives_back_all_that_the_source_holds_and_nothing_else(self) -> None:
        deposit({A: 100})
        sub_accounts.hold(area_id=AREA, amounts={A: 60}, source="order:1", at=AT)
        sub_accounts.hold(area_id=AREA, amounts={A: 30}, source="order:2", at=AT)
        assert sub_accounts.release(area_id=AREA, source="order:1", at=AT) == 60
        assert sub_accounts.release(area_id=AREA, source="order:1", at=AT) == 0
        assert standing(A) == (100, 30, 70)

    def test_lets_the_payment_through(self) -> None:
        deposit({A: 100})
        sub_accounts.hold(area_id=AREA, amounts={A: 100}, source="order:1", at=AT)
        sub_accounts.release(area_id=AREA, source="order:1", at=AT)
        postings.repair_paid(**event(amounts={A: 100}))
        assert standing(A) == (0, 0, 0)

    def test_lets_the_source_hold_again(self) -> None:
        deposit({A: 100})
        for _ in range(2):
            sub_accounts.hold(area_id=AREA, amounts={A: 100}, source="case:1", at=AT)
            sub_accounts.release(area_id=AREA, source="case:1", at=AT)
        assert standing(A) == (100, 0, 100)


class TestClosing:
    """A sub-account of a house that is gone."""

    def test_is_refused_while_money_stands_on_it(self) -> None:
        deposit({A: 1})
        with pytest.raises(Refusal, match="尚有余额"):
            sub_accounts.close_for(AREA, [A], on=DAY)

    def test_stops_all_posting_until_it_is_reopened(self) -> None:
        sub_accounts.close_for(AREA, [A], on=DAY)
        with pytest.raises(Refusal, match="已销户"):
            deposit({A: 1})
        sub_accounts.reopen_for(AREA, [A])
        deposit({A: 1})
        assert standing(A) == (1, 0, 1)


class TestDayProducts:
    """积数, the base of interest."""

    def test_add_up_back_dated_postings_too(self) -> None:
        deposit({A: 100}, booked_on=dt.date(2026, 3, 11))
        deposit({A: 50}, booked_on=dt.date(2026, 3, 1))
        postings.repair_paid(**event(amounts={A: 30}, booked_on=dt.date(2026, 3, 21)))
        found, end = sub_accounts.balances([A])[A], dt.date(2026, 3, 31)
        days_left = (dt.date(2100, 1, 1) - end).days
        assert found.day_product - found.balance_fen * days_left == 100 * 20 + 50 * 30 - 30 * 10

"""Houses' money that follows them to another area: exact, within its custody accounts, or refused. covers: E7"""

import datetime as dt

import pytest

from tests.books.cast import AREA, AT, CUSTODY, DAY, HOUSES, PUBLIC_CUSTODY, PUBLIC_HOUSES, balance, deposit
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.books.closing import close_period
from upkeep.books.moving import MoneyIsHeld, houses_moved
from upkeep.kernel.errors import Refusal
from upkeep.ledger import api as ledger

A, B, C = HOUSES
P, Q = PUBLIC_HOUSES
THERE = 2
FUNDS = {CUSTODY: FundKind.COMMODITY, PUBLIC_CUSTODY: FundKind.PUBLIC}
pytestmark = pytest.mark.usefixtures("area")


def move(*house_ids: int, source: str = "case:1", back: bool = False) -> int:
    here, there = (THERE, AREA) if back else (AREA, THERE)
    return houses_moved(
        from_area_id=here, to_area_id=there, house_ids=house_ids, fund_kinds=FUNDS, source=source, booked_on=DAY
    )


def of_areas() -> tuple[int, int]:
    """What the sub-accounts of the two areas hold."""
    return ledger.sub_account_total(area_ids=[AREA]), ledger.sub_account_total(area_ids=[THERE])


class TestMoving:
    def test_takes_every_fen_of_both_funds_and_leaves_the_others(self) -> None:
        deposit({A: 101, B: 7, C: 40})
        deposit({P: 33}, custody_id=PUBLIC_CUSTODY, fund_kind=FundKind.PUBLIC)

        assert move(A, B, P) == 141

        assert [balance(house) for house in (A, B, C, P)] == [101, 7, 40, 33]
        assert of_areas() == (40, 141)
        assert audit() == []

    def test_of_houses_without_money_books_nothing_and_opens_their_sub_accounts(self) -> None:
        assert move(A, Q) == 0

        deposit({A: 5}, area_id=THERE)
        assert balance(A) == 5
        assert audit() == []

    def test_there_and_back_is_as_before(self) -> None:
        deposit({A: 101, B: 7})

        move(A, B)
        move(A, B, source="case:2", back=True)

        assert of_areas() == (108, 0)
        deposit({A: 1})
        assert balance(A) == 102
        assert audit() == []

    def test_leaves_a_sub_account_behind_that_takes_nothing(self) -> None:
        deposit({A: 101})
        move(A)

        with pytest.raises(Refusal, match="已销户"):
            deposit({A: 1})

    def test_is_refused_while_money_is_held(self) -> None:
        deposit({A: 101, B: 7})
        sub_accounts.hold(area_id=AREA, amounts={B: 5}, source="project:1", at=AT)

        with pytest.raises(MoneyIsHeld, match="已冻结待付"):
            move(A, B)

        assert of_areas() == (108, 0)

    def test_is_refused_into_a_closed_period(self) -> None:
        deposit({A: 101})
        close_period(area_ids=[AREA], through=DAY + dt.timedelta(days=30), at=AT, by="会计")

        with pytest.raises(Refusal, match="已结账"):
            move(A)

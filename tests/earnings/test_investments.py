"""定期存款、国债: bought, held, taken back, by two people each.

# covers: F6
"""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.banking.town import Town
from tests.earnings.scene import computed, custody, earn, houses_of, make_scene, put_in
from tests.staging import staged
from upkeep.banking.orders import NeedsAnother
from upkeep.banking.serials import SerialUsed
from upkeep.books.audit import audit
from upkeep.books.day_products import in_bank
from upkeep.books.statements import balance_sheet, trial_balance
from upkeep.earnings import investments
from upkeep.earnings.investments import NewInvestment, NotNow
from upkeep.earnings.models import Investment, InvestmentKind, InvestmentState
from upkeep.kernel.errors import HasProblems, Refusal

PLACED, MATURES = dt.date(2025, 5, 20), dt.date(2026, 5, 20)
AT = dt.datetime(2026, 6, 10, 2, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(hours=1)


def rich_scene() -> Town:
    """50,000.00 lie in the custody account."""
    town = make_scene()
    put_in(town, {houses_of(town.area)[0]: 5_000_000}, dt.date(2025, 1, 1))
    return town


town = staged(rich_scene)
pytestmark = pytest.mark.django_db


def ask(town: Town, *, who: str = "accountant", **changes: Any) -> Investment:
    values: dict[str, Any] = {
        "custody_id": custody(town),
        "kind": InvestmentKind.TERM,
        "name": "一年期整存整取",
        "certificate": "CD0001",
        "principal_fen": 3_000_000,
        "rate": 15_000,
        "placed_on": PLACED,
        "matures_on": MATURES,
        "basis": "江城维资〔2025〕8号",
        "serial": "ZC1",
    }
    return investments.ask(NewInvestment(**(values | changes)), by=town.people[who], at=AT)


def bought(town: Town, **changes: Any) -> Investment:
    one = ask(town, **changes)
    return investments.approve(one.pk, by=town.people["approver"], at=LATER)


def give_back(town: Town, one: Investment, **changes: Any) -> Investment:
    values: dict[str, Any] = {
        "returned_on": MATURES,
        "interest_fen": 45_000,
        "serial": "DQ1",
        "early_reason": "",
        "by": town.people["accountant"],
        "at": AT,
    }
    return investments.ask_redemption(one.pk, **(values | changes))


def booked(town: Town) -> dict[str, int]:
    """Debit positive, by code, in the custody account's own book."""
    rows = trial_balance(first=PLACED, last=dt.date(2026, 12, 31), area_ids=[custody(town)])
    return {row.account.code: row.closing_fen for row in rows if row.closing_fen}


class TestATermDeposit:
    def test_is_booked_on_its_detail_account_once_another_has_approved_it(self, town: Town) -> None:
        one = ask(town)
        assert booked(town) == {}
        investments.approve(one.pk, by=town.people["approver"], at=LATER)
        assert booked(town) == {"1001": -3_000_000, "100102": 3_000_000}
        assert in_bank(custody(town)) == 2_000_000
        bank = balance_sheet(on=dt.date(2026, 12, 31))[0]
        assert (bank.label, bank.second.total_fen) == ("银行存款", 5_000_000)
        assert audit() == []

    def test_comes_back_with_interest_that_waits_to_be_distributed(self, town: Town) -> None:
        one = bought(town)
        give_back(town, one)
        investments.redeem(one.pk, by=town.people["approver"], at=LATER)
        assert booked(town) == {"1001": 45_000, "4101": -45_000}
        earn(town, 5_000)
        pool = computed(town).pools.get(custody_id=custody(town))
        assert (pool.earned_fen, pool.total_fen) == (50_000, 50_000)

    def test_is_withdrawn_early_for_a_reason_that_is_kept(self, town: Town) -> None:
        one = bought(town)
        early = dt.date(2026, 3, 1)
        with pytest.raises(HasProblems, match="原因"):
            give_back(town, one, returned_on=early, interest_fen=900)
        give_back(town, one, returned_on=early, interest_fen=900, early_reason="支付电梯大修款")
        one = investments.redeem(one.pk, by=town.people["approver"], at=LATER)
        assert (one.state, one.early_reason) == (InvestmentState.REDEEMED, "支付电梯大修款")
        assert booked(town) == {"1001": 900, "4101": -900}


class TestABond:
    def test_is_booked_as_bonds_and_earns_bond_interest(self, town: Town) -> None:
        one = bought(town, kind=InvestmentKind.BOND, name="2025 年储蓄国债（三期）")
        assert booked(town) == {"1001": -3_000_000, "1101": 3_000_000}
        give_back(town, one)
        investments.redeem(one.pk, by=town.people["approver"], at=LATER)
        assert booked(town) == {"1001": 45_000, "4102": -45_000}

    def test_is_held_until_it_matures(self, town: Town) -> None:
        one = bought(town, kind=InvestmentKind.BOND, name="2025 年储蓄国债（三期）")
        with pytest.raises(HasProblems, match="持有到期"):
            give_back(town, one, returned_on=dt.date(2026, 3, 1), early_reason="急用")


class TestAnInvestment:
    def test_is_refused_with_everything_that_is_wrong(self, town: Town) -> None:
        with pytest.raises(HasProblems) as caught:
            ask(town, name=" ", principal_fen=0, rate=300_000, placed_on=dt.date(2026, 7, 1), matures_on=PLACED)
        assert {one.field for one in caught.value.problems} == {"name", "principal", "rate", "placed_on", "matures_on"}

    def test_is_no_larger_than_what_lies_in_the_bank(self, town: Town) -> None:
        with pytest.raises(HasProblems, match=r"50,000\.00"):
            ask(town, principal_fen=5_000_001)
        one, two = ask(town), ask(town, serial="ZC2")
        investments.approve(one.pk, by=town.people["approver"], at=LATER)
        with pytest.raises(HasProblems, match=r"20,000\.00"):
            investments.approve(two.pk, by=town.people["approver"], at=LATER)

    def test_takes_two_people_there_and_back(self, town: Town) -> None:
        with pytest.raises(Refusal, match="会计或出纳"):
            ask(town, who="approver")
        one = ask(town)
        with pytest.raises(NeedsAnother):
            investments.approve(one.pk, by=town.people["accountant"], at=LATER)
        with pytest.raises(NotNow, match="审批人员"):
            investments.approve(one.pk, by=town.people["teller"], at=LATER)
        investments.approve(one.pk, by=town.people["approver"], at=LATER)
        give_back(town, one)
        with pytest.raises(NeedsAnother):
            investments.redeem(one.pk, by=town.people["accountant"], at=LATER)

    def test_approved_twice_is_booked_once(self, town: Town) -> None:
        one = bought(town)
        with pytest.raises(NotNow, match="持有中"):
            investments.approve(one.pk, by=town.people["approver"], at=LATER)

    def test_uses_each_serial_of_the_bank_once(self, town: Town) -> None:
        one = bought(town)
        with pytest.raises(SerialUsed):
            ask(town, principal_fen=1_000)
        with pytest.raises(SerialUsed):
            give_back(town, one, serial="ZC1")

    def test_declined_or_taken_back_books_nothing(self, town: Town) -> None:
        one = ask(town)
        with pytest.raises(HasProblems):
            investments.decline(one.pk, reason="", by=town.people["approver"], at=LATER)
        investments.decline(one.pk, reason="利率偏低", by=town.people["approver"], at=LATER)
        again = ask(town)
        investments.decline(again.pk, reason="登记有误", by=town.people["accountant"], at=LATER)
        assert booked(town) == {}

    def test_whose_return_was_entered_wrongly_is_entered_again(self, town: Town) -> None:
        one = bought(town)
        give_back(town, one, interest_fen=1)
        investments.send_redemption_back(one.pk, reason="利息有误", by=town.people["approver"], at=LATER)
        give_back(town, one)
        assert investments.redeem(one.pk, by=town.people["approver"], at=LATER).interest_fen == 45_000

    def test_stands_among_the_alerts_a_month_before_it_matures(self, town: Town) -> None:
        bought(town)
        rows = investments.visible_to(town.people["accountant"])
        assert not investments.to_mature(rows, on=MATURES - dt.timedelta(days=31)).exists()
        assert investments.to_mature(rows, on=MATURES - dt.timedelta(days=30)).count() == 1

    @pytest.mark.parametrize(
        ("matures_on", "rate", "expected"),
        [(MATURES, 15_000, 45_000), (dt.date(2028, 5, 20), 27_500, 247_500), (dt.date(2025, 8, 18), 11_000, 8_250)],
    )
    def test_says_what_its_rate_should_bring(self, town: Town, matures_on: dt.date, rate: int, expected: int) -> None:
        assert investments.expected_interest(ask(town, matures_on=matures_on, rate=rate)) == expected


class TestTheDatabase:
    def test_refuses_another_principal_a_skipped_state_and_deletion(self, town: Town) -> None:
        one = bought(town)
        rows = Investment.objects.filter(pk=one.pk)
        for act in (
            lambda: rows.update(principal_fen=1),
            lambda: rows.update(state=InvestmentState.REDEEMED),
            lambda: rows.update(state=InvestmentState.ASKED),
            lambda: rows.update(entry_id=1),
            lambda: rows.delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()

    def test_refuses_an_approval_by_whoever_asked(self, town: Town) -> None:
        one = ask(town)
        with pytest.raises(IntegrityError), transaction.atomic():
            Investment.objects.filter(pk=one.pk).update(
                state=InvestmentState.INVESTED, entry_id=1, decided_by=one.asked_by_id, decided_at=AT
            )

    def test_refuses_a_bond_taken_back_early(self, town: Town) -> None:
        one = bought(town, kind=InvestmentKind.BOND, name="国债")
        with pytest.raises(IntegrityError), transaction.atomic():
            Investment.objects.filter(pk=one.pk).update(returned_on=dt.date(2026, 1, 1), early_reason="急用")

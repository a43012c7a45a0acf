"""What each business event books. covers: F1"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.books.cast import AREA, AT, CUSTODY, DAY, HOUSES, PUBLIC_CUSTODY, balance, deposit, event, lines_of
from upkeep.books import chart, postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.books.errors import NotEnoughMoney, SourceConflict
from upkeep.kernel.errors import Refusal

A, B, C = HOUSES
DOCS = Path(__file__).resolve().parents[2] / "docs" / "ledger.md"
pytestmark = pytest.mark.usefixtures("area")

Booked = list[tuple[str, int, int | None]]

#: template, what it is told beyond the usual, what it books with house A at 500 fen and B at 300: debit positive
TEMPLATES: list[tuple[Callable[..., int], dict[str, Any], Booked]] = [
    (
        postings.deposit_confirmed,
        {"amounts": {B: 20, A: 10}},
        [("1001", 30, None), ("4001", -10, A), ("4001", -20, B)],
    ),
    (postings.opening_balance, {"amounts": {A: 10}}, [("1001", 10, None), ("3001", -10, A)]),
    (postings.interest_received, {"fen": 7}, [("1001", 7, None), ("4101", -7, None)]),
    (postings.other_income, {"fen": 7, "code": "4201"}, [("1001", 7, None), ("4201", -7, None)]),
    (postings.other_income, {"fen": 7, "code": "4301"}, [("1001", 7, None), ("4301", -7, None)]),
    (postings.repair_paid, {"amounts": {A: 10, B: 20}}, [("5001", 10, A), ("5001", 20, B), ("1001", -30, None)]),
    (postings.repair_cleared_back, {"amounts": {A: 10}}, [("1001", 10, None), ("5001", -10, A)]),
    (
        postings.repair_cleared_back,
        {"amounts": {A: 10}, "paid_in_earlier_year": True},
        [("1001", 10, None), ("3001", -10, A)],
    ),
    (postings.refund_paid, {"amounts": {A: 10}}, [("4001", 10, A), ("1001", -10, None)]),
    (
        postings.refund_paid,
        {"amounts": {A: 10}, "deposited_in_earlier_year": True},
        [("3001", 10, A), ("1001", -10, None)],
    ),
    (postings.loss_recognised, {"amounts": {A: 500}}, [("5101", 500, A), ("2001", -500, None)]),
    (postings.loss_paid, {"fen": 500}, [("2001", 500, None), ("1001", -500, None)]),
    (postings.balance_returned, {"amounts": {A: 500}}, [("5101", 500, A), ("1001", -500, None)]),
    (postings.house_money_divided, {"old": {A: 10}, "new": {B: 10}}, [("3001", 10, A), ("3001", -10, B)]),
    (postings.other_expense, {"fen": 3}, [("5901", 3, None), ("1001", -3, None)]),
    (postings.petty_cash_drawn, {"fen": 50}, [("1201", 50, None), ("1001", -50, None)]),
    (postings.petty_cash_returned, {"fen": 50}, [("1001", 50, None), ("1201", -50, None)]),
    (postings.repair_paid_in_cash, {"amounts": {A: 10}}, [("5001", 10, A), ("1201", -10, None)]),
    (postings.bonds_bought, {"fen": 400}, [("1101", 400, None), ("1001", -400, None)]),
    (
        postings.bonds_matured,
        {"principal_fen": 400, "interest_fen": 12},
        [("1001", 412, None), ("1101", -400, None), ("4102", -12, None)],
    ),
    (postings.bonds_matured, {"principal_fen": 400, "interest_fen": 0}, [("1001", 400, None), ("1101", -400, None)]),
    (postings.transfer_sent, {"fen": 100}, [("100199", 100, None), ("1001", -100, None)]),
    (postings.earnings_distributed, {"amounts": {A: 4, B: 3}}, [("3101", 7, None), ("3001", -4, A), ("3001", -3, B)]),
    (
        postings.income_carried_forward,
        {"unclosed": {"4001": 800, "4101": 7, "4901": -2}},
        [
            *[("4001", 800, None), ("3001", -800, None), ("4101", 7, None), ("3101", -7, None)],
            *[("3101", 2, None), ("4901", -2, None)],
        ],
    ),
    (
        postings.expenses_carried_forward,
        {"unclosed": {"5001": 30, "5901": 3, "5101": 0}},
        [("3001", 30, None), ("5001", -30, None), ("3101", 3, None), ("5901", -3, None)],
    ),
    (
        postings.expenses_carried_forward,
        {"unclosed": {"5901": 3}, "other_expense_borne_by": {A: 2, B: 1}},
        [("3001", 2, A), ("3001", 1, B), ("5901", -3, None)],
    ),
]


class TestATemplate:
    """Each posting template."""

    @pytest.mark.parametrize(
        ("template", "told", "booked"), TEMPLATES, ids=lambda value: getattr(value, "__name__", "")
    )
    def test_books(self, template: Callable[..., int], told: dict[str, Any], booked: Booked) -> None:
        deposit({A: 500, B: 300})
        assert lines_of(template(**event(**told))) == booked

    def test_for_public_housing_uses_its_own_net_assets(self) -> None:
        told = {"custody_id": PUBLIC_CUSTODY, "fund_kind": FundKind.PUBLIC, "amounts": {21: 5}}
        assert lines_of(postings.opening_balance(**event(**told))) == [("1001", 5, None), ("3002", -5, 21)]

    def test_of_arrival_moves_the_houses_to_the_new_custody_account(self) -> None:
        deposit({A: 500})
        both = {k: v for k, v in event(amounts={A: 500}).items() if k != "custody_id"}
        entry = postings.transfer_arrived(from_custody_id=CUSTODY, to_custody_id=7, **both)
        assert lines_of(entry) == [("3001", 500, A), ("100199", -500, None), ("1001", 500, None), ("3001", -500, A)]
        assert balance(A) == 500

    def test_stands_in_the_documentation_word_for_word(self) -> None:
        text = DOCS.read_text(encoding="utf-8")
        for name, function in inspect.getmembers(postings, inspect.isfunction):
            if function.__module__ == postings.__name__ and not name.startswith("_"):
                first_line = (inspect.getdoc(function) or "").splitlines()[0]
                assert f"| `{name}` | {first_line} |" in text, name

    def test_is_refused_amounts_that_are_not_positive(self) -> None:
        for amounts in ({}, {A: 0}, {A: 5, B: -1}):
            with pytest.raises(ValueError, match="positive"):
                postings.deposit_confirmed(**event(amounts=amounts))

    def test_is_refused_an_account_of_another_kind(self) -> None:
        with pytest.raises(ValueError, match="4001 is no account of other income"):
            postings.other_income(**event(fen=1, code="4001"))
        with pytest.raises(ValueError, match="5001 is no account of income"):
            postings.income_carried_forward(**event(unclosed={"5001": 1}))
        with pytest.raises(ValueError, match="4001 is no account of expense"):
            postings.expenses_carried_forward(**event(unclosed={"4001": 1}))
        with pytest.raises(ValueError, match="do not add up"):
            postings.expenses_carried_forward(**event(unclosed={"5901": 3}, other_expense_borne_by={A: 2}))


class TestABankFile:
    """Deposits of many areas in one call."""

    def test_becomes_one_entry_per_area(self) -> None:
        sub_accounts.open_for(2, [31])
        usual: dict[str, Any] = event(source="bank:ICBC:1")
        del usual["area_id"]
        deposits = [
            postings.Deposit(area_id=AREA, amounts={A: 10, B: 20}, **usual),
            postings.Deposit(area_id=2, amounts={31: 5}, **usual),
        ]
        first = postings.deposits_confirmed(deposits)
        assert postings.deposits_confirmed(deposits) == first
        assert [balance(house) for house in (A, B, 31)] == [10, 20, 5]

    def test_of_five_thousand_houses_costs_one_statement(self, django_assert_max_num_queries: Any) -> None:
        houses = range(1_000_000, 1_005_000)
        sub_accounts.open_for(AREA, houses)
        with django_assert_max_num_queries(3):  # savepoint, the statement, release
            deposit(dict.fromkeys(houses, 1))
        assert sum(b.balance_fen for b in sub_accounts.balances(houses).values()) == 5_000


class TestTheSameEvent:
    """An answer lost on the way makes banks and jobs send again."""

    def test_books_once_and_answers_the_same(self) -> None:
        told = event(amounts={A: 10})
        assert postings.deposit_confirmed(**told) == postings.deposit_confirmed(**told)
        assert balance(A) == 10

    def test_with_another_content_is_refused(self) -> None:
        told = event(amounts={A: 10})
        postings.deposit_confirmed(**told)
        for change in ({"amounts": {A: 11}}, {"amounts": {B: 10}}, {"booked_on": DAY.replace(day=2)}):
            with pytest.raises(SourceConflict, match="业务流水号"):
                postings.deposit_confirmed(**told | change)
        assert balance(A) == 10

    def test_twice_in_one_file_books_once(self) -> None:
        one = postings.Deposit(**event(amounts={A: 10}))
        first, second = postings.deposits_confirmed([one, one])
        assert first == second and balance(A) == 10


class TestAPayment:
    """Money going out."""

    def test_above_the_balance_is_refused_with_what_is_missing(self) -> None:
        deposit({A: 100, B: 100})
        with pytest.raises(NotEnoughMoney, match="分户余额刚刚发生变动，已不足支付，请重新核对") as refused:
            postings.repair_paid(**event(amounts={A: 130, B: 100}))
        assert refused.value.short == {A: 30}
        assert balance(B) == 100

    def test_may_not_take_what_is_held(self) -> None:
        deposit({A: 100})
        sub_accounts.hold(area_id=AREA, amounts={A: 60}, source="order:1", at=AT)
        with pytest.raises(NotEnoughMoney) as refused:
            postings.refund_paid(**event(amounts={A: 50}))
        assert refused.value.short == {A: 10}


class TestACorrection:
    """Mistakes are reversed, never changed."""

    def test_is_the_mirror_and_happens_once(self) -> None:
        entry = deposit({A: 10, B: 5})
        mirror = postings.entry_reversed(entry_id=entry, source="fix", booked_on=DAY)
        assert lines_of(mirror) == [(code, -fen, house) for code, fen, house in lines_of(entry)]
        assert postings.entry_reversed(entry_id=entry, source="fix", booked_on=DAY) == mirror
        with pytest.raises(Refusal, match="已经冲正过"):
            postings.entry_reversed(entry_id=entry, source="fix again", booked_on=DAY)
        with pytest.raises(Refusal, match="本身就是冲正"):
            postings.entry_reversed(entry_id=mirror, source="fix the fix", booked_on=DAY)

    def test_of_a_deposit_that_was_spent_is_refused(self) -> None:
        entry = deposit({A: 10})
        postings.repair_paid(**event(amounts={A: 1}))
        with pytest.raises(NotEnoughMoney):
            postings.deposit_reversed(entry_id=entry, source="bank:undo", booked_on=DAY)

    def test_of_a_deposit_takes_a_deposit_only(self) -> None:
        deposit({A: 10})
        repair = postings.repair_paid(**event(amounts={A: 1}))
        with pytest.raises(ValueError, match="no deposit"):
            postings.deposit_reversed(entry_id=repair, source="bank:undo", booked_on=DAY)
        back = postings.deposit_reversed(entry_id=deposit({A: 4}), source="bank:undo", booked_on=DAY)
        assert lines_of(back) == [("1001", -4, None), ("4001", 4, A)]


class TestTheChart:
    """The chart of accounts of 财会〔2020〕7号."""

    def test_has_every_account_of_the_norm(self) -> None:
        norm = "1001 1101 1201 2001 3001 3002 3101 4001 4101 4102 4201 4301 4901 5001 5101 5901"
        assert " ".join(code for code in chart.CHART if len(code) == 4) == norm

    def test_knows_every_account_the_templates_use(self) -> None:
        assert {code for _, _, booked in TEMPLATES for code, _, _ in booked} <= set(chart.CHART)

    def test_has_a_net_asset_account_for_each_kind_of_fund(self) -> None:
        assert [kind.net_asset for kind in FundKind] == ["3001", "3002"]

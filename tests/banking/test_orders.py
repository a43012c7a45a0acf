"""Payment orders: the bank pays what it was told, once, and says when it could not.

# covers: F2
"""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.banking.town import AT, Town, confirm, issue, make_town
from tests.staging import staged
from upkeep.banking import purposes
from upkeep.banking.actions import confirm_order, fail_order, order_payment, reissue_order, void_order
from upkeep.banking.counter import WrongAmount, WrongBank
from upkeep.banking.day_book import day_book
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.banking.orders import NeedsAnother, OrderClosed, amounts_of
from upkeep.banking.purposes import NoSuchPurpose, OrderPurpose, purpose
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.kernel.errors import HasProblems

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trial() -> Iterator[None]:
    """A purpose such as packages above register, for these tests only."""

    @purpose("trial")
    class Trial(OrderPurpose):
        title = "试付"

        def confirmed(self, order, *, booked_on, at, by) -> None:  # type: ignore[no-untyped-def]
            sub_accounts.release(area_id=order.area_id, source=order.reference, at=at)
            postings.repair_paid(
                area_id=order.area_id,
                custody_id=order.custody_id,
                fund_kind=FundKind(order.custody.fund_kind),
                amounts=amounts_of(order),
                source=f"order:{order.pk}",
                booked_on=booked_on,
            )

        def voided(self, order, *, at, by) -> None:  # type: ignore[no-untyped-def]
            sub_accounts.release(area_id=order.area_id, source=order.reference, at=at)

    yield
    del purposes._handlers["trial"]


def _town() -> Town:
    town = make_town()
    confirm(town, issue(town), serial="IN1")
    return town


town = staged(_town)


def order(town: Town, *, fen: int = 1_000) -> PaymentOrder:
    """Hold and order `fen` from each of two houses."""
    amounts = {house.pk: fen for house in town.houses[:2]}
    sub_accounts.hold(area_id=town.area.pk, amounts=amounts, source="trial:1", at=AT)
    return order_payment(
        purpose="trial",
        reference="trial:1",
        jurisdiction_id=town.district.pk,
        area_id=town.area.pk,
        custody_id=town.custodies[FundKind.COMMODITY].pk,
        amounts=amounts,
        payee_name="江城电梯维修有限公司",
        payee_bank="建设银行江城分行",
        payee_account="62170001112223",
        by=town.people["approver"],
        at=AT,
    )


def pay(town: Town, paper: PaymentOrder, *, who: str = "teller", serial: str = "OUT1", fen: int = 0) -> PaymentOrder:
    return confirm_order(
        number=paper.number, amount_fen=fen or paper.amount_fen, serial=serial, by=town.people[who], at=AT
    )


def balance(town: Town) -> tuple[int, int]:
    first = town.houses[0].pk
    found = sub_accounts.balances([first])[first]
    return found.balance_fen, found.held_fen


class TestOrder:
    def test_moves_no_money_until_the_bank_has_paid(self, town: Town) -> None:
        paper = order(town)
        assert balance(town) == (885_330, 1_000)

        paid = pay(town, paper)

        assert (paid.state, paid.amount_fen) == (OrderState.PAID, 2_000)
        assert balance(town) == (884_330, 0)

    def test_confirmed_twice_under_one_serial_pays_once(self, town: Town) -> None:
        paper = order(town)

        pay(town, paper)
        pay(town, paper)

        assert balance(town) == (884_330, 0)

    def test_confirmed_under_another_serial_says_it_is_paid(self, town: Town) -> None:
        paper = order(town)
        pay(town, paper)

        with pytest.raises(OrderClosed, match=r"已由钱柜员.*确认付款，请勿重复付款"):
            pay(town, paper, serial="OUT2", who="teller2")

    def test_is_refused_with_another_amount_or_at_another_bank(self, town: Town) -> None:
        paper = order(town)

        with pytest.raises(WrongAmount):
            pay(town, paper, fen=1_999)
        with pytest.raises(WrongBank):
            pay(town, paper, who="other_teller")

    def test_that_failed_is_issued_anew_by_somebody_else_with_the_hold_standing(self, town: Town) -> None:
        paper = order(town)
        fail_order(number=paper.number, reason="账号不存在", by=town.people["teller"], at=AT)
        right = {"payee_name": "江城电梯维修有限公司", "payee_bank": "建设银行", "payee_account": "62170009"}
        right["reason"] = "账号少一位"

        with pytest.raises(NeedsAnother):
            reissue_order(order_id=paper.pk, by=town.people["approver"], at=AT, **right)
        again = reissue_order(order_id=paper.pk, by=town.people["accountant"], at=AT, **right)

        assert (again.replaces_id, amounts_of(again)) == (paper.pk, amounts_of(paper))
        assert balance(town) == (885_330, 1_000)
        with pytest.raises(OrderClosed):
            reissue_order(order_id=paper.pk, by=town.people["accountant"], at=AT, **right)
        with pytest.raises(OrderClosed, match="登记为付款失败（账号不存在）"):
            pay(town, paper)

    def test_given_up_releases_the_hold(self, town: Town) -> None:
        void_order(order_id=order(town).pk, reason="项目撤销", by=town.people["accountant"], at=AT)

        assert balance(town) == (885_330, 0)

    def test_does_not_fail_without_a_reason(self, town: Town) -> None:
        with pytest.raises(HasProblems):
            fail_order(number=order(town).number, reason="", by=town.people["teller"], at=AT)

    def test_needs_a_known_purpose(self, town: Town) -> None:
        paper = order(town)
        with pytest.raises(NoSuchPurpose):
            order_payment(
                purpose="nothing",
                reference="x",
                jurisdiction_id=town.district.pk,
                area_id=town.area.pk,
                custody_id=paper.custody_id,
                amounts={town.houses[0].pk: 1},
                payee_name="甲",
                payee_bank="乙",
                payee_account="1",
                by=town.people["approver"],
                at=AT,
            )

    def test_stands_in_the_journal_of_the_day_beside_what_came_in(self, town: Town) -> None:
        pay(town, order(town))

        lines = day_book(actor=town.people["teller"], on=dt.date(2026, 11, 20)).lines

        assert [(line.title, line.in_fen, line.out_fen) for line in lines] == [
            ("付款", None, 2_000),
            ("收款", 6 * 885_330, None),
        ]
        assert day_book(actor=town.people["other_teller"], on=dt.date(2026, 11, 20)).lines == []

    def test_keeps_the_payee_account_unreadable_in_the_database(self, town: Town) -> None:
        paper = order(town)

        with connection.cursor() as cursor:
            cursor.execute("select payee_account from banking_paymentorder where id = %s", [paper.pk])
            (raw,) = cursor.fetchone()

        assert "6217" not in raw
        assert PaymentOrder.objects.get(pk=paper.pk).payee_account == "62170001112223"

    def test_cannot_be_changed_once_issued(self, town: Town) -> None:
        order(town)

        for sql in (
            "update banking_paymentorder set amount_fen = 1",
            "update banking_paymentorder set payee_name = '他人'",
            "update banking_paymentorderline set amount_fen = 1",
            "delete from banking_paymentorder",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


class TestAnyOrder(TestCase):
    """Whatever the shares, the lines add up to the total, and the database checks it."""

    town: Town

    @classmethod
    def setUpTestData(cls) -> None:
        cls.town = make_town()

    @given(st.lists(st.integers(1, 10**10), min_size=1, max_size=6))
    def test_adds_up(self, shares: list[int]) -> None:
        amounts = dict(zip([house.pk for house in self.town.houses], shares, strict=False))

        paper = order_payment(
            purpose="trial",
            reference="trial:2",
            jurisdiction_id=self.town.district.pk,
            area_id=self.town.area.pk,
            custody_id=self.town.custodies[FundKind.COMMODITY].pk,
            amounts=amounts,
            payee_name="甲",
            payee_bank="乙",
            payee_account="1",
            by=self.town.people["approver"],
            at=AT,
        )

        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")
        assert paper.amount_fen == sum(amounts_of(paper).values()) == sum(amounts.values())

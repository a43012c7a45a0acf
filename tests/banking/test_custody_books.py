"""What a bank credits to a custody account as a whole, or takes from it."""

import datetime as dt
from typing import Any

import pytest

from tests.banking.town import Town, add_area, make_town, new_house
from tests.staging import staged
from upkeep.banking.custody_books import books_of, charge_fee, credit_interest, custodies_of
from upkeep.banking.models import BankSerial
from upkeep.banking.serials import SerialUsed
from upkeep.books import closing
from upkeep.books.chart import FundKind
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.ledger import api as ledger
from upkeep.parties.actions import add_jurisdiction

AT = dt.datetime(2026, 6, 30, 16, 30, tzinfo=dt.UTC)  # the first of July in Shanghai
TODAY = dt.date(2026, 7, 1)
town = staged(make_town)
pytestmark = pytest.mark.django_db


def credit(town: Town, **changes: Any) -> int:
    values: dict[str, Any] = {
        "custody_id": town.custodies[FundKind.COMMODITY].pk,
        "fen": 12_345,
        "serial": "lx 001",
        "booked_on": TODAY,
        "at": AT,
    }
    return credit_interest(**(values | changes))


def lines(entry_id: int) -> list[tuple[str, int]]:
    return [(line.code, line.debit_fen - line.credit_fen) for line in ledger.entry(entry_id).lines]


class TestInterestCredited:
    def test_is_booked_in_the_custody_accounts_own_book(self, town: Town) -> None:
        entry = credit(town)
        assert lines(entry) == [("1001", 12_345), ("4101", -12_345)]
        booked = ledger.entry(entry)
        assert (booked.area_id, booked.booked_on) == (town.custodies[FundKind.COMMODITY].pk, TODAY)

    def test_uses_its_serial_up(self, town: Town) -> None:
        credit(town)
        kept = BankSerial.objects.get(serial="LX001")
        assert (kept.use, kept.subject, kept.amount_fen) == ("INTEREST", "62170001", 12_345)
        with pytest.raises(SerialUsed, match="结息入账"):
            credit(town, fen=1)
        with pytest.raises(SerialUsed):
            charge_fee(custody_id=town.custodies[FundKind.COMMODITY].pk, fen=5, serial="LX001", booked_on=TODAY, at=AT)

    def test_of_another_bank_may_have_the_same_serial(self, town: Town) -> None:
        credit(town)
        assert lines(credit(town, custody_id=town.custodies[FundKind.PUBLIC].pk, fen=7)) == [("1001", 7), ("4101", -7)]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"fen": 0}, "金额应大于 0 元"),
            ({"booked_on": TODAY + dt.timedelta(days=1)}, "不能晚于今天"),
            ({"serial": " "}, "请填写银行流水号"),
        ],
    )
    def test_is_refused_when_it_cannot_be(self, town: Town, changes: dict[str, Any], sentence: str) -> None:
        with pytest.raises(HasProblems, match=sentence):
            credit(town, **changes)
        assert not BankSerial.objects.exists()

    def test_is_not_booked_into_a_closed_period_and_leaves_the_serial_free(self, town: Town) -> None:
        custody_id = town.custodies[FundKind.COMMODITY].pk
        credit(town, serial="A")
        closing.close_period(area_ids=[custody_id], through=TODAY, at=AT, by="郑会计")
        with pytest.raises(Refusal, match="已结账"):
            credit(town, serial="B")
        assert not BankSerial.objects.filter(serial="B").exists()


class TestAFee:
    def test_is_an_expense_of_the_custody_account(self, town: Town) -> None:
        credit(town)
        entry = charge_fee(
            custody_id=town.custodies[FundKind.COMMODITY].pk, fen=2_000, serial="SX1", booked_on=TODAY, at=AT
        )
        assert lines(entry) == [("5901", 2_000), ("1001", -2_000)]


class TestTheBooksOfACity:
    def test_are_those_of_its_areas_and_custody_accounts_and_of_its_districts(self, town: Town) -> None:
        second = add_area(
            town_district=town.district, developer=town.developer, name="滨江花园", houses=[new_house(room="101")]
        )
        custodies = [one.pk for one in town.custodies.values()]
        assert books_of(town.city.pk) == sorted([town.area.pk, second.pk, *custodies])
        assert books_of(town.district.pk) == sorted([town.area.pk, second.pk])

    def test_leave_out_another_citys(self, town: Town) -> None:
        elsewhere = add_jurisdiction(code="510300", slug="yandu", name="盐都市", office_name="盐都市维修资金中心")
        assert books_of(elsewhere.pk) == [] and list(custodies_of(elsewhere.pk)) == []

    def test_list_custody_accounts_in_use_first(self, town: Town) -> None:
        commodity = town.custodies[FundKind.COMMODITY]
        commodity.is_active = False
        commodity.save()
        assert [one.fund_kind for one in custodies_of(town.city.pk)] == ["PUBLIC", "COMMODITY"]

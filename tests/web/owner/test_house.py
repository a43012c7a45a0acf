"""我的房屋 on the telephone: what the owner sees of each house, and what he no longer sees.

# covers: O8 F8 D9
"""

import datetime as dt
from typing import Any

import pytest

from tests.cast import AT, TODAY
from tests.web.owner.scene import OwnersHouse
from tests.web.pages import client_of, text
from upkeep.books.sub_accounts import balances
from upkeep.deposits.actions import void_receipt
from upkeep.deposits.models import Receipt
from upkeep.estate import owners
from upkeep.estate.models import House
from upkeep.kernel.money import yuan
from upkeep.printing.models import KeptPrint

pytestmark = pytest.mark.django_db


def balance(house: House) -> str:
    return yuan(balances([house.pk])[house.pk].balance_fen)


class TestTheHouse:
    def test_shows_its_balance_and_every_movement_in_plain_words(self, mine: OwnersHouse) -> None:
        deposited = balance(mine.house)
        mine.refund(12_34, on=TODAY - dt.timedelta(days=3))

        shown = text(mine.client.get(mine.url))

        assert f"您家的维修资金余额 {balance(mine.house)} 元" in shown
        assert f"交存维修资金：首期交存 ＋{deposited}" in shown and "退款 －12.34" in shown
        assert f"之后余额 {balance(mine.house)} 元" in shown
        assert not {"4001", "分户账", "借", "贷"} & set(shown.split())

    def test_is_found_from_the_first_page_with_the_sum_of_all(self, mine: OwnersHouse) -> None:
        other = mine.unpaid()
        mine.give(other)

        shown = text(mine.client.get("/owner/"))

        assert "您家 2 处房屋的维修资金余额共" in shown and "还没有交首期维修资金" in shown
        assert mine.client.get(f"/owner/houses/{other.pk}/").status_code == 200

    def test_owned_with_another_says_how_and_never_with_whom(self, mine: OwnersHouse) -> None:
        other = mine.unpaid()
        mine.give(other, shares=(600_000, 400_000))

        shown = text(mine.client.get(f"/owner/houses/{other.pk}/"))

        assert "按份共有，您占 60%" in shown and "李四" not in shown

    def test_of_somebody_else_is_not_there(self, mine: OwnersHouse) -> None:
        for page in ("", "movements/", "receipts/", "statement/", "pay/", "refund/", "pay/code/"):
            assert mine.client.get(f"/owner/houses/{mine.unpaid().pk}/{page}").status_code == 404

    def test_asks_no_more_for_more_movements(self, mine: OwnersHouse, django_assert_max_num_queries: Any) -> None:
        for days in range(1, 20):
            mine.refund(1, on=TODAY - dt.timedelta(days=days))

        with django_assert_max_num_queries(40):
            mine.client.get(f"{mine.url}movements/")


class TestWhoHasSold:
    def test_keeps_what_he_saw_on_his_last_day_and_learns_nothing_since(self, mine: OwnersHouse) -> None:
        before = balance(mine.house)
        mine.sell(on=TODAY - dt.timedelta(days=10))
        mine.refund(55_55, on=TODAY - dt.timedelta(days=2))

        home, shown = text(mine.client.get("/owner/")), text(mine.client.get(mine.url))

        assert "目前没有您名下的房屋" in home and "以前的房屋" in home
        assert f"您名下最后一笔变动后的余额 {before} 元" in shown
        assert "55.55" not in shown and balance(mine.house) not in shown
        assert "55.55" not in text(mine.client.get(f"{mine.url}movements/"))

    def test_may_neither_pay_nor_see_the_area_any_more(self, mine: OwnersHouse) -> None:
        mine.sell(on=TODAY - dt.timedelta(days=10))

        for page in (f"{mine.url}pay/", f"{mine.url}refund/", f"/owner/areas/{mine.house.area_id}/"):
            assert mine.client.get(page).status_code == 404
        assert mine.client.post(f"{mine.url}begin/owner_deposit/").status_code == 404

    def test_prints_a_statement_that_ends_with_his_last_day(self, mine: OwnersHouse) -> None:
        mine.sell(on=TODAY - dt.timedelta(days=10))
        mine.refund(55_55, on=TODAY - dt.timedelta(days=2))

        period = {"first": "2020-01-01", "last": "2030-01-01"}
        answer = mine.client.post(f"{mine.url}statement/", period, follow=True)

        assert answer.content.startswith(b"%PDF")
        # What lies behind is covered above: the print is made of the same lines.
        assert KeptPrint.objects.get().number.startswith("DZ")


class TestReceipts:
    def test_are_opened_as_pdf_by_the_owner_alone(self, mine: OwnersHouse) -> None:
        house = mine.unpaid()
        mine.give(house)
        mine.paid(mine.slip_for(house))
        receipt, url = Receipt.objects.get(house=house), f"/owner/houses/{house.pk}/receipts/"

        shown = text(mine.client.get(url))
        opened = mine.client.post(f"{url}{receipt.pk}/", follow=True)

        assert receipt.full_number in shown
        assert opened.content.startswith(b"%PDF")
        assert mine.client.post(f"{mine.url}receipts/{receipt.pk}/").status_code == 404

    def test_of_an_earlier_owner_are_not_the_buyers(self, mine: OwnersHouse) -> None:
        house = mine.unpaid()
        if owners.current([house.pk]).exists():
            owners.end([house.pk], until=TODAY - dt.timedelta(days=40), basis="测试", case_id=None, by=None, at=AT)
        mine.paid(mine.slip_for(house))
        owners.bind(
            house.pk,
            [owners.NewOwnership(mine.owner)],
            since=TODAY,
            basis="买卖",
            case_id=None,
            by=None,
            at=AT + dt.timedelta(days=1),
        )
        Receipt.objects.get(house=house)
        # Booked on the day he became the owner it is his; a day later it would not be.
        assert "开给这套房屋的票据" not in text(mine.client.get(f"/owner/houses/{house.pk}/receipts/"))

    def test_that_are_void_are_not_shown(self, mine: OwnersHouse) -> None:
        house = mine.unpaid()
        mine.give(house)
        mine.paid(mine.slip_for(house))
        receipt = Receipt.objects.get(house=house)
        void_receipt(receipt_id=receipt.pk, reason="开错", reissue=False, by=mine.cast["demo-accountant"], at=AT)

        assert receipt.full_number not in text(mine.client.get(f"/owner/houses/{house.pk}/receipts/"))


class TestTheStatement:
    def test_is_printed_with_number_and_code_and_kept_for_its_reader(self, mine: OwnersHouse) -> None:
        period = {"first": "2025-01-01", "last": f"{TODAY}"}

        answer = mine.client.post(f"{mine.url}statement/", period, follow=True)

        kept = KeptPrint.objects.get()
        assert answer.content.startswith(b"%PDF")
        assert kept.number in text(mine.client.get(f"{mine.url}statement/"))
        again = mine.client.get(f"{mine.url}statement/{kept.pk}/")
        assert again.content == answer.content
        clerk = client_of(mine.cast, "demo-clerk")
        assert clerk.get(f"/transactions/houses/{mine.house.pk}/prints/{kept.pk}/").status_code == 404

    @pytest.mark.parametrize(
        ("first", "last", "said"),
        [
            ("2026-05-01", "2026-04-01", "截止日期不能早于起始日期"),
            ("", "2026-04-01", "请选择起始日期"),
            ("x", "y", ""),
        ],
    )
    def test_of_no_period_is_refused_in_words(self, mine: OwnersHouse, first: str, last: str, said: str) -> None:
        answer = mine.client.post(f"{mine.url}statement/", {"first": first, "last": last})

        assert answer.status_code == 200 and said in text(answer)
        assert not KeptPrint.objects.exists()

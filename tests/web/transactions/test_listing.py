"""交易明细: office, developer, property company and committee, each its own areas; by type, number, period, area, house.

# covers: F8
"""

import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests.cast import TODAY, Cast
from tests.web.owner.scene import OwnersHouse
from tests.web.pages import client_of, text
from upkeep.banking.models import PaySlip
from upkeep.kernel.money import yuan
from upkeep.printing.models import KeptPrint

pytestmark = pytest.mark.django_db

EVER = f"first=2020-01-01&last={TODAY}"


@pytest.fixture
def clerk(settled: Cast) -> Client:
    return client_of(settled, "demo-accountant")


@pytest.fixture
def slip(mine: OwnersHouse) -> PaySlip:
    """The notice by which the owner's house was paid."""
    return PaySlip.objects.get(lines__house=mine.house)


def listed(client: Client, query: str) -> str:
    return text(client.get(f"/transactions/?{query}"))


class TestTheList:
    def test_shows_each_payment_with_number_serial_and_sums(self, clerk: Client, slip: PaySlip) -> None:
        shown = listed(clerk, EVER)

        assert slip.number in shown and slip.bank_serial and slip.bank_serial.serial in shown
        assert f"{slip.house_count} 户" in shown and yuan(slip.total_fen) in shown
        assert "缴存" in shown and f"共 {PaySlip.objects.filter(state='PAID').count()} 笔" in shown

    def test_of_spending_holds_no_deposit(self, mine: OwnersHouse, clerk: Client, slip: PaySlip) -> None:
        mine.refund(12_34, on=TODAY)

        shown = listed(clerk, f"{EVER}&kind=SPENDING")

        assert "退款" in shown and "12.34" in shown and slip.number not in shown

    def test_of_a_house_shows_its_part(self, mine: OwnersHouse, clerk: Client, slip: PaySlip) -> None:
        paid = slip.lines.get(house=mine.house).amount_fen
        shown = listed(clerk, f"{EVER}&view=houses&house=江南名邸+{mine.house.room}")

        assert yuan(paid) in shown and yuan(slip.total_fen) not in shown
        assert "没有找到户室" in listed(clerk, f"{EVER}&house=9999")

    @pytest.mark.parametrize(
        "query", ["first=x&last=y", "kind=NONE", "after=zzz", "view=other", "area=%27", "house=a"]
    )
    def test_survives_whatever_is_asked(self, clerk: Client, query: str) -> None:
        assert clerk.get(f"/transactions/?{query}").status_code == 200
        assert clerk.get(f"/transactions/export/?{query}").status_code == 200

    def test_is_exported_as_it_is_listed(self, clerk: Client, slip: PaySlip) -> None:
        answer = clerk.get(f"/transactions/export/?{EVER}&number={slip.number}")

        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert any(slip.number in row for row in rows)
        assert sum(1 for row in rows if "缴存" in row) == 1

    def test_asks_no_more_for_more_rows(
        self, clerk: Client, mine: OwnersHouse, django_assert_max_num_queries: Any
    ) -> None:
        for days in range(12):
            mine.refund(1, on=TODAY.replace(day=1 + days))

        for query in (EVER, f"{EVER}&view=houses"):
            with django_assert_max_num_queries(26):
                clerk.get(f"/transactions/?{query}")


class TestANumber:
    def test_is_told_what_it_is_whichever_was_typed(self, clerk: Client, slip: PaySlip) -> None:
        assert slip.bank_serial
        for number, words in ((slip.number, "交款通知单编号"), (slip.bank_serial.serial, "银行流水号")):
            shown = listed(clerk, f"number={number}")
            assert f"“{number}”是{words}" in shown and yuan(slip.total_fen) in shown

    def test_of_a_notice_that_waits_is_no_transaction_yet(self, mine: OwnersHouse, clerk: Client) -> None:
        waiting = mine.slip_for(mine.unpaid())

        assert "银行尚未确认收付款" in listed(clerk, f"number={waiting.number}")

    def test_that_nobody_has_and_one_of_others_are_answered_alike(self, settled: Cast, slip: PaySlip) -> None:
        stranger = client_of(settled, "stranger-clerk")

        for number in (slip.number, "JK202601010000018"):
            shown = listed(stranger, f"number={number}")
            assert f"没有编号为“{number}”的" in shown


class TestOrganisations:
    @pytest.mark.parametrize("who", ["demo-developer", "demo-company", "demo-committee"])
    def test_see_their_own_areas_and_no_others(self, settled: Cast, slip: PaySlip, who: str) -> None:
        client = client_of(settled, who)

        shown = listed(client, EVER)

        assert "江南名邸" in shown and "康宁家园" not in shown

    def test_open_only_papers_that_are_theirs(self, settled: Cast, slip: PaySlip) -> None:
        page = client_of(settled, "demo-developer").get(f"/transactions/?{EVER}").content.decode()
        elsewhere = client_of(settled, "demo-company").get(f"/transactions/?{EVER}").content.decode()

        assert f"/deposits/slips/{slip.number}/" in page
        assert f"/deposits/slips/{slip.number}/" not in elsewhere and slip.number in elsewhere


class TestTheStatement:
    def test_of_a_house_is_shown_and_printed(self, mine: OwnersHouse, clerk: Client) -> None:
        url = f"/transactions/houses/{mine.house.pk}/"
        mine.refund(12_34, on=TODAY)

        shown = text(clerk.get(f"{url}?{EVER}"))
        printed = clerk.post(url, {"first": "2020-01-01", "last": f"{TODAY}"}, follow=True)

        assert "退款" in shown and "12.34" in shown
        assert printed.content.startswith(b"%PDF")
        assert KeptPrint.objects.get().number in text(clerk.get(url))
        assert clerk.get(f"{url}?first=2026-02-01&last=2026-01-01").status_code == 200

    def test_of_another_area_is_not_there(self, mine: OwnersHouse) -> None:
        for who in ("stranger-clerk", "more-committee3"):
            if who in mine.cast.city.users:
                client = client_of(mine.cast, who)
                assert client.get(f"/transactions/houses/{mine.house.pk}/").status_code == 404

"""The pages around a deposit: slip, print, counter, journal, receipts, state, the check of a QR code.

# covers: F2 D1 D6 D9
"""

import pytest
from django.test import Client
from django.utils import timezone

from tests.banking import town as town_module
from tests.banking.town import Town, confirm, issue, make_town
from upkeep.banking.models import PaySlip
from upkeep.deposits.models import Receipt
from upkeep.parties.models import User
from upkeep.printing.checking import check_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    """Issued today, since the pages read the clock."""
    monkeypatch.setattr(town_module, "AT", timezone.now())
    return make_town()


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Prints are kept in a folder of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def client(username: str) -> Client:
    found = Client()
    found.force_login(User.objects.get(username=username))
    return found


def text(response) -> str:  # type: ignore[no-untyped-def]
    return str(response.content.decode())


class TestTeller:
    def test_sees_the_slip_and_confirms_it_in_three_keys(self, town: Town) -> None:
        slip, teller = issue(town), client("t1")

        seen = text(teller.get(f"/bank/counter/?q={slip.number}"))
        data = {"number": slip.number, "amount_fen": slip.total_fen, "serial": "S9"}
        answer = teller.post("/bank/counter/confirm/", data, follow=True)

        assert "江南置业有限公司" in seen and "53,119.80" in seen and "江南名邸" in seen
        assert "收款确认成功" in text(answer)
        assert PaySlip.objects.get().state == "PAID"

    def test_is_told_what_to_do_with_a_paid_slip_and_another_banks(self, town: Town) -> None:
        slip = issue(town)
        confirm(town, slip)

        assert "请勿重复收款" in text(client("t2").get(f"/bank/counter/?q={slip.number}"))
        assert "请引导客户前往建设银行江城分行" in text(client("t3").get(f"/bank/counter/?q={slip.number}"))

    def test_with_another_amount_books_nothing(self, town: Town) -> None:
        slip = issue(town)

        data = {"number": slip.number, "amount_fen": "1", "serial": "S9"}
        answer = client("t1").post("/bank/counter/confirm/", data, follow=True)

        assert "金额不符" in text(answer)
        assert PaySlip.objects.get().state == "WAITING"

    def test_prints_the_bank_slip_and_finds_the_payment_in_the_journal(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        teller = client("t1")

        printed = teller.post(f"/bank/done/{slip.number}/print/", follow=True)
        journal = text(teller.get("/bank/journal/"))
        exported = teller.get("/bank/journal/export/")

        assert printed.content.startswith(b"%PDF")
        assert slip.number in journal and "53,119.80" in journal
        assert exported.content.startswith(b"PK")
        assert slip.number not in text(client("t3").get("/bank/journal/"))

    def test_has_a_list_of_orders_to_pay(self, town: Town) -> None:
        assert "没有符合条件的付款通知" in text(client("t1").get("/bank/orders/"))


class TestDeveloper:
    def test_lists_shows_prints_and_exports_his_slips(self, town: Town) -> None:
        slip, developer = issue(town), client("dev")

        assert slip.number in text(developer.get("/deposits/slips/?state=WAITING&q=江南"))
        assert "有电梯 90.00 元/㎡" in text(developer.get(f"/deposits/slips/{slip.number}/"))
        first = developer.post(f"/deposits/slips/{slip.number}/print/", follow=True)
        again = developer.post(f"/deposits/slips/{slip.number}/print/", follow=True)
        assert first.content.startswith(b"%PDF") and first.content == again.content
        assert developer.get("/deposits/slips/export/").content.startswith(b"PK")

    def test_makes_a_slip_void_after_being_told_what_it_means(self, town: Town) -> None:
        slip, developer = issue(town), client("dev")

        asked = text(developer.get(f"/deposits/slips/{slip.number}/void/"))
        developer.post(f"/deposits/slips/{slip.number}/void/", {"reason": "选错"})

        assert "6 户、合计 53,119.80 元" in asked
        assert PaySlip.objects.get().state == "VOID"

    def test_prints_his_receipt(self, town: Town) -> None:
        confirm(town, issue(town))
        developer = client("dev")

        assert "00000001" in text(developer.get("/deposits/receipts/"))
        answer = developer.post(f"/deposits/receipts/{Receipt.objects.get().pk}/print/", follow=True)
        assert answer.content.startswith(b"%PDF")

    def test_sees_how_his_areas_stand(self, town: Town) -> None:
        confirm(town, issue(town, count=2))

        page = text(client("dev").get("/deposits/state/"))

        assert "江南名邸" in page and "17,706.60" in page and "35,413.20" in page


class TestOffice:
    def test_makes_a_receipt_void_and_issues_it_anew(self, town: Town) -> None:
        confirm(town, issue(town))
        receipt = Receipt.objects.get()

        client("a1").post(f"/deposits/receipts/{receipt.pk}/void/", {"reason": "打印损坏", "reissue": "1"})

        assert list(Receipt.objects.order_by("number").values_list("number", "state")) == [(1, "VOID"), (2, "VALID")]

    def test_is_the_only_one_that_may(self, town: Town) -> None:
        confirm(town, issue(town))

        answer = client("dev").post(f"/deposits/receipts/{Receipt.objects.get().pk}/void/", {"reason": "x"})

        assert answer.status_code == 403


class TestStranger:
    def test_learns_from_the_qr_code_that_a_slip_is_genuine_and_how_it_stands(self, town: Town) -> None:
        slip = issue(town)

        page = text(Client().get(check_path(slip.number, city="jiangcheng")))

        assert "是本平台开具的单据" in page and "53,119.80" in page and "待交" in page
        assert "江南置业" not in page and "13900000001" not in page

    def test_with_a_wrong_signature_learns_nothing(self, town: Town) -> None:
        slip = issue(town)

        page = text(Client().get(f"/check/{slip.number}?s=000000000000"))

        assert "没有查到该单据" in page and "53,119.80" not in page

    def test_and_another_organisation_do_not_find_a_slip(self, town: Town) -> None:
        slip = issue(town)

        assert client("t3").get(f"/deposits/slips/{slip.number}/").status_code == 404
        assert Client().get(f"/deposits/slips/{slip.number}/").status_code == 302


class TestDepositsHouseByHouse:
    def test_are_found_by_state_with_sums_and_exported(self, town: Town) -> None:
        confirm(town, issue(town, count=2))
        accountant = client("a1")

        paid = text(accountant.get("/deposits/houses/?state=PAID"))
        unpaid = text(accountant.get("/deposits/houses/?state=NONE"))

        assert "共 <b>2</b> 户" in paid and "17,706.60" in paid
        assert "共 <b>4</b> 户" in unpaid and "35,413.20" in unpaid
        assert accountant.get("/deposits/houses/export/?state=NONE").content.startswith(b"PK")
        assert "请至少输入两个字" in text(accountant.get("/deposits/houses/?owner=张"))
        assert accountant.get("/deposits/houses/?state=x&after=1-x&house=%27").status_code == 200

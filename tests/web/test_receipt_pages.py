"""票据 on its pages: the list and its workbook, books, what was missing, all of a payment, and a payer's own link.

# covers: D9
"""

import datetime as dt
import io
import re

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tests.banking import town as town_module
from tests.banking.town import Town, confirm, issue, make_town, person
from tests.web.public.door import Door
from upkeep.banking.actions import ask_reversal
from upkeep.banking.models import ReceiptMode
from upkeep.banking.reversals import NotReversible
from upkeep.deposits.models import Receipt, ReceiptBook
from upkeep.deposits.receipt_links import token_of
from upkeep.jobs.actions import run
from upkeep.jobs.models import Job
from upkeep.parties.models import User
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Prints are kept in a folder of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issued today, since the pages read the clock."""
    monkeypatch.setattr(town_module, "AT", timezone.now())


def town_with(numbers: int) -> Town:
    town = make_town(receipts=numbers)
    for username, name, role in (("cash1", "周出纳", Role.CASHIER), ("clerk1", "小李", Role.WINDOW_CLERK)):
        person(username=username, name=name, role=role, city=town.city)
    return town


def client(username: str) -> Client:
    found = Client()
    found.force_login(User.objects.get(username=username))
    return found


def text(response) -> str:  # type: ignore[no-untyped-def]
    return str(response.content.decode())


class TestTheList:
    def test_is_narrowed_by_what_stands_in_the_address(self) -> None:
        town = town_with(50)
        confirm(town, issue(town, mode=ReceiptMode.PER_HOUSE))
        first = Receipt.objects.order_by("number")[0]
        office = client("clerk1")
        office.post(f"/deposits/receipts/{first.pk}/void/", {"reason": "打印损坏", "reissue": "1"})

        for query, shown, hidden in (
            ("state=VOID", "00000001", "00000002"),
            ("q=3", "00000003", "00000002"),
            ("q=00000007", "00000007", "00000003"),
            (f"book={ReceiptBook.objects.get().pk}&state=VALID", "00000007", "打印损坏"),
            ("sort=number", "打印损坏", "00000009"),
        ):
            page = text(office.get(f"/deposits/receipts/?{query}"))
            assert shown in page and hidden not in page, query
        assert "没有符合条件的票据" in text(office.get("/deposits/receipts/?until=2020-01-01"))

    def test_leaves_as_a_workbook_with_void_ones_and_why(self) -> None:
        town = town_with(50)
        confirm(town, issue(town))
        client("clerk1").post(f"/deposits/receipts/{Receipt.objects.get().pk}/void/", {"reason": "打印损坏"})

        book = load_workbook(io.BytesIO(client("dev").get("/deposits/receipts/export/").content))

        cells = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}
        assert {"00000001", "作废", "打印损坏", "江南置业有限公司"} <= cells

    def test_belongs_to_whoever_pays_and_to_no_other_organisation(self) -> None:
        town = town_with(50)
        confirm(town, issue(town))

        assert "00000001" in text(client("dev").get("/deposits/receipts/"))
        assert client("t1").get("/deposits/receipts/").status_code == 403


class TestBooks:
    def test_are_entered_and_closed_by_the_cashier(self) -> None:
        town_with(0)
        cashier = client("cash1")

        wrong = cashier.post("/deposits/receipts/books/", {"code": "川维修", "first": "9", "last": "3"})
        cashier.post("/deposits/receipts/books/", {"code": "川维修", "first": "1", "last": "300"})
        again = cashier.post("/deposits/receipts/books/", {"code": "川维修", "first": "300", "last": "400"})

        assert wrong.status_code == 400 and "止号不能小于起号" in text(wrong)
        assert "与已领用的票据本重复" in text(again)
        book = ReceiptBook.objects.get()
        assert (book.left, book.received_by_name) == (300, "周出纳")
        page = text(cashier.get("/deposits/receipts/books/"))
        assert "已少于 500 个，请及时领用" in page and "核销余号" in page

        assert "300 个号码核销后不再使用" in text(cashier.get(f"/deposits/receipts/books/{book.pk}/close/"))
        cashier.post(f"/deposits/receipts/books/{book.pk}/close/", {"reason": "年末交回"})
        assert "已核销" in text(cashier.get("/deposits/receipts/books/"))

    def test_are_read_by_the_others_of_the_office(self) -> None:
        town_with(10)
        clerk = client("clerk1")

        page = text(clerk.get("/deposits/receipts/books/"))
        clerk.post("/deposits/receipts/books/", {"code": "川维修", "first": "900", "last": "999"})

        assert "登记新领用的票据本" not in page and ReceiptBook.objects.count() == 1
        assert clerk.get(f"/deposits/receipts/books/{ReceiptBook.objects.get().pk}/close/").status_code == 403

    def test_let_what_was_missing_be_issued_in_the_background(self) -> None:
        town = town_with(0)
        for n in range(3):
            confirm(town, issue(town, houses=town.houses[2 * n : 2 * n + 2]), serial=f"S{n}")
        cashier = client("cash1")
        assert "有 <b>3</b> 张已交款的通知单因号码用完没有票据" in text(cashier.get("/deposits/receipts/books/"))
        cashier.post("/deposits/receipts/books/", {"code": "川维修", "first": "1", "last": "300"})

        answer = cashier.post("/deposits/receipts/missing/")
        run(Job.objects.get(kind="issue_missing_receipts").pk)

        assert answer.status_code == 302
        assert Receipt.objects.count() == 3
        assert "没有票据" not in text(cashier.get("/deposits/receipts/books/"))


class TestAllOfAPayment:
    def test_are_one_file_at_once_when_they_are_few(self) -> None:
        town = town_with(50)
        slip = confirm(town, issue(town, mode=ReceiptMode.PER_HOUSE))

        answer = client("dev").post(f"/deposits/slips/{slip.number}/receipts/pdf/", follow=True)

        assert answer.content.startswith(b"%PDF")

    def test_are_made_in_the_background_when_they_are_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("upkeep.web.deposits.receipts.MOST_AT_ONCE", 5)
        town = town_with(50)
        slip, developer = confirm(town, issue(town, mode=ReceiptMode.PER_HOUSE)), client("dev")

        developer.post(f"/deposits/slips/{slip.number}/receipts/pdf/")
        job = run(Job.objects.get(kind="print_receipts").pk)

        assert job.result is not None and job.result["rows"] == 6
        assert developer.get(str(job.result["next"])).content.startswith(b"%PDF")
        again = developer.post(f"/deposits/slips/{slip.number}/receipts/pdf/", follow=True)
        assert again.content.startswith(b"%PDF") and Job.objects.filter(kind="print_receipts").count() == 1


class TestALink:
    @pytest.fixture
    def door(self, monkeypatch: pytest.MonkeyPatch) -> Door:
        return Door(monkeypatch)

    def opened(self, town: Town) -> tuple[str, Receipt]:
        slip = confirm(town, issue(town))
        page = f"receipts/{token_of(slip, until=timezone.localdate())}/"
        return page, Receipt.objects.get()

    def test_opens_the_receipt_after_the_end_of_the_telephone(self, door: Door) -> None:
        page, receipt = self.opened(town_with(10))
        asked = text(door.client.get(f"/c/jiangcheng/{page}"))
        assert "手机号后四位" in asked and "00000001" not in asked and "53,119.80" not in asked

        shown = door.client.post(f"/c/jiangcheng/{page}", {"tail": "0001", "captcha": door.letters()}, follow=True)
        printed = door.client.post(f"/c/jiangcheng/{page}{receipt.pk}/print/", follow=True)

        assert "00000001" in text(shown) and "53,119.80" in text(shown)
        assert printed.content.startswith(b"%PDF")
        assert "13900000001" not in text(shown)

    def test_proves_nobody_else(self, door: Door) -> None:
        page, receipt = self.opened(town_with(10))
        door.client.get(f"/c/jiangcheng/{page}")
        door.client.post(f"/c/jiangcheng/{page}", {"tail": "0001", "captcha": door.letters()})

        stranger = Client()

        assert "手机号后四位" in text(stranger.get(f"/c/jiangcheng/{page}"))
        assert stranger.post(f"/c/jiangcheng/{page}{receipt.pk}/print/").status_code == 404

    def test_refuses_wrong_ends_and_after_five_the_right_one_too(self, door: Door) -> None:
        page, _ = self.opened(town_with(10))

        for tail in ("0002", "0003", "0004", "0005", "0006"):
            answer = door.client.post(f"/c/jiangcheng/{page}", {"tail": tail, "captcha": door.letters()})
            assert answer.status_code == 400 and "手机号后四位不正确" in text(answer)
        answer = door.client.post(f"/c/jiangcheng/{page}", {"tail": "0001", "captcha": door.letters()})

        assert answer.status_code == 429 and "验证次数已用完" in text(answer)

    def test_that_has_run_out_or_was_forged_says_one_thing(self, door: Door) -> None:
        town = town_with(10)
        page, _ = self.opened(town)
        slip = Receipt.objects.get().slip
        old = token_of(slip, until=timezone.localdate() - dt.timedelta(days=1))

        for token in (old, re.sub(r"^receipts/|/$", "", page) + "x", "nonsense"):
            answer = door.client.get(f"/c/jiangcheng/receipts/{token}/")
            assert answer.status_code == 404 and "链接不正确或已过期" in text(answer)

    def test_keeps_a_fetched_receipts_payment_from_being_taken_back(self, door: Door) -> None:
        town = town_with(10)
        page, receipt = self.opened(town)
        door.client.post(f"/c/jiangcheng/{page}", {"tail": "0001", "captcha": door.letters()})
        door.client.post(f"/c/jiangcheng/{page}{receipt.pk}/print/")

        with pytest.raises(NotReversible, match="已由交款人领取"):
            ask_reversal(number=receipt.slip.number, reason="录错", by=town.people["teller"], at=timezone.now())

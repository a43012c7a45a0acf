"""The bank's pages: three keys to a confirmation, what is shown, the day's journal, and taking a payment back by two.

# covers: F2
"""

import datetime as dt
import io
import re

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tests.banking import town as town_module
from tests.banking.town import Town, confirm, issue, make_town
from upkeep.banking.day_book import day_book
from upkeep.banking.models import BankReversal, PaySlip, ReceiptMode
from upkeep.banking.queries import number_in
from upkeep.books import sub_accounts
from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.deposits.actions import issue_deposit_slips
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


def of_an_owner(town: Town, *, case_id: int | None = None) -> PaySlip:
    """A slip that a person is to pay."""
    (slip,) = issue_deposit_slips(
        area=town.area,
        houses=town.houses[:1],
        payer_name="欧阳明远",
        payer_phone="13987654321",
        receipt_mode=ReceiptMode.WHOLE,
        case_id=case_id,
        by=town.people["developer"],
        at=town_module.AT,
    )
    return slip


def balances(town: Town) -> set[int]:
    return {one.balance_fen for one in sub_accounts.balances([house.pk for house in town.houses]).values()}


class TestTheCounter:
    def test_asks_for_the_number_then_the_serial_then_one_key(self, town: Town) -> None:
        slip, teller = issue(town), client("t1")

        first = text(teller.get("/bank/counter/"))
        second = text(teller.get(f"/bank/counter/?q={slip.number}"))
        third = text(teller.get(f"/bank/counter/?q={slip.number}&serial=s 9"))

        assert re.search(r'id="q"[^>]*autofocus', first)
        assert re.search(r'id="serial"[^>]*autofocus', second) and not re.search(r'id="q"[^>]*autofocus', second)
        assert re.search(r"<button[^>]*autofocus[^>]*>.*?回车确认收款 53,119.80 元", third, re.S)
        assert 'name="serial" value="S9"' in third

    def test_takes_what_a_scanner_reads_out_of_the_qr_code(self, town: Town) -> None:
        slip, teller = issue(town), client("t1")
        address = "https://wx.example.com" + check_path(slip.number, city="jiangcheng")

        assert number_in(address) == slip.number
        assert "伍万叁仟壹佰壹拾玖元捌角整" in text(teller.get("/bank/counter/", {"q": address}))
        assert number_in(f" {slip.number[:6]} {slip.number[6:].lower()}") == slip.number

    def test_shows_the_houses_with_their_amounts(self, town: Town) -> None:
        page = text(client("t1").get(f"/bank/counter/?q={issue(town).number}"))

        assert "1单元 301" in page and "8,853.30" in page and "江阳区江南路 1 号" in page

    def test_refuses_a_serial_that_was_used_before_the_last_key(self, town: Town) -> None:
        first, second = issue(town, houses=town.houses[:1]), issue(town, houses=town.houses[1:])
        confirm(town, first, serial="S1")

        page = text(client("t1").get(f"/bank/counter/?q={second.number}&serial=s1"))

        assert f"流水号 S1 已用于单据 {first.number} 的收款确认" in page
        assert "回车确认收款" not in page

    def test_masks_a_person_once_there_is_nothing_left_to_do(self, town: Town) -> None:
        slip = of_an_owner(town)
        before = text(client("t1").get(f"/bank/counter/?q={slip.number}"))
        confirm(town, slip)
        after = text(client("t1").get(f"/bank/counter/?q={slip.number}"))

        assert "欧阳明远" in before
        assert "欧阳明远" not in after and "欧＊＊＊" in after

    def test_finds_the_slip_by_the_number_of_the_application_that_people_bring(self, town: Town) -> None:
        case = engine.start(register["developer_deposit"], by=town.people["developer"], at=town_module.AT)
        slip = of_an_owner(town, case_id=case.pk)

        assert slip.number in text(client("t1").get(f"/bank/counter/?q={case.number}"))
        assert "没有可在本行办理的通知单" in text(client("t3").get(f"/bank/counter/?q={case.number}"))

    def test_lets_a_supervisor_look_and_not_confirm(self, town: Town) -> None:
        slip, supervisor = issue(town), client("s1")

        assert 'id="serial"' not in text(supervisor.get(f"/bank/counter/?q={slip.number}"))
        answer = supervisor.post(
            "/bank/counter/confirm/", {"number": slip.number, "amount_fen": slip.total_fen, "serial": "S9"}
        )
        assert answer.status_code == 403

    def test_says_what_to_do_with_a_number_that_is_none_of_its_own(self, town: Town) -> None:
        teller = client("t1")

        assert "不是交款通知单" in text(teller.get("/bank/counter/?q=ABC"))
        assert "没有编号为 JK123 的交款通知单" in text(teller.get("/bank/counter/?q=JK123"))


class TestTheJournal:
    def test_has_sums_by_kind_and_teller_and_both_lines_of_what_was_taken_back(self, town: Town) -> None:
        first, second = issue(town, houses=town.houses[:2]), issue(town, houses=town.houses[2:])
        confirm(town, first, serial="S1")
        confirm(town, second, serial="S2", who="teller2")
        ask(client("t1"), first)
        decide(client("s1"))

        book = day_book(actor=town.people["teller"], on=timezone.localdate())

        assert [(one.name, one.count, one.in_fen) for one in book.by_kind] == [
            ("收款 · 首期交存", 2, 6 * 885_330),
            ("收款冲正 · 首期交存", 1, -2 * 885_330),
        ]
        assert {one.name: one.in_fen for one in book.by_teller} == {"钱柜员": 0, "周柜员": 4 * 885_330}
        page = text(client("t1").get("/bank/journal/"))
        assert "-17,706.60" in page and "35,413.20" in page and "reversal-line" in page

    def test_asks_no_more_of_the_database_for_many_than_for_one(self, town: Town, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
        for n in range(5):
            confirm(town, issue(town, houses=town.houses[n : n + 1]), serial=f"S{n}")
            if n < 2:
                ask(client("t1"), PaySlip.objects.latest("issued_at", "pk"))
                decide(client("s1"), serial=f"CZ{n}")

        with django_assert_num_queries(3):
            assert len(day_book(actor=town.people["teller"], on=timezone.localdate()).lines) == 7

    def test_of_another_day_is_another(self, town: Town) -> None:
        confirm(town, issue(town))
        yesterday = timezone.localdate() - dt.timedelta(days=1)

        assert "这一天没有流水" in text(client("t1").get(f"/bank/journal/?day={yesterday}"))
        assert "53,119.80" in text(client("t1").get("/bank/journal/?day=nonsense"))

    def test_leaves_as_a_workbook_with_what_was_taken_back(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        ask(client("t1"), slip)
        decide(client("s1"))

        book = load_workbook(io.BytesIO(client("t1").get("/bank/journal/export/").content))
        cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]

        assert [row for row in cells if "CZ1" in row and -53119.8 in [float(x) for x in row if _is_number(x)]]

    def test_is_printed_as_it_stands_and_kept(self, town: Town) -> None:
        confirm(town, issue(town))

        printed = client("t1").post("/bank/journal/print/", {"day": f"{timezone.localdate()}"}, follow=True)

        assert printed.content.startswith(b"%PDF")
        address = printed.redirect_chain[-1][0]
        assert client("t3").get(address).status_code == 404


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def ask(teller: Client, slip: PaySlip) -> None:
    teller.post(f"/bank/done/{slip.number}/reverse/", {"reason": "录入了别户的通知单"})


def decide(second: Client, **more: str) -> str:
    reversal = BankReversal.objects.latest("asked_at")
    data = {"decision": "approve", "serial": "CZ1"} | more
    return text(second.post(f"/bank/reversals/{reversal.pk}/decide/", data, follow=True))


class TestAReversal:
    def test_is_asked_by_a_teller_and_approved_by_a_supervisor_until_the_paper_waits_again(self, town: Town) -> None:
        slip = confirm(town, issue(town, mode=ReceiptMode.PER_HOUSE))
        teller, second = client("t1"), client("s1")

        assert "确认有误，申请冲正" in text(teller.get(f"/bank/done/{slip.number}/"))
        ask(teller, slip)
        assert "冲正待复核" in text(teller.get(f"/bank/done/{slip.number}/"))
        assert "有 <b>1</b> 笔冲正申请等待今天复核" in text(second.get("/bank/"))
        assert "录入了别户的通知单" in text(second.get("/bank/reversals/?state=ASKED"))
        page = decide(second)

        assert "已冲正，单据恢复为待办状态" in page
        assert balances(town) == {0}
        assert set(Receipt.objects.values_list("state", flat=True)) == {"VOID"}
        counter = text(teller.get(f"/bank/counter/?q={slip.number}"))
        assert "待交" in counter and 'id="serial"' in counter
        printed = second.post(f"/bank/reversals/{BankReversal.objects.get().pk}/print/", follow=True)
        assert printed.content.startswith(b"%PDF")
        assert "银行冲正" in text(client("dev").get(f"/deposits/slips/{slip.number}/"))
        teller.post("/bank/counter/confirm/", {"number": slip.number, "amount_fen": slip.total_fen, "serial": "S2"})
        assert balances(town) == {885_330}

    def test_gives_the_second_payment_a_bank_slip_of_its_own(self, town: Town) -> None:
        slip, teller = confirm(town, issue(town)), client("t1")
        first = teller.post(f"/bank/done/{slip.number}/print/", follow=True)
        ask(teller, slip)
        decide(client("s1"))
        confirm(town, PaySlip.objects.get(), serial="S2")

        second = teller.post(f"/bank/done/{slip.number}/print/", follow=True)

        assert second.content.startswith(b"%PDF") and second.content != first.content
        assert teller.get(first.redirect_chain[-1][0]).status_code == 404

    def test_is_declined_with_a_reason(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        ask(client("t1"), slip)

        assert "请填写不同意的原因" in decide(client("s1"), decision="decline", note=" ")
        assert "未同意冲正，原确认不变" in decide(client("s1"), decision="decline", note="款项确已到账")
        assert balances(town) == {885_330}

    def test_is_refused_to_the_teller_and_to_the_other_bank(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        ask(client("t1"), slip)
        reversal = BankReversal.objects.get()

        assert client("t1").post(f"/bank/reversals/{reversal.pk}/decide/", {"decision": "approve"}).status_code == 403
        assert client("t3").get(f"/bank/reversals/{reversal.pk}/").status_code == 404
        assert client("s1").post(f"/bank/done/{slip.number}/reverse/", {"reason": "x"}).status_code == 403
        assert balances(town) == {885_330}

    def test_says_on_the_page_what_stands_in_its_way(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        first = town.houses[0].pk
        sub_accounts.hold(area_id=town.area.pk, amounts={first: 1}, source="x:1", at=timezone.now())

        assert "资金已使用或冻结，不能冲正" in text(client("t1").get(f"/bank/done/{slip.number}/"))

"""付款通知 in the office: found, read, printed, and issued anew by a second person when the bank could not pay.

# covers: F2
"""

import io
import zipfile
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.banking import town as town_module
from tests.banking.town import Town, confirm, issue, make_town, person
from upkeep.banking import purposes
from upkeep.banking.actions import confirm_order, fail_order, order_payment
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.banking.orders import amounts_of
from upkeep.banking.purposes import OrderPurpose, purpose
from upkeep.books import sub_accounts
from upkeep.books.chart import FundKind
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.printing.models import KeptPrint

pytestmark = pytest.mark.django_db
ACCOUNT = "62170001112223"
RIGHT = {
    "payee_name": "江城电梯维修有限公司",
    "payee_bank": "农业银行江城支行",
    "payee_account": "6228 4800 1234 5678",
    "reason": "账号少一位，已按合同更正",
}


class Trial(OrderPurpose):
    """A payment that may be given up by itself."""

    title = "试付"

    def confirmed(self, order, *, booked_on, at, by) -> None:  # type: ignore[no-untyped-def]
        sub_accounts.release(area_id=order.area_id, source=order.reference, at=at)

    def voided(self, order, *, at, by) -> None:  # type: ignore[no-untyped-def]
        sub_accounts.release(area_id=order.area_id, source=order.reference, at=at)


class Whole(Trial):
    """A payment that may not."""

    may_be_voided = False


@pytest.fixture(autouse=True)
def trial() -> Iterator[None]:
    purpose("trial")(Trial)
    purpose("whole")(Whole)
    yield
    del purposes._handlers["trial"], purposes._handlers["whole"]


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    """Issued today, since the pages read the clock; six houses that have paid."""
    monkeypatch.setattr(town_module, "AT", timezone.now())
    town = make_town()
    confirm(town, issue(town), serial="IN1")
    for username, name, role in (("cash1", "周出纳", Role.CASHIER), ("audit1", "吴审计", Role.AUDITOR)):
        person(username=username, name=name, role=role, city=town.city)
    return town


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Prints are kept in a folder of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def order(town: Town, *, fen: int = 1_000, kind: str = "trial", payee: str = "江城电梯维修公司") -> PaymentOrder:
    """Hold and order `fen` from each of two houses; the approver does it."""
    amounts, reference = {house.pk: fen for house in town.houses[:2]}, f"{kind}:{fen}"
    sub_accounts.hold(area_id=town.area.pk, amounts=amounts, source=reference, at=timezone.now())
    return order_payment(
        purpose=kind,
        reference=reference,
        jurisdiction_id=town.district.pk,
        area_id=town.area.pk,
        custody_id=town.custodies[FundKind.COMMODITY].pk,
        amounts=amounts,
        payee_name=payee,
        payee_bank="建设银行江城分行",
        payee_account=ACCOUNT,
        by=town.people["approver"],
        at=timezone.now(),
    )


def failed(town: Town) -> PaymentOrder:
    paper = order(town)
    return fail_order(number=paper.number, reason="账号不存在", by=town.people["teller"], at=timezone.now())


def held(town: Town) -> int:
    first = town.houses[0].pk
    return sub_accounts.balances([first])[first].held_fen


def client(town: Town, who: str) -> Client:
    """A browser of one of the town's people, or of the account of that name."""
    user = User.objects.get(pk=town.people[who].user_id) if who in town.people else User.objects.get(username=who)
    found = Client()
    found.force_login(user)
    return found


def text(response) -> str:  # type: ignore[no-untyped-def]
    return str(response.content.decode())


def page_of(paper: PaymentOrder, rest: str = "") -> str:
    return f"/payments/orders/{paper.number}/{rest}"


class TestList:
    def test_is_narrowed_by_what_stands_in_the_address(self, town: Town) -> None:
        lost, waiting = failed(town), order(town, fen=2_000, payee="江城防水公司")
        office = client(town, "accountant")

        for query, shown, hidden in (
            ("state=WAITING", waiting, lost),
            ("state=FAILED", lost, waiting),
            ("state=TO_REISSUE", lost, waiting),
            (f"q={waiting.number}", waiting, lost),
            ("q=防水", waiting, lost),
        ):
            page = text(office.get(f"/payments/orders/?{query}"))
            assert shown.number in page and hidden.number not in page, query
            assert "共 1 张" in page, query
        both = text(office.get(f"/payments/orders/?area={town.area.pk}&state=nonsense"))
        assert lost.number in both and waiting.number in both
        assert lost.number not in text(office.get("/payments/orders/?until=2020-01-01"))

    def test_says_how_many_wait_to_be_issued_anew(self, town: Town) -> None:
        lost = failed(town)
        office = client(town, "accountant")
        assert "等待重新开具" in text(office.get("/payments/orders/"))

        office.post(page_of(lost, "reissue/"), RIGHT)

        page = text(office.get("/payments/orders/"))
        assert "等待重新开具" not in page and "已重开" in page

    def test_leaves_as_a_workbook_without_account_numbers(self, town: Town) -> None:
        lost = failed(town)

        answer = client(town, "accountant").get("/payments/orders/export/?state=FAILED")

        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            cells = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
        assert lost.number in cells and "账号不存在" in cells and ACCOUNT not in cells

    def test_asks_no_more_of_the_database_for_many_than_for_one(self, town: Town) -> None:
        office = client(town, "accountant")

        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert office.get("/payments/orders/").status_code == 200
            return len(seen)

        order(town)
        office.get("/payments/orders/")  # the first page of a minute notes that the session is in use
        one = queries()
        for fen in range(2_000, 7_000, 1_000):
            order(town, fen=fen)
        assert queries() == one
        assert one <= 12


class TestWhoeverHasNoBusinessHere:
    @pytest.mark.parametrize("who", ["dev", "t1"])
    def test_is_refused(self, town: Town, who: str) -> None:
        paper = order(town)
        for address in ("/payments/orders/", "/payments/orders/export/", page_of(paper), page_of(paper, "reissue/")):
            assert client(town, who).get(address).status_code == 403

    @pytest.mark.parametrize("who", ["cash1", "audit1"])
    def test_neither_issues_anew_nor_gives_up(self, town: Town, who: str) -> None:
        paper = failed(town)

        assert client(town, who).post(page_of(paper, "reissue/"), RIGHT).status_code == 403
        assert client(town, who).post(page_of(paper, "void/"), {"reason": "x"}).status_code == 403
        assert PaymentOrder.objects.count() == 1

    def test_finds_nothing_when_he_is_of_another_city(self, town: Town) -> None:
        paper = failed(town)
        far = add_jurisdiction(code="510300", slug="zigong", name="远山市", office_name="远山市维修资金管理中心")
        person(username="far1", name="蒋远", role=Role.APPROVER, city=far)
        stranger = client(town, "far1")

        for rest in ("", "reissue/", "void/"):
            assert stranger.get(page_of(paper, rest)).status_code == 404
        assert stranger.post(page_of(paper, "reissue/"), RIGHT).status_code == 404
        assert stranger.post(page_of(paper, "print/")).status_code == 404
        assert paper.number not in text(stranger.get("/payments/orders/"))


class TestPage:
    def test_shows_the_account_only_to_those_who_handle_it(self, town: Town) -> None:
        paper = order(town)

        for who in ("approver", "accountant", "cash1"):
            assert ACCOUNT in text(client(town, who).get(page_of(paper)))
        masked = text(client(town, "audit1").get(page_of(paper)))
        assert ACCOUNT not in masked and "**********2223" in masked

    def test_shows_its_houses_its_end_and_the_bank_serial(self, town: Town) -> None:
        paper = order(town)
        confirm_order(
            number=paper.number, amount_fen=2_000, serial="OUT77", by=town.people["teller"], at=timezone.now()
        )

        page = text(client(town, "accountant").get(page_of(paper)))

        assert "OUT77" in page and "银行确认付款" in page and "贰拾元整" in page
        assert all(house.address in page for house in town.houses[:2])
        assert town.houses[2].address not in page

    def test_is_printed_once_and_opened_again_as_it_was(self, town: Town) -> None:
        paper, cashier = order(town), client(town, "cash1")

        first = cashier.post(page_of(paper, "print/"), follow=True)
        again = cashier.post(page_of(paper, "print/"), follow=True)

        assert first.content.startswith(b"%PDF") and first.content == again.content
        kept = KeptPrint.objects.get()
        assert client(town, "accountant").get(page_of(paper, f"prints/{kept.pk}/")).content == first.content
        assert client(town, "audit1").get(page_of(paper, f"prints/{kept.pk}/")).status_code == 403
        assert cashier.get(page_of(order(town, fen=5), f"prints/{kept.pk}/")).status_code == 404

    def test_of_a_failed_order_prints_nothing_new(self, town: Town) -> None:
        answer = client(town, "cash1").post(page_of(failed(town), "print/"), follow=True)

        assert "该单据失败，不能打印" in text(answer)
        assert not KeptPrint.objects.exists()

    def test_asks_a_bounded_number_of_questions(self, town: Town) -> None:
        paper, office = order(town), client(town, "accountant")
        office.get(page_of(paper))

        with CaptureQueriesContext(connection) as seen:
            office.get(page_of(paper))

        assert len(seen) <= 13


class TestReissue:
    def test_is_refused_to_the_issuer(self, town: Town) -> None:
        paper, issuer = failed(town), client(town, "approver")

        page = text(issuer.get(page_of(paper)))
        asked = text(issuer.get(page_of(paper, "reissue/"), follow=True))
        sent = text(issuer.post(page_of(paper, "reissue/"), RIGHT, follow=True))

        assert "须由您以外的审批或会计人员" in page and page_of(paper, "reissue/") not in page
        for answer in (asked, sent):
            assert "该付款通知由您开具，重新开具须由原开具人以外的人员核对收款信息后办理" in answer
        assert PaymentOrder.objects.count() == 1

    def test_by_another_links_old_and_new_and_leaves_the_money_held(self, town: Town) -> None:
        paper, office = failed(town), client(town, "accountant")
        form = text(office.get(page_of(paper, "reissue/")))
        assert ACCOUNT in form and "账号不存在" in form and "<dialog" in form

        answer = text(office.post(page_of(paper, "reissue/"), RIGHT, follow=True))

        fresh = PaymentOrder.objects.get(replaces=paper)
        assert (fresh.state, fresh.payee_account, fresh.payee_bank) == (
            OrderState.WAITING,
            "6228480012345678",
            "农业银行江城支行",
        )
        assert (amounts_of(fresh), held(town)) == (amounts_of(paper), 1_000)
        assert "已重新开具付款通知" in answer and page_of(paper) in answer and RIGHT["reason"] in answer
        assert page_of(fresh) in text(office.get(page_of(paper)))
        assert fresh.number in text(client(town, "teller").get("/bank/orders/"))

    def test_works_only_once(self, town: Town) -> None:
        paper, office = failed(town), client(town, "accountant")
        office.post(page_of(paper, "reissue/"), RIGHT)

        answer = text(office.post(page_of(paper, "reissue/"), RIGHT, follow=True))

        assert "请勿重复开具" in answer
        assert PaymentOrder.objects.count() == 2

    def test_of_an_order_that_has_not_failed_is_refused(self, town: Town) -> None:
        answer = client(town, "accountant").post(page_of(order(town), "reissue/"), RIGHT, follow=True)

        assert "只有付款失败的付款通知才能重新开具" in text(answer)
        assert PaymentOrder.objects.count() == 1

    @pytest.mark.parametrize("missing", sorted(RIGHT))
    def test_needs_every_field(self, town: Town, missing: str) -> None:
        answer = client(town, "accountant").post(page_of(failed(town), "reissue/"), RIGHT | {missing: " "})

        assert "请先更正下面的内容" in text(answer)
        assert PaymentOrder.objects.count() == 1


class TestVoid:
    def test_gives_the_money_free_where_the_purpose_allows_it(self, town: Town) -> None:
        paper, office = order(town), client(town, "accountant")

        asked = text(office.get(page_of(paper, "void/")))
        office.post(page_of(paper, "void/"), {"reason": "重复申请"})

        assert "2 户、合计 20.00 元" in asked
        paper.refresh_from_db()
        assert (paper.state, paper.failure_reason, held(town)) == (OrderState.VOID, "重复申请", 0)

    def test_is_neither_offered_nor_done_where_it_does_not(self, town: Town) -> None:
        paper, office = order(town, kind="whole"), client(town, "accountant")

        assert page_of(paper, "void/") not in text(office.get(page_of(paper)))
        answer = text(office.post(page_of(paper, "void/"), {"reason": "重复"}, follow=True))

        assert "不能单独作废" in answer
        paper.refresh_from_db()
        assert (paper.state, held(town)) == (OrderState.WAITING, 1_000)

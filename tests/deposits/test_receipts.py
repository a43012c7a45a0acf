"""票据: books and what is left of them, numbers, what was missing, links by which payers fetch them.

# covers: D9
"""

import datetime as dt
import re

import pytest
from django.db import DatabaseError, connection, transaction

from tests.banking.town import AT, Town, confirm, issue, make_town, new_house, person
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.banking.reversals import ask_reversal, decide_reversal
from upkeep.deposits.issuing import issue_missing, without_receipts
from upkeep.deposits.models import Receipt, ReceiptBook
from upkeep.deposits.prints import keep_batch, keep_receipt
from upkeep.deposits.purposes import payers_of
from upkeep.deposits.receipt_books import BookExists, BookIsDone, close_receipt_book, open_receipt_book, stock
from upkeep.deposits.receipt_links import is_payers_tail, link_to, slip_behind, token_of
from upkeep.deposits.receipts import NoReceiptNumbers, void_receipt
from upkeep.kernel.errors import HasProblems
from upkeep.messaging.models import Message, Outbox
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.receipt_rule import ReceiptRule
from upkeep.printing.actions import content_of

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)
LATER = AT + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def town_with(numbers: int, *, warn_below: int = 3) -> Town:
    town = make_town(receipts=numbers)
    set_policy(
        kind=PolicyKind.RECEIPT_RULE,
        jurisdiction_id=town.city.pk,
        value=ReceiptRule(warn_below=warn_below, link_days=10),
        valid_from=dt.date(2020, 1, 1),
    )
    for username, name, role in (("cash1", "周出纳", Role.CASHIER), ("clerk1", "小李", Role.WINDOW_CLERK)):
        town.people[username] = person(username=username, name=name, role=role, city=town.city)
    return town


def new_book(town: Town, first: int, last: int) -> ReceiptBook:
    return open_receipt_book(jurisdiction_id=town.city.pk, code="川维修", first=first, last=last, at=LATER)


class TestABook:
    def test_is_entered_once_and_meets_no_other(self) -> None:
        town = town_with(100)

        with pytest.raises(BookExists):
            new_book(town, 100, 200)
        assert new_book(town, 101, 200).left == 100
        assert stock(jurisdiction_id=town.district.pk, on=TODAY).left == 200

    @pytest.mark.parametrize(("code", "first", "last"), [("", 1, 2), ("川", 0, 2), ("川", 3, 2), ("川", 1, 10**8)])
    def test_is_refused_when_it_is_none(self, code: str, first: int, last: int) -> None:
        town = town_with(0)

        with pytest.raises(HasProblems):
            open_receipt_book(jurisdiction_id=town.city.pk, code=code, first=first, last=last, at=AT)

    def test_that_is_closed_gives_no_number_any_more_and_leaves_no_gap(self) -> None:
        town = town_with(100)
        confirm(town, issue(town, houses=town.houses[:1]))
        book = ReceiptBook.objects.get()

        with pytest.raises(HasProblems):
            close_receipt_book(book_id=book.pk, reason=" ", by=town.people["cash1"], at=LATER)
        close_receipt_book(book_id=book.pk, reason="年末交回", by=town.people["cash1"], at=LATER)
        with pytest.raises(BookIsDone, match="已核销"):
            close_receipt_book(book_id=book.pk, reason="再来", by=town.people["cash1"], at=LATER)
        new_book(town, 501, 600)
        confirm(town, issue(town, houses=town.houses[1:2]), serial="S2")

        assert list(Receipt.objects.order_by("number").values_list("number", flat=True)) == [1, 501]

    def test_that_is_closed_is_used_by_no_statement(self) -> None:
        town = town_with(100)
        close_receipt_book(book_id=ReceiptBook.objects.get().pk, reason="交回", by=town.people["cash1"], at=LATER)

        for statement in ("set next = next + 1", "set closed_at = null, close_reason = ''"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"update deposits_receiptbook {statement}")

    def test_that_runs_low_is_told_to_the_cashier_once(self) -> None:
        town = town_with(5, warn_below=4)
        houses = town.houses
        confirm(town, issue(town, houses=houses[:1]), serial="S1")
        assert not Message.objects.filter(event="receipt_numbers_low").exists()

        confirm(town, issue(town, houses=houses[1:3], mode=ReceiptMode.PER_HOUSE), serial="S2")
        confirm(town, issue(town, houses=houses[3:4]), serial="S3")

        [told] = Message.objects.filter(event="receipt_numbers_low")
        assert told.user_id == town.people["cash1"].user_id
        assert "只剩 2 个" in told.text


class TestReceiptsThatAreMissing:
    def test_wait_for_a_book_while_the_money_is_booked(self) -> None:
        town = town_with(1)

        slip = confirm(town, issue(town, mode=ReceiptMode.PER_HOUSE))

        assert slip.state == "PAID" and Receipt.objects.count() == 0
        assert list(without_receipts(town.people["clerk1"])) == [slip]
        told = set(Message.objects.filter(event="receipt_numbers_out").values_list("user__name", flat=True))
        assert told == {"周出纳", "郑会计"}

    def test_are_issued_in_bulk_the_oldest_payment_first_as_far_as_the_numbers_go(self) -> None:
        town = town_with(0)
        houses = town.houses
        slips = [
            confirm(town, issue(town, houses=houses[n : n + 2], mode=ReceiptMode.PER_HOUSE), serial=f"S{n}")
            for n in (0, 2, 4)
        ]
        new_book(town, 1, 5)

        first = issue_missing(by=town.people["cash1"], at=LATER, payers_of=payers_of)
        new_book(town, 6, 10)
        second = issue_missing(by=town.people["cash1"], at=LATER, payers_of=payers_of)

        assert (first, second) == ((4, 1), (2, 0))
        assert [one.slip_id for one in Receipt.objects.order_by("number")] == [
            slip.pk for slip in slips for _ in range(2)
        ]
        assert issue_missing(by=town.people["cash1"], at=LATER, payers_of=payers_of) == (0, 0)
        assert Outbox.objects.filter(event="receipts_ready").count() == 3

    def test_are_not_those_that_the_office_has_made_void_for_good(self) -> None:
        town = town_with(10)
        slip = confirm(town, issue(town))
        void_receipt(
            receipt_id=Receipt.objects.get().pk, reason="退回", reissue=False, by=town.people["clerk1"], at=LATER
        )

        assert slip.pk not in without_receipts(town.people["clerk1"]).values_list("pk", flat=True)

    def test_are_missing_again_when_a_payment_was_taken_back_and_came_again(self) -> None:
        town = town_with(1)
        slip = confirm(town, issue(town))
        asked = ask_reversal(number=slip.number, reason="录错", by=town.people["teller"], at=LATER)
        decide_reversal(reversal_id=asked.pk, approve=True, serial="C1", by=town.people["supervisor"], at=LATER)
        confirm(town, PaySlip.objects.get(), serial="S2")

        assert without_receipts(town.people["clerk1"]).count() == 1
        new_book(town, 2, 5)
        assert issue_missing(by=town.people["cash1"], at=LATER, payers_of=payers_of) == (1, 0)
        assert list(Receipt.objects.order_by("number").values_list("state", "payment_no")) == [
            ("VOID", 1),
            ("VALID", 2),
        ]

    def test_of_a_reissue_without_a_number_is_refused_and_nothing_is_void(self) -> None:
        town = town_with(1)
        confirm(town, issue(town))

        with pytest.raises(NoReceiptNumbers), transaction.atomic():
            void_receipt(
                receipt_id=Receipt.objects.get().pk, reason="损坏", reissue=True, by=town.people["clerk1"], at=LATER
            )
        assert Receipt.objects.get().state == "VALID"


class TestALink:
    def test_leads_to_the_payment_until_its_last_day(self) -> None:
        town = town_with(10)
        slip = confirm(town, issue(town))

        link, until = link_to(slip, at=AT)
        token = link.rstrip("/").rpartition("/")[2]

        assert until == TODAY + dt.timedelta(days=10)
        assert slip_behind(token, on=until) == slip
        assert slip_behind(token, on=until + dt.timedelta(days=1)) is None
        assert slip.number not in link and "江南" not in link
        assert link in Outbox.objects.get(event="receipts_ready").body

    def test_that_was_changed_leads_nowhere(self) -> None:
        town = town_with(10)
        first, second = issue(town, houses=town.houses[:1]), issue(town, houses=town.houses[1:])
        confirm(town, first)
        confirm(town, second, serial="S2")
        token, other = token_of(first, until=TODAY), token_of(second, until=TODAY)

        for wrong in (
            token[:-1] + "x",
            other.split("-")[0] + token[token.index("-") :],
            token.replace("-1-", "-2-"),
            "",
        ):
            assert slip_behind(wrong, on=TODAY) is None, wrong
        later = re.sub(r"-(\d{6})-", "-991231-", token)
        assert slip_behind(later, on=TODAY) is None

    def test_ends_when_the_payment_is_taken_back(self) -> None:
        town = town_with(10)
        slip = confirm(town, issue(town))
        token = token_of(slip, until=TODAY)
        asked = ask_reversal(number=slip.number, reason="录错", by=town.people["teller"], at=LATER)
        decide_reversal(reversal_id=asked.pk, approve=True, serial="C1", by=town.people["supervisor"], at=LATER)
        assert slip_behind(token, on=TODAY) is None

        confirm(town, PaySlip.objects.get(), serial="S2")

        assert slip_behind(token, on=TODAY) is None

    def test_opens_with_the_end_of_the_telephone_only(self) -> None:
        town = town_with(10)
        slip = confirm(town, issue(town))

        assert is_payers_tail(slip, "0001")
        assert not is_payers_tail(slip, "0002") and not is_payers_tail(slip, "") and not is_payers_tail(slip, "00001")


class TestOneFileOfAllReceipts:
    def test_has_a_page_for_each_and_is_printed_once(self) -> None:
        town = town_with(10)
        slip = confirm(town, issue(town, mode=ReceiptMode.PER_HOUSE))

        first = keep_batch(slip, by_id=None, at=LATER)
        again = keep_batch(slip, by_id=None, at=LATER + dt.timedelta(hours=1))

        assert first.pages == 6 and first.pk == again.pk
        assert content_of(first).startswith(b"%PDF")

    def test_is_printed_anew_when_a_receipt_was_made_void(self) -> None:
        town = town_with(10)
        slip = confirm(town, issue(town, mode=ReceiptMode.PER_HOUSE))
        first = keep_batch(slip, by_id=None, at=LATER)

        void_receipt(
            receipt_id=Receipt.objects.order_by("number")[0].pk,
            reason="损坏",
            reissue=False,
            by=town.people["clerk1"],
            at=LATER + dt.timedelta(minutes=1),
        )
        again = keep_batch(slip, by_id=None, at=LATER + dt.timedelta(hours=1))

        assert (first.pages, again.pages) == (6, 5)

    def test_is_asked_of_the_database_in_few_questions(self, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
        town = make_town(houses=[new_house(floor=n + 1, room=str(n)) for n in range(40)])
        slip = confirm(town, issue(town, mode=ReceiptMode.PER_HOUSE))

        with django_assert_max_num_queries(12):
            assert keep_batch(slip, by_id=None, at=LATER).pages == 40

    def test_and_a_single_one_show_the_receipts_own_number(self) -> None:
        town = town_with(10)
        confirm(town, issue(town))

        kept = keep_receipt(Receipt.objects.select_related("slip__bank_serial").get(), by_id=None, at=LATER)

        assert kept.pages == 1

"""冲正: what a bank confirmed by mistake is taken back on the same day, by two people, as if it had never been.

# covers: F2
"""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from tests.banking.town import AT, Town, confirm, issue, make_town, person
from tests.staging import staged
from upkeep.banking.actions import ask_reversal, decide_reversal, void_slip
from upkeep.banking.counter import UnknownPaper, WrongBank
from upkeep.banking.models import BankReversal, BankSerial, PaySlip, ReceiptMode, ReversalState, SlipState
from upkeep.banking.reversals import NotReversible, NotTheSecond
from upkeep.banking.serials import SerialUsed
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.deposits.models import Receipt, ReceiptState
from upkeep.deposits.prints import keep_receipt
from upkeep.deposits.receipts import void_receipt
from upkeep.estate import claims
from upkeep.estate.actions import NewOwner, bind_owners
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import HasProblems
from upkeep.messaging.models import Message, Outbox
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(hours=1)
NEXT_DAY = AT + dt.timedelta(days=1)
TODAY = dt.date(2026, 11, 20)


town = staged(make_town)


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def ask(town: Town, slip: PaySlip, *, who: str = "teller", at: dt.datetime = LATER) -> BankReversal:
    return ask_reversal(number=slip.number, reason="录入了别户的通知单", by=town.people[who], at=at)


def decide(
    town: Town,
    reversal: BankReversal,
    *,
    who: str = "supervisor",
    approve: bool = True,
    serial: str = "CZ1",
    note: str = "",
    at: dt.datetime = LATER,
) -> BankReversal:
    return decide_reversal(
        reversal_id=reversal.pk, approve=approve, serial=serial, note=note, by=town.people[who], at=at
    )


def reversed_slip(town: Town, slip: PaySlip) -> PaySlip:
    decide(town, ask(town, slip))
    return PaySlip.objects.get(pk=slip.pk)


def balances(town: Town) -> set[int]:
    return {one.balance_fen for one in sub_accounts.balances([house.pk for house in town.houses]).values()}


class TestAReversal:
    def test_moves_nothing_until_a_second_person_has_approved(self, town: Town) -> None:
        slip = confirm(town, issue(town))

        reversal = ask(town, slip)

        assert (reversal.state, reversal.amount_fen, reversal.booked_on) == ("ASKED", slip.total_fen, TODAY)
        assert balances(town) == {885_330}
        assert PaySlip.objects.get().state == SlipState.PAID
        assert Message.objects.get(event="reversal_asked").user_id == town.people["supervisor"].user_id

    def test_takes_the_money_the_register_and_the_receipts_back(self, town: Town) -> None:
        slip = confirm(town, issue(town, mode=ReceiptMode.PER_HOUSE))

        slip = reversed_slip(town, slip)

        assert (slip.state, slip.payment_no, slip.bank_serial, slip.booked_on) == (SlipState.WAITING, 2, None, None)
        assert balances(town) == {0}
        assert set(House.objects.values_list("first_deposit_due_fen", flat=True)) == {None}
        assert set(Receipt.objects.values_list("state", "void_reason")) == {(ReceiptState.VOID, "冲正")}
        assert HouseClaim.objects.filter(kind=ClaimKind.DEPOSIT).count() == 6
        assert audit() == []

    def test_lets_the_same_paper_be_paid_again_under_another_serial(self, town: Town) -> None:
        slip = reversed_slip(town, confirm(town, issue(town)))

        with pytest.raises(SerialUsed, match="已用于单据"), transaction.atomic():
            confirm(town, slip, serial="S1")
        again = confirm(town, slip, serial="S2")

        assert (again.state, again.payment_no) == (SlipState.PAID, 2)
        assert balances(town) == {885_330}
        assert [(one.number, one.state) for one in Receipt.objects.order_by("number")] == [(1, "VOID"), (2, "VALID")]
        assert HouseClaim.objects.count() == 0
        assert audit() == []

    def test_may_follow_the_second_payment_too(self, town: Town) -> None:
        slip = confirm(town, reversed_slip(town, confirm(town, issue(town))), serial="S2")

        decide(town, ask(town, slip), serial="CZ2")

        assert PaySlip.objects.get().payment_no == 3
        assert balances(town) == {0}
        confirm(town, PaySlip.objects.get(), serial="S3")
        assert balances(town) == {885_330}
        assert BankSerial.objects.count() == 5

    def test_leaves_a_slip_that_can_be_made_void(self, town: Town) -> None:
        slip = reversed_slip(town, confirm(town, issue(town)))

        void_slip(number=slip.number, reason="不交了", by=town.people["developer"], at=LATER)

        assert HouseClaim.objects.count() == 0
        assert issue(town).total_fen == slip.total_fen

    def test_tells_the_payer_and_whoever_asked(self, town: Town) -> None:
        slip = reversed_slip(town, confirm(town, issue(town)))

        assert Message.objects.get(event="slip_reversed").user_id == town.people["developer"].user_id
        assert f"交款通知单 {slip.number}" in Outbox.objects.get(event="slip_reversed").body
        assert Message.objects.get(event="reversal_decided").user_id == town.people["teller"].user_id
        confirm(town, slip, serial="S2")
        assert Message.objects.filter(event="slip_paid").count() == 2

    def test_that_is_declined_says_why_and_changes_nothing(self, town: Town) -> None:
        reversal = ask(town, confirm(town, issue(town)))

        with pytest.raises(HasProblems):
            decide(town, reversal, approve=False)
        declined = decide(town, reversal, approve=False, note="款项确已到账")

        assert declined.state == ReversalState.DECLINED
        assert balances(town) == {885_330}
        assert ask(town, PaySlip.objects.get()).state == ReversalState.ASKED

    def test_names_whose_slip_the_houses_wait_for(self, town: Town) -> None:
        slip = reversed_slip(town, confirm(town, issue(town)))

        assert set(claims.reasons([town.houses[0].pk]).values()) == {f"有待交的交款通知单（交款通知单 {slip.number}）"}


class TestAReversalIsRefused:
    def test_without_a_reason(self, town: Town) -> None:
        slip = confirm(town, issue(town))

        with pytest.raises(HasProblems):
            ask_reversal(number=slip.number, reason=" ", by=town.people["teller"], at=LATER)

    def test_for_what_is_not_paid_and_for_what_nobody_knows(self, town: Town) -> None:
        slip = issue(town)

        with pytest.raises(NotReversible, match="待交"):
            ask(town, slip)
        with pytest.raises(UnknownPaper):
            ask_reversal(number="JK1", reason="x", by=town.people["teller"], at=LATER)

    def test_on_another_day(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        reversal = ask(town, slip)

        with pytest.raises(NotReversible, match="只能在确认当日"):
            ask(town, slip, at=NEXT_DAY)
        with pytest.raises(NotReversible, match="当日未复核，已失效"):
            decide(town, reversal, at=NEXT_DAY)
        assert balances(town) == {885_330}

    def test_at_another_bank(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        reversal = ask(town, slip)
        person(username="s2", name="他复核", role=Role.TELLER_SUPERVISOR, city=town.city, organisation=town.banks[1])
        town.people["other_supervisor"] = town.people["supervisor"]

        with pytest.raises(WrongBank):
            ask(town, slip, who="other_teller")
        with pytest.raises(UnknownPaper, match="复核人员"):
            decide(town, reversal, who="teller2")

    def test_to_whoever_asked_or_confirmed(self, town: Town) -> None:
        both = person(username="s3", name="兼岗", role=Role.TELLER, city=town.city, organisation=town.banks[0])
        town.people["both"] = type(both)(**{**vars(both), "roles": frozenset({Role.TELLER, Role.TELLER_SUPERVISOR})})
        confirmed, asked = issue(town, houses=town.houses[:2]), issue(town, houses=town.houses[2:])
        confirm(town, confirmed, who="both")
        confirm(town, asked, serial="S2")

        with pytest.raises(NotTheSecond):
            decide(town, ask(town, confirmed), who="both")
        with pytest.raises(NotTheSecond):
            decide(town, ask(town, asked, who="both"), who="both")

    def test_when_it_is_asked_or_decided_twice(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        reversal = ask(town, slip)

        with pytest.raises(NotReversible, match="正在等待复核"):
            ask(town, slip, who="teller2")
        decide(town, reversal)
        with pytest.raises(NotReversible, match="请勿重复办理"):
            decide(town, reversal, serial="CZ2")

    def test_without_the_banks_own_serial_or_with_one_that_was_used(self, town: Town) -> None:
        reversal = ask(town, confirm(town, issue(town)))

        with pytest.raises(HasProblems):
            decide(town, reversal, serial=" ")
        with pytest.raises(SerialUsed), transaction.atomic():
            decide(town, reversal, serial="S1")
        assert BankReversal.objects.get().state == ReversalState.ASKED

    def test_when_the_money_is_held_since(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        reversal = ask(town, slip)
        sub_accounts.hold(area_id=town.area.pk, amounts={town.houses[0].pk: 1}, source="x:1", at=LATER)

        with pytest.raises(NotReversible, match="1单元 301的资金已使用或冻结"):
            decide(town, reversal)

    def test_when_a_house_is_in_another_business_since(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        claims.claim(house_ids=[town.houses[0].pk], kind=ClaimKind.REGISTER, source="x:1", at=LATER)

        with pytest.raises(NotReversible, match="有办理中的变更业务，须先办结"):
            ask(town, slip)

    def test_when_a_receipt_was_printed_until_the_office_has_made_it_void(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        receipt = Receipt.objects.select_related("slip__custody", "book").get()
        keep_receipt(receipt, by_id=None, at=LATER)

        with pytest.raises(NotReversible, match="票据 00000001已打印或已由交款人领取"):
            ask(town, slip)
        void_receipt(receipt_id=receipt.pk, reason="收回", reissue=False, by=town.people["accountant"], at=LATER)

        assert reversed_slip(town, slip).state == SlipState.WAITING

    def test_when_the_house_has_another_owner_since(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        bind_owners(
            jurisdiction_id=town.city.pk,
            owners=[
                NewOwner(house_id=town.houses[0].pk, name="甲", id_kind=IdKind.PASSPORT, id_number="E1", phone="")
            ],
            since=TODAY,
            at=LATER,
        )

        with pytest.raises(NotReversible, match="业主登记已变更"):
            ask(town, slip)


class TestTheDatabase:
    def refuse(self, sql: str) -> str:
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.execute("set constraints all immediate")
        return str(refused.value)

    def test_lets_no_paid_slip_wait_again_without_an_approved_reversal(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        back = (
            "update banking_payslip set state = 'WAITING', payment_no = 2, closed_at = null, closed_by_id = null,"
            " closed_by_name = '', booked_on = null, bank_serial_id = null"
        )

        assert "only an approved reversal" in self.refuse(back)
        ask(town, slip)
        assert "only an approved reversal" in self.refuse(back)

    def test_refuses_one_person_the_same_decision_twice_and_another_day(self, town: Town) -> None:
        slip = confirm(town, issue(town))
        asked = ask(town, slip)
        mine, theirs = town.people["teller"].user_id, town.people["supervisor"].user_id
        approve = (
            "update banking_bankreversal set state = 'APPROVED', reversal_serial_id = paid_serial_id,"
            " decided_at = '{at}', decided_by_id = {who}, decided_by_name = '某人'"
        )

        assert "reversal_is_decided_by_another" in self.refuse(approve.format(at=LATER, who=mine))
        assert "its day is over" in self.refuse(approve.format(at=NEXT_DAY, who=theirs))
        assert "still paid" in self.refuse(approve.format(at=LATER, who=theirs))
        decide(town, asked)
        assert "decided once" in self.refuse("update banking_bankreversal set reason = 'x'")
        assert "denied" in self.refuse("delete from banking_bankreversal")

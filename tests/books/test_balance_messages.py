"""余额变动通知: who is told of a change of his balance, in which words, by which way, and that it is once.

# covers: O8
"""

import datetime as dt
from typing import Any

import pytest
from django.db.models import QuerySet

from tests.banking.town import AT, Town, confirm, issue, make_town
from tests.staging import staged
from upkeep.banking.actions import source_of
from upkeep.books import postings
from upkeep.books.balance_messages import TELLING, send_balance_messages, short_name
from upkeep.books.chart import FundKind
from upkeep.estate import owners
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House, OwnerAccount, Ownership
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.identity.owners import account_of_phone
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job
from upkeep.ledger.api import entry_of
from upkeep.messaging.models import Message, Outbox
from upkeep.policy.actions import set_policy
from upkeep.policy.balance_message_rule import REPAIR, BalanceMessageRule
from upkeep.policy.models import PolicyKind

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 20)


town = staged(make_town)


def own(town: Town, house: House, phone: str, *, number: str = "510502199001011234", since: dt.date = DAY) -> None:
    """Somebody owns the house and has an account."""
    person = OwnerDetails(name="张三", id_kind=IdKind.ID_CARD, id_number=number, phone=phone)
    owners.bind(house.pk, [NewOwnership(person)], since=since, basis="登记", case_id=None, by=None, at=AT)
    user = account_of_phone(phone=phone, city_id=town.city.pk, at=AT)
    OwnerAccount.objects.create(
        owner=Ownership.objects.get(house=house, until__isnull=True).owner, user=user, bound_at=AT
    )


def book_repair(town: Town, house: House, fen: int) -> str:
    postings.repair_paid(
        area_id=town.area.pk,
        custody_id=town.custodies[FundKind.COMMODITY].pk,
        fund_kind=FundKind.COMMODITY,
        amounts={house.pk: fen},
        source="repair:1:2:C",
        booked_on=DAY,
    )
    return "repair:1:2:C"


def told() -> QuerySet[Message]:
    """What owners were told in the pages; the developer is told of his slip as well."""
    return Message.objects.filter(event__startswith="balance.")


def sms() -> QuerySet[Outbox]:
    """The SMS to owners."""
    return Outbox.objects.filter(event__startswith="balance.")


def send(town: Town, source: str, **more: Any) -> int:
    usual: dict[str, Any] = {"area_id": town.area.pk, "source": source, "happened_at": AT, "now": AT}
    return send_balance_messages(**usual | more)


class TestTheOwner:
    def test_is_told_of_his_deposit_when_the_bank_has_confirmed_it(self, town: Town) -> None:
        house = town.houses[0]
        own(town, house, "13812340001")
        slip = confirm(town, issue(town))

        job = jobs.run(Job.objects.get(kind=TELLING).pk)

        message, sent = told().get(), sms().get()
        assert job.state == "DONE" and job.result == {"told": 1}
        assert slip.total_fen == 53_119_80
        assert "8,853.30 元" in message.text and "余额 8,853.30 元" in told().get().text
        assert message.url == f"/owner/houses/{house.pk}/"
        assert sent.address == "13812340001" and message.text in sent.body and sent.body.startswith("【江阳区分中心】")

    def test_is_told_which_repair_took_how_much_and_what_is_left(self, town: Town) -> None:
        house = town.houses[0]
        own(town, house, "13812340001")
        confirm(town, issue(town))

        count = send(town, book_repair(town, house, 123_45), why="“电梯大修”")

        assert count == 1
        assert told().get().text == (
            f"您家{short_name(house)}于2026年11月20日为“电梯大修”支出维修资金 123.45 元，余额 8,729.85 元。"
        )

    def test_is_told_once_however_often_the_worker_begins_again(self, town: Town) -> None:
        own(town, town.houses[0], "13812340001")
        source = source_of(confirm(town, issue(town)))

        send(town, source)
        send(town, source)

        assert (told().count(), sms().count()) == (1, 1)

    def test_reads_the_balance_after_that_change_not_after_later_ones(self, town: Town) -> None:
        house = town.houses[0]
        own(town, house, "13812340001")
        source = source_of(confirm(town, issue(town)))
        book_repair(town, house, 1_00)

        send(town, source)

        assert "余额 8,853.30 元" in told().get().text

    def test_who_bought_the_house_that_day_is_told_and_the_seller_is_not(self, town: Town) -> None:
        house = town.houses[0]
        own(town, house, "13812340001", since=DAY - dt.timedelta(days=9))
        source = source_of(confirm(town, issue(town)))
        buyer = OwnerDetails(name="李四", id_kind=IdKind.ID_CARD, id_number="510502199202021235", phone="13812340002")
        owners.transfer(house.pk, [NewOwnership(buyer)], since=DAY, basis="买卖", case_id=None, by=None, at=AT)

        send(town, source)

        assert list(sms().values_list("address", flat=True)) == ["13812340002"]

    def test_of_a_reversed_deposit_is_told_that_it_was_taken_back(self, town: Town) -> None:
        own(town, town.houses[0], "13812340001")
        slip = confirm(town, issue(town))
        entry_id = entry_of(area_id=town.area.pk, source=source_of(slip))
        assert entry_id
        postings.deposit_reversed(entry_id=entry_id, source="reversal:1", booked_on=DAY)

        send(town, "reversal:1")

        assert "已于2026年11月20日由银行撤销，余额 0.00 元" in told().get().text

    def test_without_account_or_mobile_gets_nothing_and_stops_nobody(self, town: Town) -> None:
        first, second = town.houses[:2]
        own(town, first, "13812340001")
        fixed = OwnerDetails(name="王五", id_kind=IdKind.ID_CARD, id_number="510502199303031236", phone="0830-3100001")
        owners.bind(second.pk, [NewOwnership(fixed)], since=DAY, basis="登记", case_id=None, by=None, at=AT)

        count = send(town, source_of(confirm(town, issue(town))))

        assert count == 2
        assert told().count() == sms().count() == 1


class TestTheSms:
    def test_names_neither_room_nor_address_in_full(self, town: Town) -> None:
        house = town.houses[0]
        own(town, house, "13812340001")
        send(town, source_of(confirm(town, issue(town))))

        body = sms().get().body
        assert house.address not in body and house.room not in body and "张三" not in body
        assert "江南名邸1栋＊＊" in body

    def test_is_left_out_where_the_city_does_not_want_it(self, town: Town) -> None:
        set_policy(
            kind=PolicyKind.BALANCE_MESSAGE_RULE,
            jurisdiction_id=town.city.pk,
            value=BalanceMessageRule(sms=(REPAIR,)),
            valid_from=dt.date(2020, 1, 1),
            basis="节约",
        )
        own(town, town.houses[0], "13812340001")
        send(town, source_of(confirm(town, issue(town))))
        send(town, book_repair(town, town.houses[0], 1_00))

        assert list(sms().values_list("event", flat=True)) == ["balance.repaired"]
        assert told().count() == 2

    def test_of_last_week_is_not_sent_any_more(self, town: Town) -> None:
        own(town, town.houses[0], "13812340001")

        send(town, source_of(confirm(town, issue(town))), now=AT + dt.timedelta(days=7))

        assert told().count() == 1 and not sms().exists()


class TestThousandsOfHouses:
    def test_cost_no_more_queries_than_a_few(self, town: Town, django_assert_max_num_queries: Any) -> None:
        for place, house in enumerate(town.houses):
            own(town, house, f"1381234000{place}", number=f"51050219900101{place:04d}")
        source = source_of(confirm(town, issue(town)))

        with django_assert_max_num_queries(22):
            assert send(town, source) == 6


def test_nobody_is_told_of_an_entry_that_is_not_there(town: Town) -> None:
    assert send(town, "slip:1") == 0

"""A payer hears that his money has come in; the office hears, of all things, that money could not leave."""

import pytest
from django.db import transaction

from tests.banking.test_orders import order, trial
from tests.banking.town import AT, Town, confirm, issue, make_town, person
from tests.staging import staged
from upkeep.banking.actions import fail_order
from upkeep.banking.counter import WrongAmount
from upkeep.messaging.models import Message, Outbox
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.roles import Role

__all__ = ["trial"]
pytestmark = pytest.mark.django_db


town = staged(make_town)


def told(event: str) -> set[str]:
    return set(Message.objects.filter(event=event).values_list("user__name", flat=True))


class TestAPaidSlip:
    def test_is_told_to_the_payers_users_and_to_the_telephone_on_it(self, town: Town) -> None:
        slip = confirm(town, issue(town))

        [message], [sms] = Message.objects.filter(event="slip_paid"), Outbox.objects.filter(event="slip_paid")
        assert message.user_id == town.people["developer"].user_id
        assert slip.number in message.text and "元已到账" in message.text
        assert message.url == f"/deposits/slips/{slip.number}/"
        assert sms.address == "13900000001"

    def test_confirmed_twice_is_told_once(self, town: Town) -> None:
        slip = issue(town)
        for _ in range(2):
            confirm(town, slip)

        assert Message.objects.filter(event="slip_paid").count() == 1
        assert Outbox.objects.filter(event="slip_paid").count() == 1

    def test_that_the_teller_got_wrong_is_told_to_nobody(self, town: Town) -> None:
        slip = issue(town)

        with pytest.raises(WrongAmount), transaction.atomic():
            confirm(town, slip, amount_fen=1)

        assert not Message.objects.exists()


class TestAnOrderThatCouldNotBePaid:
    def test_is_told_to_those_of_the_city_who_may_issue_it_anew(self, town: Town) -> None:
        far = add_jurisdiction(code="510300", slug="zigong", name="远山市", office_name="远山市中心")
        person(username="far", name="远审批", role=Role.APPROVER, city=far)
        person(username="clerk9", name="近窗口", role=Role.WINDOW_CLERK, city=town.city)
        person(username="acc9", name="近会计", role=Role.ACCOUNTANT, city=town.city)
        confirm(town, issue(town), serial="IN1")
        failed = order(town)

        fail_order(number=failed.number, reason="账号不存在。", by=town.people["teller"], at=AT)

        assert "近会计" in told("order_failed")
        assert town.people["approver"].name in told("order_failed")
        assert told("order_failed").isdisjoint({"远审批", "近窗口"})
        assert "付款失败：账号不存在。资金仍冻结" in Message.objects.filter(event="order_failed")[0].text

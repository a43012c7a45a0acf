"""消息 in the pages: the bell, the list, opening; the administrator's record of what left; the demo's telephone.

# covers: Q5
"""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.casework.conftest import rehearsal
from tests.casework.rehearsal import draft
from tests.cast import Cast, move
from tests.messaging import events  # noqa: F401  (declares the events)
from tests.web.pages import client_of, text
from upkeep.casework.states import Move
from upkeep.messaging.actions import notify
from upkeep.messaging.delivery import deliver
from upkeep.messaging.models import Message, Outbox, SendState
from upkeep.messaging.queries import due
from upkeep.parties.roles import Role

__all__ = ["rehearsal"]
pytestmark = pytest.mark.django_db


def tell(cast: Cast, *usernames: str, number: str = "WY1", **more: Any) -> None:
    given: dict[str, Any] = {
        "event": "test_everywhere",
        "jurisdiction_id": cast.city.jurisdiction.pk,
        "values": {"number": number},
        "at": timezone.now(),
        "key": f"about:{number}",
        "user_ids": [cast[one].user_id for one in usernames],
    }
    notify(**(given | more))


def bell(answer: Any) -> str:
    """What the bell says to a reader of the screen."""
    content = answer.content.decode()
    return str(content.split('href="/messages/" aria-label="')[1].split('"')[0])


class TestTheBell:
    @pytest.mark.parametrize("who", ["demo-clerk", "demo-developer", "demo-teller1"])
    def test_counts_what_is_unread_in_every_portal(self, cast: Cast, who: str) -> None:
        client = client_of(cast, who)
        before = client.get("/messages/")
        for number in ("1", "2"):
            tell(cast, who, number=number)

        assert (bell(before), bell(client.get("/messages/"))) == ("消息", "消息，2 条未读")

    def test_is_there_for_an_owner_too(self, cast: Cast) -> None:
        cast.hire("some-owner", [Role.OWNER])
        tell(cast, "some-owner")

        answer = client_of(cast, "some-owner").get("/messages/")

        assert answer.status_code == 200
        assert "消息（1）" in text(answer)

    def test_costs_a_page_one_query_whatever_waits(self, cast: Cast) -> None:
        client = client_of(cast, "demo-clerk")

        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get("/office/")
            return sum("messaging_message" in one["sql"] for one in queries)

        for number in range(5):
            tell(cast, "demo-clerk", number=str(number))
        assert asked() == 1


class TestTheList:
    def test_shows_ones_own_messages_and_nobody_elses(self, cast: Cast) -> None:
        tell(cast, "demo-developer", number="WY1")
        tell(cast, "demo-clerk", number="WY2")

        seen = text(client_of(cast, "demo-developer").get("/messages/"))

        assert "业务单 WY1 已办结" in seen
        assert "WY2" not in seen

    def test_without_any_says_what_will_stand_there(self, cast: Cast) -> None:
        client = client_of(cast, "demo-clerk")

        assert "没有消息 业务有新进度时会在这里通知您" in text(client.get("/messages/"))
        assert "没有未读消息" in text(client.get("/messages/?show=unread"))

    def test_is_narrowed_to_read_or_unread(self, cast: Cast) -> None:
        for number in ("WY1", "WY2"):
            tell(cast, "demo-clerk", number=number)
        client = client_of(cast, "demo-clerk")
        client.post(f"/messages/{Message.objects.get(key='about:WY1').pk}/open/")

        read, unread = text(client.get("/messages/?show=read")), text(client.get("/messages/?show=unread"))

        assert "WY1" in read and "WY2" not in read
        assert "WY2" in unread and "WY1" not in unread
        assert "WY1" in text(client.get("/messages/?show=nonsense"))

    def test_comes_in_pages(self, cast: Cast) -> None:
        for number in range(21):
            tell(cast, "demo-clerk", number=f"N{number:02}")
        client = client_of(cast, "demo-clerk")

        first, second = text(client.get("/messages/")), text(client.get("/messages/?page=2"))

        assert "共 21 条消息" in first
        assert "N20" in first and "N00" not in first
        assert "N00" in second and "N20" not in second

    def test_shows_a_text_as_text(self, cast: Cast) -> None:
        tell(cast, "demo-clerk", number="<script>alert(1)</script>")

        assert "<script>alert" not in client_of(cast, "demo-clerk").get("/messages/").content.decode()


class TestOpening:
    def test_marks_it_as_read_and_leads_to_its_page(self, cast: Cast) -> None:
        tell(cast, "demo-clerk", url="/cases/WY1/")
        message = Message.objects.get()

        answer = client_of(cast, "demo-clerk").post(f"/messages/{message.pk}/open/")

        assert (answer.status_code, answer["Location"]) == (302, "/cases/WY1/")
        message.refresh_from_db()
        assert message.read_at is not None

    def test_of_one_without_a_page_leads_back(self, cast: Cast) -> None:
        tell(cast, "demo-clerk")

        answer = client_of(cast, "demo-clerk").post(f"/messages/{Message.objects.get().pk}/open/")

        assert answer["Location"] == "/messages/"

    def test_by_a_link_is_not_possible_for_a_get_changes_nothing(self, cast: Cast) -> None:
        tell(cast, "demo-clerk")
        message = Message.objects.get()
        client = client_of(cast, "demo-clerk")

        for address in (f"/messages/{message.pk}/open/", f"/messages/{message.pk}/read/", "/messages/read/"):
            assert client.get(address).status_code == 405
        client.get("/messages/")

        message.refresh_from_db()
        assert message.read_at is None

    @pytest.mark.parametrize("what", ["open", "read"])
    def test_anothers_message_finds_nothing_and_leaves_it_unread(self, cast: Cast, what: str) -> None:
        tell(cast, "demo-clerk")
        message = Message.objects.get()

        answer = client_of(cast, "demo-developer").post(f"/messages/{message.pk}/{what}/")

        assert answer.status_code == 404
        message.refresh_from_db()
        assert message.read_at is None

    def test_all_at_once_marks_ones_own_only(self, cast: Cast) -> None:
        for number in ("1", "2"):
            tell(cast, "demo-clerk", "demo-developer", number=number)

        answer = client_of(cast, "demo-clerk").post("/messages/read/", follow=True)

        assert "2 条消息已标为已读" in text(answer)
        assert bell(answer) == "消息"
        assert Message.objects.filter(read_at=None).count() == 2
        again = client_of(cast, "demo-clerk").post("/messages/read/", follow=True)
        assert "没有未读消息" in text(again)


@pytest.mark.usefixtures("rehearsal")
class TestAReturnedCase:
    def test_is_heard_of_by_its_applicant_in_the_pages_and_by_sms(self, cast: Cast) -> None:
        """From the clerk's button to the applicant's bell, his telephone, and back to the case."""
        case = move(draft(cast), Move.SUBMIT, cast["demo-developer"], at=timezone.now())
        client_of(cast, "demo-clerk").post(
            f"/cases/{case.number}/move/", {"move": "RETURN", "note": "缺平面图", "version": case.version}
        )
        for one in due(at=timezone.now(), most=9):
            assert deliver(one, at=timezone.now()) is SendState.SENT

        developer = client_of(cast, "demo-developer")
        assert bell(developer.get("/organisation/")) == "消息，1 条未读"
        assert "被退回补正：缺平面图" in text(developer.get("/messages/"))
        assert "被退回补正：缺平面图" in text(Client().get("/outbox/"))
        led = developer.post(
            f"/messages/{Message.objects.get(user=cast['demo-developer'].user_id).pk}/open/", follow=True
        )
        assert "退回补正" in text(led) and case.number in text(led)
        assert bell(led) == "消息"


class TestTheRecordOfWhatLeft:
    def failed(self, cast: Cast, settings: Any) -> Outbox:
        settings.SMS_GATEWAY = "none"
        cast.hire("keeper", [Role.SYSTEM_ADMIN])
        tell(cast, phone="13812345678", email="wang@example.com")
        row = Outbox.objects.get(channel="SMS")
        deliver(row.pk, at=timezone.now())
        return row

    def test_shows_the_state_and_neither_the_address_nor_the_text(self, cast: Cast, settings: Any) -> None:
        self.failed(cast, settings)

        answer = client_of(cast, "keeper").get("/office/outbox/")
        seen = text(answer)

        assert "办结通知 短信 138****5678 失败 尚未配置短信网关 1 次" in seen
        assert "w***@example.com 待发送" in seen
        assert "有 1 条发送失败" in seen
        for secret in ("13812345678", "wang@example.com", "WY1"):
            assert secret not in answer.content.decode()

    def test_finds_a_whole_number_and_narrows_by_channel_state_event_and_day(self, cast: Cast, settings: Any) -> None:
        self.failed(cast, settings)
        client, today = client_of(cast, "keeper"), f"{timezone.localdate()}"

        def found(query: str) -> int:
            return int(client.get(f"/office/outbox/?{query}").context["page"].paginator.count)

        tomorrow = f"{timezone.localdate() + dt.timedelta(days=1)}"
        assert [found(query) for query in ("address=13812345678", "address=5678", "channel=EMAIL")] == [1, 0, 1]
        assert [found(query) for query in ("state=FAILED", "state=SENT", "event=test_everywhere")] == [1, 0, 2]
        assert [found(query) for query in (f"since={today}", f"since={tomorrow}", "state=nonsense")] == [2, 0, 2]

    def test_lets_the_administrator_send_again_once_the_gateway_is_there(self, cast: Cast, settings: Any) -> None:
        row = self.failed(cast, settings)
        client = client_of(cast, "keeper")
        settings.SMS_GATEWAY = "outbox"

        answer = client.post(f"/office/outbox/{row.pk}/again/", follow=True)
        twice = client.post(f"/office/outbox/{row.pk}/again/", follow=True)

        assert "短信已重新排入发送" in text(answer)
        assert "不需要重新发送" in text(twice)
        assert deliver(row.pk, at=timezone.now()) is SendState.SENT

    def test_is_the_system_administrators_of_the_city(self, cast: Cast, settings: Any) -> None:
        row = self.failed(cast, settings)
        elsewhere = cast["stranger-clerk"].jurisdiction_id
        cast.hire("far-admin", [Role.SYSTEM_ADMIN], at_city=elsewhere)

        for who in ("demo-clerk", "demo-developer"):
            assert client_of(cast, who).get("/office/outbox/").status_code == 403
        far = client_of(cast, "far-admin")
        assert "没有符合条件的发送记录" in text(far.get("/office/outbox/"))
        assert far.post(f"/office/outbox/{row.pk}/again/").status_code == 404
        row.refresh_from_db()
        assert row.state == SendState.FAILED


class TestTheDemosTelephone:
    def test_shows_a_visitor_his_code(self, cast: Cast) -> None:
        tell(cast, event="test_code", values={"code": "426913"}, phone="13800000001")
        tell(cast, event="test_code", values={"code": "111111"}, phone="13800000002", number="2")

        assert "426913" in text(Client().get("/outbox/"))
        only = Client().get("/outbox/?to=13800000001")
        assert "426913" in text(only) and "111111" not in text(only)
        assert "138****0001" in text(only)

    def test_is_linked_from_the_login_page(self, cast: Cast) -> None:
        assert 'href="/outbox/"' in Client().get("/login/").content.decode()

    def test_does_not_exist_outside_the_demo(self, cast: Cast, settings: Any) -> None:
        settings.DEMO = False

        assert Client().get("/outbox/").status_code == 404
        assert "/outbox/" not in Client().get("/login/").content.decode()

    def test_makes_a_link_in_a_mail_clickable_and_runs_nothing(self, cast: Cast) -> None:
        tell(cast, number="http://127.0.0.1/activate/x <b>", email="wang@example.com")

        content = Client().get("/outbox/").content.decode()

        assert '<a href="http://127.0.0.1/activate/x"' in content
        assert "<b> 已办结" not in content

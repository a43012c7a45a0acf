"""People told of an event: once, in the caller's transaction, by the ways of the event."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.cast import AT, Cast
from tests.messaging import events  # noqa: F401  (declares the events)
from upkeep.kernel.errors import Refusal
from upkeep.messaging import actions
from upkeep.messaging.events import MessageChannel, MissingValue, UnknownEvent
from upkeep.messaging.models import Message, Outbox, SendState


def tell(cast: Cast, **changes: Any) -> None:
    given: dict[str, Any] = {"event": "test_everywhere", "key": "case:1:done", "values": {"number": "WY1"}, "at": AT}
    actions.notify(**(given | {"jurisdiction_id": cast.city.jurisdiction.pk} | changes))


def queued() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [actions.SEND_TASK])
        return int(cursor.fetchone()[0])


class TestTelling:
    def test_writes_a_row_for_each_user_and_each_way_out(self, cast: Cast) -> None:
        users = [cast["demo-clerk"].user_id, cast["demo-developer"].user_id]
        office = cast.city.jurisdiction.office_name

        tell(cast, user_ids=users, phone="138 0000 0001", email="wang@example.com", url="/cases/WY1/")

        assert set(Message.objects.values_list("user_id", "title", "url")) == {
            (one, "业务单 WY1 已办结", "/cases/WY1/") for one in users
        }
        sms, mail = Outbox.objects.order_by("-channel")
        assert (sms.channel, sms.address, sms.state) == (MessageChannel.SMS, "13800000001", SendState.WAITING)
        assert sms.body == f"【{office}】{office}：WY1 已办结"
        assert (mail.address, mail.subject) == ("wang@example.com", "业务单 WY1 已办结")
        assert queued() == 2

    def test_uses_no_way_that_is_not_the_events(self, cast: Cast) -> None:
        user = cast["demo-clerk"].user_id

        tell(cast, event="test_told", key="told", user_ids=[user], phone="13800000001", email="wang@example.com")

        assert Message.objects.filter(user_id=user, title="办理进度").exists()
        assert not Outbox.objects.exists()

    def test_twice_with_one_key_is_one_message(self, cast: Cast) -> None:
        for _ in range(2):
            tell(cast, user_ids=[cast["demo-clerk"].user_id] * 2, phone="13800000001", email="wang@example.com")

        assert (Message.objects.count(), Outbox.objects.count(), queued()) == (1, 2, 2)

    def test_another_user_under_the_same_key_tells_him_too(self, cast: Cast) -> None:
        tell(cast, user_ids=[cast["demo-clerk"].user_id])
        tell(cast, user_ids=[cast["demo-developer"].user_id])

        assert Message.objects.count() == 2

    def test_leaves_nothing_when_the_transaction_is_rolled_back(self, cast: Cast) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            tell(cast, user_ids=[cast["demo-clerk"].user_id], phone="13800000001")
            raise RuntimeError

        assert (Message.objects.count(), Outbox.objects.count(), queued()) == (0, 0, 0)

    def test_of_an_unknown_event_or_without_a_value_fails_before_anything_is_kept(self, cast: Cast) -> None:
        with pytest.raises(UnknownEvent):
            tell(cast, event="no_such_event", user_ids=[cast["demo-clerk"].user_id])
        with pytest.raises(MissingValue, match="number"):
            tell(cast, values={"nubmer": "WY1"}, user_ids=[cast["demo-clerk"].user_id])

        assert not Message.objects.exists()

    def test_of_a_fixed_line_sends_no_sms(self, cast: Cast) -> None:
        tell(cast, phone="0830-3100000")

        assert not Outbox.objects.exists()

    @pytest.mark.parametrize("email", ["wang", "wang@example.com\nBcc: all@example.com"])
    def test_of_what_is_no_e_mail_address_is_a_mistake(self, cast: Cast, email: str) -> None:
        with pytest.raises(ValueError, match="not an e-mail address"):
            tell(cast, email=email)

    @pytest.mark.parametrize(
        "url", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "cases/"]
    )
    def test_leads_to_our_own_pages_only(self, cast: Cast, url: str) -> None:
        with pytest.raises(ValueError, match="page"):
            tell(cast, user_ids=[cast["demo-clerk"].user_id], url=url)

    def test_cuts_an_sms_that_would_be_endless_and_a_subject_of_several_lines(self, cast: Cast) -> None:
        tell(cast, values={"number": "一行\n二行" * 200}, phone="13800000001", email="wang@example.com")

        sms, mail = Outbox.objects.order_by("-channel")
        assert len(sms.body) == 450
        assert sms.body.endswith("…")
        assert "\n" not in mail.subject

    def test_keeps_address_and_text_encrypted(self, cast: Cast) -> None:
        tell(cast, event="test_code", key="code", values={"code": "426913"}, phone="13800000001")

        with connection.cursor() as cursor:
            cursor.execute("SELECT o::text FROM messaging_outbox o")
            [(row,)] = cursor.fetchall()
        assert "13800000001" not in row
        assert "426913" not in row


class TestReading:
    def test_counts_from_the_first_time(self, cast: Cast) -> None:
        user = cast["demo-clerk"].user_id
        tell(cast, user_ids=[user])
        message = Message.objects.get()

        actions.mark_read(message_id=message.pk, user_id=user, at=AT)
        actions.mark_read(message_id=message.pk, user_id=user, at=AT + dt.timedelta(days=1))

        message.refresh_from_db()
        assert message.read_at == AT

    def test_is_the_users_own(self, cast: Cast) -> None:
        tell(cast, user_ids=[cast["demo-clerk"].user_id])
        other = cast["demo-developer"].user_id

        assert actions.mark_read(message_id=Message.objects.get().pk, user_id=other, at=AT) is None
        assert actions.mark_all_read(user_id=other, at=AT) == 0
        assert Message.objects.filter(read_at=None).count() == 1


class TestAskingAgain:
    def test_gives_what_failed_all_its_tries_anew(self, cast: Cast) -> None:
        row = self.failed(cast, event="test_everywhere", values={"number": "WY1"})

        actions.try_again(row, at=AT)

        row.refresh_from_db()
        assert (row.state, row.attempts, row.next_try_at, row.error) == (SendState.WAITING, 0, AT, "")
        assert queued() == 2

    def test_is_refused_for_what_waits_already(self, cast: Cast) -> None:
        row = self.failed(cast, event="test_everywhere", values={"number": "WY1"})
        actions.try_again(row, at=AT)

        with pytest.raises(Refusal, match="待发送，不需要重新发送"):
            actions.try_again(row, at=AT)

    def test_is_refused_for_a_code_that_is_of_no_use_any_more(self, cast: Cast) -> None:
        row = self.failed(cast, event="test_code", values={"code": "426913"})

        with pytest.raises(Refusal, match="已过时效"):
            actions.try_again(row, at=AT + dt.timedelta(minutes=5))

    @staticmethod
    def failed(cast: Cast, **about: Any) -> Outbox:
        tell(cast, phone="13800000001", **about)
        row = Outbox.objects.get()
        row.state, row.attempts, row.next_try_at, row.error = SendState.FAILED, 1, None, "短信网关拒绝"
        row.save()
        return row


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("constraint", "changes"),
        [
            ("outbox_state_is_known", {"state": "LOST", "next_try_at": None, "error": "?"}),
            ("outbox_next_try_at_iff_waiting", {"next_try_at": None}),
            ("outbox_sent_at_iff_sent", {"state": "SENT", "attempts": 1, "next_try_at": None}),
            ("outbox_sent_at_iff_sent", {"state": "SENT", "attempts": 0, "next_try_at": None, "sent_at": AT}),
            ("outbox_has_a_text_until_sent", {"body": ""}),
            ("outbox_has_an_address", {"address": ""}),
            ("messaging_sent_stays_sent", {"key": "another"}),
            ("messaging_sent_stays_sent", {"address_hash": "another"}),
            ("outbox_unsent_says_why", {"state": "FAILED", "next_try_at": None}),
        ],
    )
    def test_refuses_a_row_that_contradicts_itself(self, cast: Cast, constraint: str, changes: dict[str, Any]) -> None:
        tell(cast, phone="13800000001")

        with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
            Outbox.objects.update(**changes)

    def test_refuses_to_change_or_forget_what_was_sent(self, cast: Cast) -> None:
        tell(cast, phone="13800000001")
        Outbox.objects.update(state="SENT", attempts=1, next_try_at=None, sent_at=AT)

        for again in ({"state": "WAITING", "next_try_at": AT, "sent_at": None}, {"body": ""}):
            with pytest.raises(DatabaseError, match="has been sent and cannot change"), transaction.atomic():
                Outbox.objects.update(**again)
        with pytest.raises(DatabaseError, match="refused deletion"), transaction.atomic():
            Outbox.objects.all().delete()

    def test_sends_nothing_out_that_belongs_in_the_pages(self, cast: Cast) -> None:
        tell(cast, phone="13800000001")
        row = Outbox.objects.get()
        row.pk, row.channel = row.pk + 1, "IN_SITE"

        with pytest.raises(IntegrityError, match="outbox_channel_leaves_the_house"), transaction.atomic():
            row.save(force_insert=True)

    def test_refuses_the_same_key_twice(self, cast: Cast) -> None:
        tell(cast, phone="13800000001", user_ids=[cast["demo-clerk"].user_id])
        row, message = Outbox.objects.get(), Message.objects.get()
        row.pk, message.pk = row.pk + 1, message.pk + 1

        with pytest.raises(IntegrityError, match="outbox_key_is_sent_once"), transaction.atomic():
            row.save(force_insert=True)
        with pytest.raises(IntegrityError, match="message_is_told_once"), transaction.atomic():
            message.save(force_insert=True)

    def test_refuses_a_message_that_leads_elsewhere(self, cast: Cast) -> None:
        tell(cast, user_ids=[cast["demo-clerk"].user_id])

        with pytest.raises(IntegrityError, match="our_own_page"), transaction.atomic():
            Message.objects.update(url="//elsewhere.example/")

"""What waits in the outbox leaves once: tried again, given up, raced for, broken off by a kill.

# covers: Q5
"""

import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from launch.places import ROOT
from tests.cast import AT, Cast, at_once
from tests.messaging.servers import MailServer, SmsServer, mail_server, silent_server, sms_server
from tests.messaging.test_actions import tell
from tests.tasks.test_runner import wait_for
from upkeep.messaging.delivery import MOST_ATTEMPTS, PAUSES_MIN, deliver
from upkeep.messaging.models import Outbox, SendState
from upkeep.messaging.queries import due
from upkeep.tasks.message_delivery import send_due

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def sms(settings: Any) -> Iterator[SmsServer]:
    with sms_server(settings) as server:
        yield server


def posted(cast: Cast, **about: Any) -> Outbox:
    tell(cast, **(about or {"email": "wang@example.com"}))
    return Outbox.objects.latest("id")


def again(row: Outbox) -> Outbox:
    return Outbox.objects.get(pk=row.pk)


@pytest.mark.django_db
class TestAMessage:
    def test_that_is_accepted_has_been_sent_and_its_text_is_wiped(self, cast: Cast, mail: MailServer) -> None:
        row = posted(cast)

        assert deliver(row.pk, at=AT) is SendState.SENT

        row = again(row)
        assert (row.sent_at, row.attempts, row.next_try_at, row.body) == (AT, 1, None, "")
        assert row.receipt == mail.mails[0]["Message-ID"]
        assert deliver(row.pk, at=AT + MINUTE * 999) is None
        assert len(mail.mails) == 1

    def test_by_sms_leaves_through_the_gateway(self, cast: Cast, sms: SmsServer) -> None:
        row = posted(cast, phone="13800000001")

        assert deliver(row.pk, at=AT) is SendState.SENT
        assert (again(row).receipt, again(row).body) == ("R1", "")
        assert sms.asked[0]["text"].endswith("WY1 已办结")

    def test_that_is_put_off_is_tried_again_after_a_pause_and_then_sent(self, cast: Cast, mail: MailServer) -> None:
        row = posted(cast)
        mail.answers = ["451 later"]

        assert deliver(row.pk, at=AT) is SendState.WAITING
        assert again(row).error == "邮件服务器暂时不接收（451）"
        assert deliver(row.pk, at=AT + MINUTE * 0.9) is None
        assert deliver(row.pk, at=AT + MINUTE) is SendState.SENT
        assert (again(row).attempts, again(row).error, len(mail.mails)) == (2, "", 1)

    def test_waits_longer_each_time_and_is_given_up_in_the_end(self, cast: Cast, mail: MailServer) -> None:
        row, at, pauses = posted(cast), AT, []
        mail.answers = ["451 later"] * 99
        while again(row).state == SendState.WAITING:
            deliver(row.pk, at=at)
            if following := again(row).next_try_at:
                pauses.append((following - at) // MINUTE)
                at = following

        assert tuple(pauses) == PAUSES_MIN
        assert list(pauses) == sorted(set(pauses))
        assert (again(row).state, again(row).attempts) == (SendState.ABANDONED, MOST_ATTEMPTS)
        assert (again(row).error, again(row).body != "") == ("邮件服务器暂时不接收（451）", True)

    def test_that_is_refused_for_good_has_failed_at_once(self, cast: Cast, mail: MailServer) -> None:
        row = posted(cast)
        mail.to_recipient = "550 no such user"

        assert deliver(row.pk, at=AT) is SendState.FAILED
        assert (again(row).attempts, again(row).error) == (1, "收件地址被拒绝（550）")
        assert deliver(row.pk, at=AT + MINUTE * 999) is None

    def test_that_has_gone_stale_is_not_sent_any_more(self, cast: Cast, sms: SmsServer) -> None:
        row = posted(cast, event="test_code", values={"code": "426913"}, phone="13800000001")

        assert deliver(row.pk, at=AT + MINUTE * 5) is None
        assert (again(row).state, again(row).error) == (SendState.ABANDONED, "已过时效，未发出")
        assert sms.asked == []

    def test_whose_every_try_was_broken_off_is_given_up(self, cast: Cast, mail: MailServer) -> None:
        row = posted(cast)
        Outbox.objects.update(attempts=MOST_ATTEMPTS)

        assert deliver(row.pk, at=AT) is None
        assert (again(row).state, again(row).error) == (SendState.ABANDONED, "发送过程多次中断")
        assert mail.mails == []

    def test_in_the_demo_is_kept_to_be_read(self, cast: Cast) -> None:
        row = posted(cast, phone="13800000001")

        assert deliver(row.pk, at=AT) is SendState.SENT
        assert again(row).body.endswith("WY1 已办结")

    def test_says_nothing_of_address_or_text_to_the_log(
        self, cast: Cast, mail: MailServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        row = posted(cast)
        mail.to_recipient = "550 <wang@example.com> no such user"
        with caplog.at_level("DEBUG", logger="upkeep"):
            deliver(row.pk, at=AT)

        assert "state=FAILED" in caplog.text
        assert "wang" not in caplog.text and "WY1" not in caplog.text


@pytest.mark.django_db
class TestTheMinutesRound:
    def test_sends_what_is_due_and_leaves_the_rest(self, cast: Cast, mail: MailServer) -> None:
        first, later = posted(cast), posted(cast, email="li@example.com", key="another")
        Outbox.objects.filter(pk=later.pk).update(next_try_at=timezone.now() + MINUTE)

        assert due(at=timezone.now(), most=9) == [first.pk]
        send_due(0)

        assert [one["To"] for one in mail.mails] == ["wang@example.com"]


@pytest.mark.commits
class TestSeveralWorkersAtOnce:
    def test_send_it_once(self, cast: Cast, mail: MailServer) -> None:
        row = posted(cast)

        answers = at_once(*[lambda: deliver(row.pk, at=AT)] * 8)

        assert sorted(str(one) for one in answers) == ["None"] * 7 + ["SENT"]
        assert (len(mail.mails), again(row).attempts) == (1, 1)

    def test_do_not_take_it_from_one_who_is_slower_than_the_pause(self, cast: Cast, mail: MailServer) -> None:
        row = posted(cast)
        received, go_on = threading.Event(), threading.Event()

        def wait() -> None:
            received.set()
            go_on.wait(2)

        mail.when_received = wait

        def second() -> SendState | None:
            received.wait(10)
            try:
                return deliver(row.pk, at=AT + MINUTE * 30)
            finally:
                go_on.set()

        answers = at_once(lambda: deliver(row.pk, at=AT), second)

        assert answers == [SendState.SENT, None]
        assert len(mail.mails) == 1

    def test_telling_the_same_thing_write_it_once(self, cast: Cast) -> None:
        at_once(*[lambda: tell(cast, phone="13800000001", email="wang@example.com")] * 6)

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'upkeep.send_message'")
            assert (Outbox.objects.count(), cursor.fetchone()) == (2, (2,))


@contextmanager
def worker(database_url: str, port: int, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The product's worker in a process of its own, with the mail server on that port."""
    environment = {**os.environ, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    command = [sys.executable, "-m", "tests.messaging.worker", str(port), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.commits
@pytest.mark.slow
class TestAWorkerThatIsKilled:
    """The worker of the product, with kill -9."""

    def test_between_claiming_and_sending_neither_loses_nor_repeats_the_message(
        self, cast: Cast, database_url: str, mail: MailServer
    ) -> None:
        row = posted(cast)
        with silent_server() as silent, worker(database_url, silent.getsockname()[1]) as process:
            silent.accept()
            process.kill()
            process.wait()

        broken_off = again(row)
        assert (broken_off.state, broken_off.attempts, mail.mails) == (SendState.WAITING, 1, [])
        self.send_when_free(broken_off)
        assert (again(row).state, again(row).attempts, len(mail.mails)) == (SendState.SENT, 2, 1)

    def test_before_it_began_leaves_the_message_to_the_next_one(
        self, cast: Cast, database_url: str, mail: MailServer
    ) -> None:
        row = posted(cast)

        with worker(database_url, mail.port, "--once") as process:
            assert process.wait(timeout=60) == 0

        assert (again(row).state, len(mail.mails)) == (SendState.SENT, 1)

    def test_between_the_servers_acceptance_and_our_note_repeats_it_under_the_same_id(
        self, cast: Cast, database_url: str, mail: MailServer
    ) -> None:
        """The limit that no protocol of mail takes away, and what we do about it."""
        row = posted(cast)
        with worker(database_url, mail.port) as process:
            mail.when_received = process.kill
            process.wait(timeout=60)
        mail.when_received = lambda: None

        broken_off = again(row)
        assert (broken_off.state, len(mail.mails)) == (SendState.WAITING, 1)
        self.send_when_free(broken_off)
        first, second = mail.mails
        assert first["Message-ID"] == second["Message-ID"]

    @staticmethod
    def send_when_free(row: Outbox) -> None:
        """PostgreSQL takes a moment to notice that the dead worker's lock is nobody's."""
        following = row.next_try_at
        assert following is not None
        wait_for(lambda: deliver(row.pk, at=following) is not None)

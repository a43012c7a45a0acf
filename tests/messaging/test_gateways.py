"""The gateways against real servers of this machine that accept, put off, refuse, fall silent or talk nonsense."""

from collections.abc import Iterator
from email.header import decode_header, make_header
from typing import Any

import pytest

from tests.messaging.servers import MailServer, SmsServer, free_port, mail_server, silent_server, sms_server
from upkeep.messaging.gateways import RefusedForGood, TryLater, mail_gateway, sms_gateway

PHONE, TEXT = "13800000001", "【江城市维修资金中心】验证码 426913"


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def sms(settings: Any) -> Iterator[SmsServer]:
    with sms_server(settings) as server:
        yield server


def send_mail(*, to: str = "wang@example.com", subject: str = "业务单 WY1 已办结") -> str:
    gateway = mail_gateway()
    receipt = gateway.send(to, subject, "请登录查看。\n江城市", reference="upkeep-7")
    gateway.close()
    return receipt


def send_sms() -> str:
    return sms_gateway().send(PHONE, TEXT, reference="upkeep-7")


class TestAMailServer:
    def test_gets_the_whole_mail_with_an_id_that_a_repetition_shares(self, mail: MailServer) -> None:
        receipts = [send_mail(), send_mail()]

        one, again = mail.mails
        assert str(make_header(decode_header(one["Subject"]))) == "业务单 WY1 已办结"
        assert str(make_header(decode_header(one["From"]))) == "维修资金中心 <notice@fund.example>"
        assert (one["To"], one["Auto-Submitted"]) == ("wang@example.com", "auto-generated")
        content = one.get_payload(decode=True)
        assert isinstance(content, bytes)
        assert content.decode().splitlines() == ["请登录查看。", "江城市"]
        assert receipts == ["<upkeep-7@fund.example>"] * 2
        assert {one["Message-ID"], again["Message-ID"]} == {"<upkeep-7@fund.example>"}

    @pytest.mark.parametrize("answer", ["451 try again later", "421 shutting down"])
    def test_that_puts_us_off_is_tried_later(self, mail: MailServer, answer: str) -> None:
        mail.answers = [answer]

        with pytest.raises(TryLater, match=answer[:3]):
            send_mail()

    def test_that_refuses_the_text_refuses_for_good(self, mail: MailServer) -> None:
        mail.answers = ["554 looks like spam"]

        with pytest.raises(RefusedForGood, match=r"邮件服务器拒绝（554）"):
            send_mail()

    def test_that_does_not_know_the_recipient_refuses_for_good_and_we_do_not_repeat_the_address(
        self, mail: MailServer
    ) -> None:
        mail.to_recipient = "550 <wang@example.com> no such user"

        with pytest.raises(RefusedForGood) as refusal:
            send_mail()

        assert str(refusal.value) == "收件地址被拒绝（550）"

    def test_whose_recipient_has_a_full_box_is_tried_later(self, mail: MailServer) -> None:
        mail.to_recipient = "452 mailbox full"

        with pytest.raises(TryLater, match="452"):
            send_mail()

    def test_that_is_not_there_is_tried_later(self, settings: Any, mail: MailServer) -> None:
        settings.EMAIL_PORT = free_port()

        with pytest.raises(TryLater, match="无法连接或超时"):
            send_mail()

    def test_that_says_nothing_is_waited_for_no_longer_than_we_said(self, settings: Any, mail: MailServer) -> None:
        with silent_server() as silent:
            settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent.getsockname()[1], 0.3
            with pytest.raises(TryLater, match="无法连接或超时"):
                send_mail()

    def test_that_wants_a_password_we_do_not_have_is_ours_to_mend(self, settings: Any, mail: MailServer) -> None:
        mail.to_recipient = "530 authentication required"

        with pytest.raises(TryLater, match="530"):
            send_mail()


class TestAnSmsGateway:
    def test_gets_a_signed_document_and_gives_a_receipt(self, sms: SmsServer) -> None:
        assert send_sms() == "R1"

        [asked] = sms.asked
        assert (asked["phone"], asked["text"], asked["id"], asked["key"]) == (PHONE, TEXT, "upkeep-7", "upkeep")
        assert (asked["path"], sms.signatures_are_right) == ("/sms", True)

    @pytest.mark.parametrize("status", [500, 503, 429, 408])
    def test_that_is_busy_or_broken_is_tried_later(self, sms: SmsServer, status: int) -> None:
        sms.status = status

        with pytest.raises(TryLater, match=str(status)):
            send_sms()

    @pytest.mark.parametrize("status", [400, 401, 404])
    def test_that_refuses_refuses_for_good(self, sms: SmsServer, status: int) -> None:
        sms.status = status

        with pytest.raises(RefusedForGood, match=str(status)):
            send_sms()

    def test_that_is_slow_is_left(self, sms: SmsServer, settings: Any) -> None:
        settings.GATEWAY_TIMEOUT_S, sms.seconds = 0.2, 1.0

        with pytest.raises(TryLater, match="无法连接或超时"):
            send_sms()

    def test_that_answers_drop_by_drop_is_left_too(self, sms: SmsServer, settings: Any) -> None:
        settings.GATEWAY_TIMEOUT_S, sms.drops = 0.3, 8

        with pytest.raises(TryLater, match="无法连接或超时"):
            send_sms()

    def test_that_speaks_no_http_is_tried_later(self, mail: MailServer, sms: SmsServer, settings: Any) -> None:
        settings.SMS_URL = f"http://127.0.0.1:{mail.port}/sms"

        with pytest.raises(TryLater, match="无法连接或超时"):
            send_sms()

    def test_that_is_not_there_is_tried_later(self, sms: SmsServer, settings: Any) -> None:
        settings.SMS_URL = f"http://127.0.0.1:{free_port()}/sms"

        with pytest.raises(TryLater):
            send_sms()

    @pytest.mark.parametrize(
        "content", [b"", b"OK", b"[]", b"null", b'"ok"', b"{}", b"\xff\xfe", b'{"ok": "' + b"x" * 70_000 + b'"}']
    )
    def test_that_talks_nonsense_is_tried_later(self, sms: SmsServer, content: bytes) -> None:
        sms.content = content

        with pytest.raises(TryLater, match="无法识别"):
            send_sms()

    def test_that_says_no_says_whether_to_come_again(self, sms: SmsServer) -> None:
        sms.content = b'{"ok": false, "retry": true, "code": "FLOW_LIMIT"}'
        with pytest.raises(TryLater, match=r"暂时不可用（FLOW_LIMIT）"):
            send_sms()

        sms.content = b'{"ok": false, "code": "BLACKLIST"}'
        with pytest.raises(RefusedForGood, match=r"拒绝（BLACKLIST）"):
            send_sms()

    def test_that_repeats_number_or_text_is_not_quoted(self, sms: SmsServer) -> None:
        sms.content = b'{"ok": false, "code": "number 13800000001 refused"}'

        with pytest.raises(RefusedForGood) as refusal:
            send_sms()

        assert str(refusal.value) == "短信网关拒绝"

    def test_cannot_send_us_elsewhere(self, sms: SmsServer) -> None:
        sms.status, sms.location = 307, sms.url.replace("/sms", "/elsewhere")

        with pytest.raises(RefusedForGood, match="307"):
            send_sms()

        assert [asked["path"] for asked in sms.asked] == ["/sms"]


class TestWhereNothingIsSetUp:
    def test_a_message_is_refused_with_the_reason(self, settings: Any) -> None:
        settings.SMS_GATEWAY = settings.MAIL_GATEWAY = "none"

        with pytest.raises(RefusedForGood, match="尚未配置短信网关"):
            send_sms()
        with pytest.raises(RefusedForGood, match="尚未配置邮件服务器"):
            send_mail()

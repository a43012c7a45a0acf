"""The ways out of the house: an SMTP server, an SMS gateway over HTTP, and one that only keeps what it is given.

Which one is used is a setting (`MAIL_GATEWAY`, `SMS_GATEWAY`). A gateway answers with a receipt, or says that it is of no
use now (`TryLater`) or never will be (`RefusedForGood`). Neither sentence holds an address or a text: both are shown and logged.
"""

import contextlib
import datetime as dt
import hashlib
import hmac
import json
import smtplib
import time
import urllib.error
import urllib.request
from email.utils import parseaddr
from http.client import HTTPException, HTTPResponse
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

_MOST_ANSWER_BYTES = 64 * 1024
#: Of HTTP's refusals, those that may pass: time-out, too early, too many requests.
_PASSING = frozenset({408, 425, 429})


class TryLater(Exception):
    """Not now: the other side is away, busy or slow."""


class RefusedForGood(Exception):
    """The other side will not take this message, however often it is asked."""


class SmsGateway(Protocol):
    """Sends an SMS. `reference` is the same at every try of one message, so that the other side can know a repetition."""

    #: Whether it keeps the text for people to read, and so nothing leaves the house.
    keeps_text: bool

    def send(self, phone: str, text: str, *, reference: str) -> str:
        """The receipt. Raises: TryLater, RefusedForGood."""


class MailGateway(Protocol):
    """Sends an e-mail; otherwise as `SmsGateway`."""

    keeps_text: bool

    def send(self, address: str, subject: str, text: str, *, reference: str) -> str:
        """The receipt. Raises: TryLater, RefusedForGood."""

    def close(self) -> None:
        """Take leave of the server, after the result is kept; what goes wrong here no longer matters."""


class OutboxSms:
    """演示: keeps the text for the page that shows it, and sends nothing."""

    keeps_text = True

    def send(self, phone: str, text: str, *, reference: str) -> str:
        """Always works."""
        return "演示：未实际发出"


class OutboxMail:
    """演示: as for SMS."""

    keeps_text = True

    def send(self, address: str, subject: str, text: str, *, reference: str) -> str:
        """Always works."""
        return "演示：未实际发出"

    def close(self) -> None:
        """Nothing is open."""


class NoSms:
    """A city that has no gateway yet: what would have been sent waits for the administrator's 重新发送."""

    keeps_text = False

    def send(self, phone: str, text: str, *, reference: str) -> str:
        """Always refuses."""
        raise RefusedForGood("尚未配置短信网关")


class NoMail:
    """As for SMS."""

    keeps_text = False

    def send(self, address: str, subject: str, text: str, *, reference: str) -> str:
        """Always refuses."""
        raise RefusedForGood("尚未配置邮件服务器")

    def close(self) -> None:
        """Nothing is open."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The gateway's address is fixed; an answer cannot send numbers and texts elsewhere."""

    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        return None


class HttpSms:
    """A gateway that takes a signed JSON document by POST at one fixed address.

    Sent: `{"id", "phone", "text", "time"}` with `X-Key` and `X-Signature`, the HMAC-SHA256 of the body in hexadecimal.
    Expected: status 200 and `{"ok": true, "receipt": "…"}`, or `{"ok": false, "retry": true|false, "code": "…"}`.
    Carriers' own protocols are spoken by a small program between this one and them, or by another class here.
    """

    keeps_text = False

    def __init__(self) -> None:
        self._url, self._key, self._secret = settings.SMS_URL, settings.SMS_KEY, settings.SMS_SECRET
        self._opener = urllib.request.build_opener(_NoRedirects(), urllib.request.ProxyHandler({}))

    def send(self, phone: str, text: str, *, reference: str) -> str:
        """Raises: TryLater, RefusedForGood."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        document = {"id": reference, "phone": phone, "text": text, "time": now}
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        signature = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Key": self._key, "X-Signature": signature}
        return self._receipt(self._post(urllib.request.Request(self._url, data=body, headers=headers, method="POST")))

    def _post(self, request: urllib.request.Request) -> bytes:
        try:
            with self._opener.open(request, timeout=settings.GATEWAY_TIMEOUT_S) as answer:
                return self._read(answer)
        except urllib.error.HTTPError as error:
            if error.code >= 500 or error.code in _PASSING:
                raise TryLater(f"短信网关暂时不可用（{error.code}）") from None
            raise RefusedForGood(f"短信网关拒绝（{error.code}）") from None
        except (OSError, HTTPException):  # unreachable, reset, timed out, no HTTP; URLError is a kind of OSError
            raise TryLater("短信网关无法连接或超时") from None

    @staticmethod
    def _read(answer: HTTPResponse) -> bytes:
        """At most a little more than is allowed, and no longer than the time-out even where it comes drop by drop."""
        content, deadline = b"", time.monotonic() + settings.GATEWAY_TIMEOUT_S
        while len(content) <= _MOST_ANSWER_BYTES and (part := answer.read1(_MOST_ANSWER_BYTES)):
            content += part
            if time.monotonic() > deadline:
                raise TimeoutError
        return content

    @staticmethod
    def _receipt(content: bytes) -> str:
        """An answer that cannot be read tells nothing; the message keeps its reference and is tried again."""
        try:
            if len(content) > _MOST_ANSWER_BYTES:
                raise ValueError
            answer = json.loads(content)
            ok, again = answer["ok"], bool(answer.get("retry", False))
            receipt, code = str(answer.get("receipt", ""))[:100], str(answer.get("code", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise TryLater("短信网关的应答无法识别") from None
        if ok is True:
            return receipt
        # The code is the other side's free text: only what a code looks like is passed on.
        shown = f"（{code}）" if code.isascii() and code.replace("_", "").isalnum() and len(code) <= 40 else ""
        raise TryLater(f"短信网关暂时不可用{shown}") if again else RefusedForGood(f"短信网关拒绝{shown}")


class SmtpMail:
    """Through Django to the city's SMTP server, with its time-out and its from address.

    The Message-ID is made from the reference: a mail sent twice, because we fell between the server's 250 and our own
    note of it, is the same mail to every server and mailbox that looks.
    """

    keeps_text = False

    def __init__(self) -> None:
        self._server = get_connection()

    def send(self, address: str, subject: str, text: str, *, reference: str) -> str:
        """Raises: TryLater, RefusedForGood."""
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
        message_id = f"<{reference}@{domain}>"
        headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
        mail = EmailMessage(subject, text, to=[address], headers=headers)
        try:
            # Opened by us, it is not closed by Django: an error at QUIT would look as if nothing had been sent.
            self._server.open()
            self._server.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            raise _of_code(max(code for code, _ in error.recipients.values()), "收件地址被拒绝") from None
        except smtplib.SMTPResponseException as error:
            raise _of_code(error.smtp_code, "邮件服务器拒绝") from None
        except OSError:  # unreachable, reset, timed out; every other error of smtplib is a kind of it
            raise TryLater("邮件服务器无法连接或超时") from None
        return message_id

    def close(self) -> None:
        """QUIT; the server has answered for the mail already."""
        with contextlib.suppress(OSError):
            self._server.close()


def _of_code(code: int, words: str) -> Exception:
    """SMTP says 4xx for "not now" and 5xx for "never". That our own login fails (53x) is for us to mend, and then it may go."""
    if 500 <= code < 600 and code not in (530, 534, 535, 538):
        return RefusedForGood(f"{words}（{code}）")
    return TryLater(f"邮件服务器暂时不接收（{code}）")


_SMS: dict[str, type[SmsGateway]] = {"outbox": OutboxSms, "http": HttpSms, "none": NoSms}
_MAIL: dict[str, type[MailGateway]] = {"outbox": OutboxMail, "smtp": SmtpMail, "none": NoMail}


def sms_gateway() -> SmsGateway:
    """The one that the settings choose."""
    return _SMS[settings.SMS_GATEWAY]()


def mail_gateway() -> MailGateway:
    """The one that the settings choose."""
    return _MAIL[settings.MAIL_GATEWAY]()

"""Servers at the other end, real ones in threads: a mail server and an SMS gateway that do as a test says."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SECRET = "a secret between us"


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class MailServer:
    """Keeps what it accepts. `answers` are given to DATA one after the other, then 250; `to_recipient` to RCPT."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[Message] = []
        self.answers: list[str] = []
        self.to_recipient = "250 OK"
        self.when_received: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        with self._lock:
            answer = self.answers.pop(0) if self.answers else "250 OK"
            if answer.startswith("250"):
                assert isinstance(envelope.content, bytes)
                self.mails.append(message_from_bytes(envelope.content))
        self.when_received()
        return answer


@contextmanager
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server on this machine, used by the product while in the block."""
    handler = MailServer()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    use_mail_server(settings, handler.port)
    try:
        yield handler
    finally:
        controller.stop()


def use_mail_server(settings: Any, port: int) -> None:
    settings.MAIL_GATEWAY, settings.EMAIL_BACKEND = "smtp", "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 3
    settings.DEFAULT_FROM_EMAIL = "维修资金中心 <notice@fund.example>"


@contextmanager
def silent_server() -> Iterator[socket.socket]:
    """Takes connections and says nothing. `accept()` tells a test that somebody has come."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)
        yield listening


class SmsServer:
    """Keeps what it was asked; answers with `status` and `content` after `seconds`, then so many drops."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.signatures_are_right = True
        self.status, self.content, self.seconds = 200, b'{"ok": true, "receipt": "R1"}', 0.0
        self.location, self.drops = "", 0
        self.url = ""


@contextmanager
def sms_server(settings: Any) -> Iterator[SmsServer]:
    """An SMS gateway on this machine, used by the product while in the block."""
    answers = SmsServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            answers.signatures_are_right &= self.headers["X-Signature"] == expected
            answers.asked.append(json.loads(body) | {"path": self.path, "key": self.headers["X-Key"]})
            time.sleep(answers.seconds)
            self.send_response(answers.status)
            if answers.location:
                self.send_header("Location", answers.location)
            self.end_headers()
            self.wfile.write(answers.content)
            for _ in range(answers.drops):
                time.sleep(0.1)
                self.wfile.write(b" ")

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the tests speak for themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    answers.url = f"http://127.0.0.1:{server.server_port}/sms"
    settings.SMS_GATEWAY, settings.SMS_URL = "http", answers.url
    settings.SMS_KEY, settings.SMS_SECRET, settings.GATEWAY_TIMEOUT_S = "upkeep", SECRET, 1
    try:
        yield answers
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

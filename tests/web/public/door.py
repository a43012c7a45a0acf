"""The login page as tests walk through it: a browser, a picture whose letters are known, the SMS that was sent."""

import re
from typing import Any

import pytest
from django.test import Client

from upkeep.messaging.models import Outbox
from upkeep.web.public import captcha


class Door:
    """A browser in front of the login of a city."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, city: str = "jiangcheng") -> None:
        self.client, self.city, self._monkeypatch = Client(), city, monkeypatch

    def letters(self) -> str:
        """Fetch a picture whose letters are known."""
        self._monkeypatch.setattr(captcha, "ALPHABET", "A")
        assert self.client.get("/captcha.png")["Content-Type"] == "image/png"
        return "A" * captcha.LENGTH

    def try_password(self, tab: str, username: str, password: str, **more: str) -> Any:
        """Fill in the form of a tab and send it."""
        sent = {"username": username, "password": password, "captcha": self.letters(), **more}
        return self.client.post(f"/c/{self.city}/login/?as={tab}", sent)

    def ask_code(self, phone: str) -> Any:
        """Telephone and picture, for a code."""
        return self.client.post(f"/c/{self.city}/login/code/", {"phone": phone, "captcha": self.letters()})

    def try_code(self, code: str, **more: str) -> Any:
        """What stood in the SMS, or not."""
        return self.client.post(f"/c/{self.city}/login/code/", {"code": code, **more})

    def come_in(self, phone: str) -> Any:
        """By telephone, from the first page to the last."""
        self.client.get(f"/c/{self.city}/login/code/?again=1")
        assert self.ask_code(phone).status_code == 200
        return self.try_code(code_sent())

    @property
    def is_in(self) -> bool:
        return "_auth_user_id" in self.client.session


def code_sent() -> str:
    """The code of the newest SMS."""
    found = re.search(r"\b\d{6}\b", Outbox.objects.order_by("-created_at", "-pk")[0].body)
    assert found is not None
    return found[0]

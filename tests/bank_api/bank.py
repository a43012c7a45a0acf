"""A bank's side of the interface, written from docs/bank-api.md alone: it shares no line with what it tests."""

import datetime as dt
import hashlib
import hmac
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.banking import town as town_module
from tests.banking.town import Town, make_town, person
from upkeep.bank_api.keys import enable_key, make_key
from upkeep.bank_api.models import BankKey, SignatureKind
from upkeep.parties.models import Organisation
from upkeep.parties.roles import Role

ROOT = "/api/bank/v1/"
_numbers = itertools.count(1)


def sm3(content: bytes) -> str:
    return hashlib.new("sm3", content).hexdigest()


@dataclass
class Bank:
    """Signs and sends; `now` is the bank's clock. Every header can be spoiled on the way by `spoiled`."""

    code: str
    secret: str
    now: dt.datetime
    client: Client = field(default_factory=Client)

    def headers(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        query: str = "",
        idempotency_key: str = "",
        nonce: str = "",
        now: dt.datetime | None = None,
    ) -> dict[str, str]:
        """Everything that makes the message this bank's."""
        time = str(int((now or self.now).timestamp()))
        nonce = nonce or f"nonce-{next(_numbers):012d}"
        signed = "\n".join(["UPKEEP-BANK-1", method, path, query, self.code, time, nonce, idempotency_key, sm3(body)])
        return {
            "X-Upkeep-Key": self.code,
            "X-Upkeep-Time": time,
            "X-Upkeep-Nonce": nonce,
            "X-Upkeep-Signature": hmac.new(self.secret.encode(), signed.encode(), "sm3").hexdigest(),
        } | ({"Idempotency-Key": idempotency_key} if idempotency_key else {})

    def get(self, path: str, *, query: str = "") -> HttpResponse:
        headers = self.headers("GET", ROOT + path, b"", query=query)
        return self.send("GET", path, b"", headers, query=query)

    def post(self, path: str, body: dict[str, Any], *, key: str = "", **signing: Any) -> HttpResponse:
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = self.headers(
            "POST", ROOT + path, content, idempotency_key=key or f"key-{next(_numbers):08d}", **signing
        )
        return self.send("POST", path, content, headers)

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str], *, query: str = "") -> HttpResponse:
        """Send it exactly so."""
        if method == "GET":
            found = self.client.get(ROOT + path + (f"?{query}" if query else ""), headers=headers)
        else:
            found = self.client.post(ROOT + path, body, content_type="application/json", headers=headers)
        assert isinstance(found, HttpResponse)
        return found

    def signed(self, answer: HttpResponse, nonce: str) -> bool:
        """Whether the platform has signed the answer."""
        text = "\n".join(["UPKEEP-BANK-1-ANSWER", self.code, nonce, str(answer.status_code), sm3(answer.content)])
        return answer["X-Upkeep-Signature"] == hmac.new(self.secret.encode(), text.encode(), "sm3").hexdigest()


def give_key(town: Town, organisation: Organisation, *, at: dt.datetime) -> tuple[BankKey, str]:
    """A key in use: the system administrator makes it, the security administrator puts it into use."""
    made = make_key(
        bank_id=organisation.pk,
        name="核心系统",
        kind=SignatureKind.HMAC_SM3,
        by=town.people["system_admin"],
        at=at,
    )
    return enable_key(made.key.pk, by=town.people["security_admin"], at=at), made.secret


@dataclass
class Connected:
    """A town whose first bank is connected."""

    town: Town
    bank: Bank
    key: BankKey


def connect() -> Connected:
    """The town of the money tests, its administrators, and a key of the first bank."""
    return connected(make_town())


def connected(town: Town, *, at: dt.datetime | None = None) -> Connected:
    """A town's first bank with a key in use."""
    at = at or town_module.AT
    for role in ("system_admin", "security_admin"):
        town.people[role] = person(username=role, name="管理员", role=Role[role.upper()], city=town.city)
    key, secret = give_key(town, town.banks[0], at=at)
    return Connected(town, Bank(key.code, secret, at), key)


def told(answer: HttpResponse) -> Any:
    """The body of an answer."""
    return json.loads(answer.content)

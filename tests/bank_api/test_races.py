"""Copies of a message that arrive at once: real connections, real commits; what is done is done once.

# covers: F3
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import cast

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import Client

from tests.bank_api.bank import ROOT, Bank, Connected, connect, told
from tests.banking.town import AT, issue
from tests.cast import at_once
from tests.staging import staged
from upkeep.bank_api.calls import forget_nonces
from upkeep.bank_api.models import BankMessage, BankNonce
from upkeep.banking.models import BankSerial, PaySlip
from upkeep.books.audit import audit

stage = staged(connect)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def sending(bank: Bank, path: str, body: bytes, headers: dict[str, str]) -> Callable[[], HttpResponse]:
    """A client of its own for every thread."""
    return lambda: Bank(bank.code, bank.secret, bank.now, client=Client()).send("POST", path, body, headers)


def confirmation(slip: PaySlip, *, serial: str = "S1") -> bytes:
    return json.dumps({"serial": serial, "amount_fen": slip.total_fen, "operator": "8801"}).encode()


def answered(calls: Sequence[Callable[[], HttpResponse]]) -> list[HttpResponse]:
    """The answers to calls made at once."""
    answers = at_once(*calls)
    assert all(isinstance(one, HttpResponse) for one in answers), answers
    return cast(list[HttpResponse], answers)


@pytest.mark.commits
class TestCopiesAtOnce:
    def test_of_the_very_same_message_only_one_counts(self, stage: Connected) -> None:
        slip = issue(stage.town)
        path, body = f"slips/{slip.number}/confirmation", confirmation(slip)
        headers = stage.bank.headers("POST", ROOT + path, body, idempotency_key="key-00000")

        answers = answered([sending(stage.bank, path, body, headers) for _ in range(4)])

        statuses = sorted(one.status_code for one in answers)
        assert statuses == [200, 401, 401, 401]
        assert BankMessage.objects.count() == 1 and BankSerial.objects.count() == 1
        assert audit() == []

    def test_signed_anew_all_get_the_one_answer(self, stage: Connected) -> None:
        slip = issue(stage.town)
        path, body = f"slips/{slip.number}/confirmation", confirmation(slip)
        several = [
            stage.bank.headers("POST", ROOT + path, body, idempotency_key="key-00000", nonce=f"{n}" * 16)
            for n in range(4)
        ]

        answers = answered([sending(stage.bank, path, body, headers) for headers in several])

        assert {(one.status_code, one.content) for one in answers} == {(200, answers[0].content)}
        assert sum(one.has_header("Idempotent-Replayed") for one in answers) == 3
        assert BankMessage.objects.count() == 1 and audit() == []

    def test_with_keys_and_serials_of_their_own_confirm_once(self, stage: Connected) -> None:
        slip = issue(stage.town)
        path = f"slips/{slip.number}/confirmation"
        calls = []
        for n in range(4):
            body = confirmation(slip, serial=f"S{n}")
            calls.append(
                sending(
                    stage.bank,
                    path,
                    body,
                    stage.bank.headers("POST", ROOT + path, body, idempotency_key=f"key-{n:08d}"),
                )
            )

        answers = answered(calls)

        assert sorted(told(one).get("code", "") for one in answers) == ["", *["paper_closed"] * 3]
        assert BankSerial.objects.count() == 1 and audit() == []


@pytest.mark.django_db
class TestTheDatabase:
    """What must hold even if the program forgets it."""

    def attempt(self, sql: str) -> str:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
        except DatabaseError as error:
            return str(error).splitlines()[0]
        return ""

    def test_keeps_messages_nonces_and_keys_as_they_are(self, stage: Connected) -> None:
        slip = issue(stage.town)
        stage.bank.post(f"slips/{slip.number}/confirmation", json.loads(confirmation(slip)))
        attempts = [
            "update bank_api_bankmessage set answer = '{}'",
            "delete from bank_api_bankmessage",
            "truncate bank_api_bankmessage",
            "update bank_api_banknonce set nonce = 'other'",
            "truncate bank_api_banknonce",
            "update bank_api_bankkey set secret = 'x'",
            "update bank_api_bankkey set bank_id = (select id from parties_organisation where code = 'ICBC')",
            "update bank_api_bankkey set enabled_by_id = made_by_id",
            "update bank_api_bankkey set enabled_at = null, enabled_by_id = null",
            "delete from bank_api_bankkey",
            "insert into bank_api_banknonce select id + 1, nonce, good_until, key_id from bank_api_banknonce limit 1",
        ]

        assert [sql for sql in attempts if not self.attempt(sql)] == []

    def test_forgets_a_nonce_only_when_its_message_is_too_old(self, stage: Connected) -> None:
        stage.bank.get("ping")
        assert forget_nonces(at=AT) == 0 and BankNonce.objects.count() == 1

        with connection.cursor() as cursor:
            cursor.execute(
                "insert into bank_api_banknonce select id + 1, 'old', now() + interval '1 minute', key_id from"
                " bank_api_banknonce"
            )
        assert "still needed" in self.attempt("delete from bank_api_banknonce where nonce = 'old'")

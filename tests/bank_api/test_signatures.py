"""Whose call it is, and that it counts once: signatures, replays, tampering, keys of others, clocks.

# covers: F3
"""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from tests.bank_api.bank import ROOT, Bank, Connected, connect, give_key, sm3, told
from tests.banking.town import AT, issue
from tests.identity.sm2_token import Signer
from tests.staging import staged
from upkeep.bank_api.keys import block_key, enable_key, make_key
from upkeep.bank_api.models import BankMessage, BankNonce, RefusedCalls, SignatureKind
from upkeep.banking.models import PaySlip, SlipState
from upkeep.identity.organisations import suspend

pytestmark = pytest.mark.django_db
stage = staged(connect)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(AT, tick=False) as moving:
        yield moving


def confirmation(slip: PaySlip, **other: Any) -> dict[str, Any]:
    return {"serial": "S1", "amount_fen": slip.total_fen, "operator": "8801"} | other


def waits(slip: PaySlip) -> bool:
    return PaySlip.objects.get(pk=slip.pk).state_now is SlipState.WAITING


class TestASignedCall:
    def test_is_answered_with_the_platforms_own_signature(self, stage: Connected) -> None:
        headers = stage.bank.headers("GET", f"{ROOT}ping", b"", nonce="a" * 16)

        answer = stage.bank.send("GET", "ping", b"", headers)

        assert (answer.status_code, told(answer)["bank"]) == (200, "建设银行江城分行")
        assert stage.bank.signed(answer, "a" * 16)
        assert answer["Cache-Control"] == "no-store"

    def test_is_refused_the_second_time_and_still_done_once(self, stage: Connected) -> None:
        slip = issue(stage.town)
        body = json.dumps(confirmation(slip)).encode()
        path = f"slips/{slip.number}/confirmation"
        headers = stage.bank.headers("POST", ROOT + path, body, idempotency_key="key-00000")

        answers = [stage.bank.send("POST", path, body, headers) for _ in range(3)]

        assert [one.status_code for one in answers] == [200, 401, 401]
        assert told(answers[1])["code"] == "nonce_used"
        assert BankMessage.objects.count() == 1

    def test_may_be_up_to_five_minutes_off_and_no_more(self, stage: Connected) -> None:
        found = {}
        for seconds in (-301, -300, 300, 301):
            stage.bank.now = AT + dt.timedelta(seconds=seconds)
            answer = stage.bank.get("ping")
            found[seconds] = (answer.status_code, told(answer).get("code", ""))

        late = (401, "out_of_time")
        assert found == {-301: late, -300: (200, ""), 300: (200, ""), 301: late}

    def test_needs_its_nonce_as_long_as_it_could_come_again(self, stage: Connected, clock: Any) -> None:
        stage.bank.now = AT + dt.timedelta(seconds=300)
        headers = stage.bank.headers("GET", f"{ROOT}ping", b"")
        assert stage.bank.send("GET", "ping", b"", headers).status_code == 200

        clock.move_to(AT + dt.timedelta(seconds=599))
        assert told(stage.bank.send("GET", "ping", b"", headers))["code"] == "nonce_used"
        assert BankNonce.objects.get().good_until == AT + dt.timedelta(seconds=600)


class TestAKeyOfSm2:
    """The bank signs with a private key that only it has."""

    def made(self, stage: Connected) -> tuple[str, Signer]:
        token, people = Signer(), stage.town.people
        made = make_key(
            bank_id=stage.town.banks[0].pk,
            name="核心系统",
            kind=SignatureKind.SM2,
            public_key=token.point.hex(),
            by=people["system_admin"],
            at=AT,
        )
        enable_key(made.key.pk, by=people["security_admin"], at=AT)
        return made.key.code, token

    def signed(self, code: str, token: Signer) -> dict[str, str]:
        time = str(int(AT.timestamp()))
        body = sm3(b"")
        text = "\n".join(["UPKEEP-BANK-1", "GET", f"{ROOT}ping", "", code, time, "a" * 16, "", body])
        signature = token.sign(text.encode()).hex()
        return {
            "X-Upkeep-Key": code,
            "X-Upkeep-Time": time,
            "X-Upkeep-Nonce": "a" * 16,
            "X-Upkeep-Signature": signature,
        }

    def test_is_believed_by_its_signature(self, stage: Connected) -> None:
        code, token = self.made(stage)

        answer = stage.bank.send("GET", "ping", b"", self.signed(code, token))

        assert told(answer)["bank"] == "建设银行江城分行" and not answer.has_header("X-Upkeep-Signature")

    def test_does_not_believe_another_private_key_nor_another_message(self, stage: Connected) -> None:
        code, token = self.made(stage)
        right = self.signed(code, token)
        wrong = [
            self.signed(code, Signer()),
            right | {"X-Upkeep-Nonce": "b" * 16},
            right | {"X-Upkeep-Signature": "0" * 64},
        ]

        assert [told(stage.bank.send("GET", "ping", b"", one))["code"] for one in wrong] == ["bad_signature"] * 3


def _header(name: str, value: str) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda headers: headers | {name: value}


class TestATamperedCall:
    @pytest.mark.parametrize(
        ("spoil", "code"),
        [
            (_header("X-Upkeep-Nonce", "b" * 16), "bad_signature"),
            (_header("X-Upkeep-Time", str(int(AT.timestamp()) + 1)), "bad_signature"),
            (_header("Idempotency-Key", "another-key"), "bad_signature"),
            (_header("X-Upkeep-Signature", "0" * 64), "bad_signature"),
            (_header("X-Upkeep-Key", "BK0000000000000000"), "bad_signature"),
            (_header("X-Upkeep-Signature", "nothing"), "unsigned"),
            (_header("X-Upkeep-Signature", ""), "unsigned"),
            (_header("X-Upkeep-Key", ""), "unsigned"),
            (_header("X-Upkeep-Key", "BK'--"), "unsigned"),
            (_header("X-Upkeep-Time", "1e9"), "unsigned"),
            (_header("X-Upkeep-Time", "999999999999"), "unsigned"),
            (_header("X-Upkeep-Nonce", "short"), "unsigned"),
            (_header("Idempotency-Key", ""), "unsigned"),
            (_header("Idempotency-Key", "has blanks in it"), "unsigned"),
        ],
    )
    def test_is_refused_whatever_header_was_changed(
        self, stage: Connected, spoil: Callable[[dict[str, str]], dict[str, str]], code: str
    ) -> None:
        slip = issue(stage.town)
        body, path = json.dumps(confirmation(slip)).encode(), f"slips/{slip.number}/confirmation"
        headers = stage.bank.headers("POST", ROOT + path, body, idempotency_key="key-00000", nonce="a" * 16)

        answer = stage.bank.send("POST", path, body, spoil(headers))

        assert (answer.status_code, told(answer)["code"]) == (401, code)
        assert waits(slip)
        assert not answer.has_header("X-Upkeep-Signature")

    def test_is_refused_when_its_body_its_address_or_its_parameters_were_changed(self, stage: Connected) -> None:
        slip, other = issue(stage.town, count=1), issue(stage.town, houses=stage.town.houses[1:])
        body, path = json.dumps(confirmation(slip)).encode(), f"slips/{slip.number}/confirmation"
        headers = stage.bank.headers("POST", ROOT + path, body, idempotency_key="key-00000")
        listing = stage.bank.headers("GET", f"{ROOT}orders", b"", query="state=WAITING")

        answers = [
            stage.bank.send("POST", path, body.replace(b"8801", b"8802"), headers),
            stage.bank.send("POST", path, body + b" ", headers),
            stage.bank.send("POST", f"slips/{other.number}/confirmation", body, headers),
            stage.bank.send("GET", "orders", b"", listing, query="state=PAID"),
            stage.bank.send("GET", f"slips/{slip.number}", b"", headers),
        ]

        assert {told(one)["code"] for one in answers} == {"bad_signature"}
        assert waits(slip) and waits(other)

    def test_of_a_key_is_counted_by_day_and_reason_not_row_by_row(self, stage: Connected) -> None:
        for _ in range(3):
            headers = stage.bank.headers("GET", f"{ROOT}ping", b"") | {"X-Upkeep-Signature": "0" * 64}
            stage.bank.send("GET", "ping", b"", headers)

        counted = RefusedCalls.objects.get()
        assert (counted.key_id, counted.day, counted.fault, counted.count) == (
            stage.key.pk,
            dt.date(2026, 11, 20),
            "bad_signature",
            3,
        )

    def test_of_a_key_that_is_not_there_leaves_no_trace(self, stage: Connected) -> None:
        stranger = Bank("BK00", "0" * 64, AT)

        assert told(stranger.get("ping"))["code"] == "bad_signature"
        assert not RefusedCalls.objects.exists() and not BankNonce.objects.exists()


class TestAnotherKey:
    def test_of_another_bank_signs_nothing_for_this_one(self, stage: Connected) -> None:
        key, secret = give_key(stage.town, stage.town.banks[1], at=AT)
        mixed = Bank(stage.key.code, secret, AT)

        assert told(mixed.get("ping"))["code"] == "bad_signature"
        assert told(Bank(key.code, secret, AT).get("ping"))["bank"] == "工商银行江城分行"

    def test_of_another_bank_cannot_confirm_this_ones_slip(self, stage: Connected) -> None:
        slip = issue(stage.town)
        key, secret = give_key(stage.town, stage.town.banks[1], at=AT)
        other = Bank(key.code, secret, AT)

        asked = other.get(f"slips/{slip.number}")
        confirmed = other.post(f"slips/{slip.number}/confirmation", confirmation(slip))

        assert (asked.status_code, told(asked)["code"]) == (409, "other_bank")
        assert (confirmed.status_code, told(confirmed)["code"]) == (409, "other_bank")
        assert "江南" not in asked.content.decode() and waits(slip)

    def test_that_was_blocked_is_refused_from_that_moment(self, stage: Connected) -> None:
        block_key(stage.key.pk, reason="银行人员变动", by=stage.town.people["security_admin"], at=AT)

        assert told(stage.bank.get("ping"))["code"] == "key_not_in_use"

    def test_that_nobody_has_put_into_use_is_refused(self, stage: Connected) -> None:
        people = stage.town.people
        made = make_key(
            bank_id=stage.town.banks[0].pk,
            name="备用",
            kind=SignatureKind.HMAC_SM3,
            by=people["system_admin"],
            at=AT,
        )
        fresh = Bank(made.key.code, made.secret, AT)

        assert told(fresh.get("ping"))["code"] == "key_not_in_use"
        enable_key(made.key.pk, by=people["security_admin"], at=AT)
        assert fresh.get("ping").status_code == 200

    def test_of_a_suspended_bank_is_refused(self, stage: Connected) -> None:
        suspend(stage.town.banks[0].pk, reason="合同到期", by=stage.town.people["approver"], at=AT)

        assert told(stage.bank.get("ping"))["code"] == "key_not_in_use"

    def test_that_is_replaced_works_for_a_week_beside_its_successor(self, stage: Connected, clock: Any) -> None:
        people = stage.town.people
        made = make_key(
            bank_id=stage.town.banks[0].pk,
            name="核心系统",
            kind=SignatureKind.HMAC_SM3,
            replaces=stage.key,
            by=people["security_admin"],
            at=AT,
        )
        enable_key(made.key.pk, by=people["system_admin"], at=AT)
        fresh = Bank(made.key.code, made.secret, AT)
        found = []
        for day in (6, 7):
            later = AT + dt.timedelta(days=day)
            clock.move_to(later)
            stage.bank.now = fresh.now = later
            found.append((stage.bank.get("ping").status_code, fresh.get("ping").status_code))

        assert found == [(200, 200), (401, 200)]

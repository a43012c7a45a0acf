"""What docs/bank-api.md says is so: its program signs, its numbers come out, its examples are carried out in their order.

# covers: F3
"""

import datetime as dt
import json
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from launch.places import ROOT
from tests.bank_api.bank import Connected, connect
from tests.banking.town import issue
from tests.staging import staged
from upkeep.bank_api import signing
from upkeep.bank_api.faults import FAULTS
from upkeep.bank_api.fields import Rows, example_of, read_object
from upkeep.bank_api.openapi import describe
from upkeep.bank_api.operations import BY_NAME, OPERATIONS

pytestmark = pytest.mark.django_db
stage = staged(connect)
NOW = dt.datetime(2026, 11, 22, 2, 30, tzinfo=dt.UTC)
PAGE = (ROOT / "docs" / "bank-api.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


def block(words: str) -> str:
    """The fenced block that begins with these words."""
    (found,) = re.findall(rf"^```{re.escape(words)}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def program() -> dict[str, Any]:
    """The functions of the page's own Python."""
    names: dict[str, Any] = {}
    exec(compile(block("python"), "docs/bank-api.md", "exec"), names)
    return names


class TestThePage:
    def test_signs_its_worked_example_as_the_platform_does(self) -> None:
        example = json.loads(block("json worked example"))
        body = example.pop("body").encode()
        wanted, secret = example.pop("signature"), example.pop("secret")
        text = signing.request_text(
            method=example["method"],
            path=example["path"],
            query=example["query"],
            key=example["key"],
            time=str(example["time"]),
            nonce=example["nonce"],
            idempotency_key=example["idempotency_key"],
            body=body,
        )

        method, path, query = (example.pop(name) for name in ("method", "path", "query"))
        signed = program()["headers"](method, path, query, body, secret=secret, **example)

        assert signed["X-Upkeep-Signature"] == wanted == signing.hmac_sm3(secret, text)

    def test_gives_examples_that_are_carried_out(self, stage: Connected) -> None:
        sign, slip = program(), issue(stage.town)
        key, secret, root = stage.bank.code, stage.bank.secret, "/api/bank/v1/"
        paths = {
            "confirm_slip": f"slips/{slip.number}/confirmation",
            "reverse_slip": f"slips/{slip.number}/reversal",
            "credit_interest": "accounts/62170001/interest",
            "upload_statement": "accounts/62170001/statements/2026-11-22",
        }
        for number, (name, path) in enumerate(paths.items()):
            body, nonce = block(f"json {name}").encode(), f"nonce-{number:012d}"
            headers = sign["headers"](
                "POST",
                root + path,
                "",
                body,
                key=key,
                secret=secret,
                time=int(NOW.timestamp()),
                nonce=nonce,
                idempotency_key=f"example-{number}",
            )

            answer = Client().post(root + path, body, content_type="application/json", headers=headers)

            assert answer.status_code == 200, (name, answer.content.decode())
            assert sign["is_the_platforms"](
                200, answer.content, answer["X-Upkeep-Signature"], key=key, secret=secret, nonce=nonce
            )

    def test_shows_the_refusal_of_a_wrong_amount_as_it_is(self, stage: Connected) -> None:
        slip = issue(stage.town)
        stage.bank.now = NOW
        body = json.loads(block("json confirm_slip")) | {"amount_fen": 5_311_979}

        answer = stage.bank.post(f"slips/{slip.number}/confirmation", body)

        assert json.loads(answer.content) == json.loads(block("json refusal"))


class TestTheDescription:
    def test_is_served_to_everybody_as_it_is_kept(self) -> None:
        served = Client().get("/api/bank/v1/openapi.json")

        assert served.content.decode() == (ROOT / "docs" / "bank-api.openapi.json").read_text(encoding="utf-8")
        assert json.loads(served.content)["openapi"] == "3.1.0"

    def test_names_every_operation_every_fault_and_nothing_else(self) -> None:
        described = [one["operationId"] for path in describe()["paths"].values() for one in path.values()]
        codes = describe()["components"]["schemas"]["Fault"]["properties"]["code"]["enum"]

        assert described == [one.name for one in OPERATIONS] == list(BY_NAME)
        assert codes == [one.code for one in FAULTS] and len(set(codes)) == len(codes)
        assert all(f"| `{code}` |" in PAGE for code in codes)

    def test_has_examples_that_its_own_reading_takes(self) -> None:
        for one in OPERATIONS:
            found, problems = read_object(example_of(one.body), one.body)
            assert problems == [] and set(found) == {field.name for field in one.body}, one.name
            for field in (*one.args, *one.query):
                assert field.kind.read(field.kind.example) is not None, field.name
            assert not any(isinstance(field.kind, Rows) for field in (*one.args, *one.query))

"""Whatever comes: messages that fit the description and messages that do not are answered as the description says.

No status that it does not name, no body that is not of its shape, never an error of ours.

# covers: F3
"""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from tests.bank_api.bank import ROOT, Bank, Connected, connect
from tests.banking.town import AT, issue
from tests.staging import staged
from upkeep.bank_api.calls import Operation
from upkeep.bank_api.openapi import describe
from upkeep.bank_api.operations import OPERATIONS
from upkeep.books.audit import audit

pytestmark = pytest.mark.django_db
stage = staged(connect)
DESCRIPTION = describe()


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(AT, tick=False) as moving:
        yield moving


ANYTHING: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


def fitting(schema: dict[str, Any]) -> SearchStrategy[Any]:
    """Values that fit a schema of ours."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind, form = schema["type"], schema.get("format")
    if kind == "object":
        return st.fixed_dictionaries({name: fitting(one) for name, one in schema["properties"].items()})
    if kind == "array":
        return st.lists(fitting(schema["items"]), max_size=3)
    if kind == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    if form == "date":
        return st.dates().map(str)
    if form == "date-time":
        return st.datetimes().map(lambda at: at.isoformat(timespec="seconds") + "+08:00")
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True).filter(lambda text: len(text) <= schema["maxLength"])
    return st.text(min_size=schema["minLength"], max_size=min(schema["maxLength"], 30))


def complaints(value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
    """Where a value does not fit a schema, for the few words that ours use."""
    if "$ref" in schema:
        return complaints(value, DESCRIPTION["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], at)
    if "anyOf" in schema:
        return min((complaints(value, one, at) for one in schema["anyOf"]), key=len)
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    if type(value) is not types[schema["type"]]:
        return [f"{at}: {value!r} is no {schema['type']}"]
    if isinstance(value, dict):
        missing = [f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value]
        known = schema["properties"]
        inner = [
            complaint
            for name, one in value.items()
            for complaint in (complaints(one, known[name], f"{at}.{name}") if name in known else [f"{at}.{name}?"])
        ]
        return missing + inner
    if isinstance(value, list):
        return [text for place, one in enumerate(value) for text in complaints(one, schema["items"], f"{at}[{place}]")]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of the words"]
    if "pattern" in schema and not re.search(str(schema["pattern"]), str(value)):
        return [f"{at}: {value!r} does not match"]
    return []


def check(operation: Operation, answer: Any) -> dict[str, Any]:
    """The answer is one that the description names, in its shape."""
    described = DESCRIPTION["paths"][ROOT + operation.path][operation.method.lower()]["responses"]
    assert str(answer.status_code) in described, (operation.name, answer.status_code, answer.content)
    content = described[str(answer.status_code)]["content"]["application/json"]
    told: dict[str, Any] = json.loads(answer.content)
    assert complaints(told, content["schema"]) == []
    if answer.status_code != 200:
        assert told["code"] in content["examples"], (operation.name, told)
    return told


def sent(bank: Bank, operation: Operation, path: str, body: bytes, query: str, key: str) -> Any:
    headers = bank.headers(operation.method, ROOT + path, body, query=query, idempotency_key=key)
    return bank.send(operation.method, quote(path), body, headers, query=query)


def address(data: DataObject, stage: Connected, operation: Operation, slip: str) -> str:
    """The operation's path with something in it: what there is, or anything."""
    there = {"number": [slip, "FK202611200000018"], "account": ["62170001", "62170002"], "day": ["2026-11-20"]}
    path = operation.path
    for field in operation.args:
        anything = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=30)
        value = data.draw(st.sampled_from(there[field.name]) | anything.filter(lambda text: text not in (".", "..")))
        path = path.replace(f"{{{field.name}}}", value)
    return path


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
class TestAnyMessage:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_is_answered_as_described(self, stage: Connected, operation: Operation, data: DataObject) -> None:
        slip = getattr(stage, "slip", None) or issue(stage.town)
        stage.slip = slip  # type: ignore[attr-defined]
        path, body, query = address(data, stage, operation, slip.number), b"", ""
        if operation.changes:
            schema = DESCRIPTION["paths"][ROOT + operation.path]["post"]["requestBody"]["content"]["application/json"]
            fits = fitting(schema["schema"]).map(lambda value: json.dumps(value, ensure_ascii=False).encode())
            wrong = ANYTHING.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)
            body = data.draw(fits | fits | wrong)
        elif operation.query:
            words = st.dictionaries(
                st.sampled_from([one.name for one in operation.query]) | st.text(max_size=5),
                st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
                max_size=3,
            )
            query = data.draw(words.map(lambda some: "&".join(f"{quote(n)}={quote(v)}" for n, v in some.items())))

        key = data.draw(st.from_regex(r"[A-Za-z0-9_.:-]{8,64}", fullmatch=True)) if operation.changes else ""
        check(operation, sent(stage.bank, operation, path, body, query, key))
        assert audit() == []

    def test_that_nobody_signed_gets_no_further(self, stage: Connected, operation: Operation) -> None:
        client, path = Client(), ROOT + re.sub(r"{\w+}", "1", operation.path)

        answer = client.post(path, b"{}", content_type="application/json") if operation.changes else client.get(path)

        assert answer.status_code == 401
        assert check(operation, answer)["code"] == "unsigned"

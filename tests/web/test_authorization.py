"""Every address × everybody: who is let in, who is told that nothing is there, who is turned away.

Whose role reaches a page but not its object gets the answer of an object that does not exist, byte for byte; and neither
a refusal nor a GET leaves a trace in the database.
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.authorization_people import EVERYBODY, FAR, OPEN_TO_THE_DEMO, OTHER, OTHER_BANK, STRANGERS, Row
from tests.web.authorization_stage import Stage
from tests.web.authorization_table import TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

#: Every address is asked by everybody, thousands of times; in parts, so that the workers share it.
PARTS = 4
#: The objects of the stage whose numbers nobody else's list may show.
OURS = ("case", "draft", "slip", "paid", "project", "new", "noticed", "passed", "order", "withdrawal")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals are asked for here; nobody wants to read them in the log of a failure."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def stage(db: None) -> Stage:
    return Stage()


def names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""))
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


def touched() -> list[tuple[str, int]]:
    """How many rows of which tables this transaction has written, taken back or not; sessions do not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname::text, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_xact_user_tables"
            " where n_tup_ins + n_tup_upd + n_tup_del > 0 and relname <> 'django_session' order by relname"
        )
        return list(cursor.fetchall())


def ask(stage: Stage, who: str, row: Row, address: str) -> tuple[Any, bool]:
    """The answer, and whether asking has written anything; it is undone afterwards."""
    client = stage.clients[who]
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        before = touched()
        answer = client.post(address) if row.post else client.get(address)
        wrote = touched() != before
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    return answer, wrote


def absent(address: str, objects: dict[str, str]) -> str:
    """The same address with numbers that nothing has; a short one would be somebody's in a young database."""
    nothing = {name: re.sub(r"\d", "9", value) for name, value in objects.items()}
    return address.format(
        **{name: value.rjust(9, "9") if value.isdecimal() else value for name, value in nothing.items()}
    )


def body(answer: Any) -> str:
    """An answer without the number of its own and the form token."""
    text = answer.content.decode()
    return re.sub(r"\b[0-9A-F]{8}\b|\"X-CSRFToken\": \"\w+\"|csrfmiddlewaretoken[^>]*>|nonce=\"[^\"]*\"", "", text)


def verdict(row: Row, who: str, answer: Any) -> str:
    """What is wrong with the answer to this person, or nothing."""
    if row.by_signature:
        return "" if answer.status_code in (401, 415) else f"wanted 401 or 415, got {answer.status_code}"
    to_login = answer.status_code == 302 and answer["Location"].startswith("/login/?next=")
    if who in row.let_in:
        wanted, right = "let in", answer.status_code in (200, 302) and not to_login
    elif who in row.finds_nothing:
        wanted, right = "404", answer.status_code == 404
    elif who == "anonymous":
        wanted, right = "to the login", to_login
    else:
        wanted, right = "403", answer.status_code == 403
    return "" if right else f"wanted {wanted}, got {answer.status_code}"


class TestEveryAddress:
    def test_stands_in_the_reviewed_table_and_the_table_names_no_other(self) -> None:
        assert set(names(get_resolver())) == set(TABLE)

    @pytest.mark.parametrize("part", range(PARTS))
    def test_answers_everybody_as_the_table_says_and_writes_nothing_when_it_refuses(
        self, stage: Stage, part: int
    ) -> None:
        wrong = []
        for name, row in list(TABLE.items())[part::PARTS]:
            address = row.address.format(**stage.objects)
            for who in sorted(EVERYBODY):
                answer, wrote = ask(stage, who, row, address)
                if complaint := verdict(row, who, answer):
                    wrong.append(f"{name} {who}: {complaint}")
                elif wrote and (who not in row.let_in or not row.post):
                    wrong.append(f"{name} {who}: has written")
        assert wrong == [], "\n".join(wrong)

    @pytest.mark.parametrize("part", range(PARTS))
    def test_says_the_same_of_what_is_not_ones_own_and_what_is_not_there(self, stage: Stage, part: int) -> None:
        wrong, compared = [], 0
        for name, row in list(TABLE.items())[part::PARTS]:
            for who in sorted(row.finds_nothing):
                hidden, _ = ask(stage, who, row, row.address.format(**stage.objects))
                missing, _ = ask(stage, who, row, absent(row.address, stage.objects))
                compared += 1
                if (hidden.status_code, body(hidden)) != (missing.status_code, body(missing)):
                    wrong.append(f"{name} {who}")
        assert wrong == [], "\n".join(wrong)
        assert compared > 50


class TestOtherPeoplesLists:
    def test_show_nothing_of_ours(self, stage: Stage) -> None:
        ours = [stage.objects[name] for name in OURS]
        wrong = []
        for name, row in TABLE.items():
            if "{" in row.address or row.post or name in OPEN_TO_THE_DEMO:
                continue
            for who in sorted((FAR | OTHER | OTHER_BANK | STRANGERS) & set(row.let_in)):
                shown = readable(ask(stage, who, row, row.address)[0])
                wrong += [f"{name} {who}: {number}" for number in ours if number in shown]
        assert wrong == [], "\n".join(wrong)

    def test_of_the_city_do_show_it_so_that_the_test_above_can_fail(self, stage: Stage) -> None:
        for name, who, number in (
            ("cases:list", "clerk", "case"),
            ("cases:export", "clerk", "case"),
            ("deposits:slips", "developer", "slip"),
            ("deposits:export_slips", "supervisor", "paid"),
            ("projects:list", "committee", "project"),
            ("payments:orders", "auditor", "order"),
            ("payments:export_orders", "cashier", "order"),
        ):
            answer, _ = ask(stage, who, TABLE[name], TABLE[name].address)
            assert stage.objects[number] in readable(answer), name


class TestTheCounterOfAnotherBank:
    def test_says_where_to_go_and_neither_amount_nor_payer(self, stage: Stage) -> None:
        answer, wrote = ask(stage, "other-teller", TABLE["bank:counter"], f"/bank/counter/?q={stage.objects['slip']}")
        seen = answer.content.decode()
        assert "本行不能办理" in seen and not wrote
        assert "江南置地" not in seen and "应收" not in seen


def readable(answer: Any) -> str:
    """What stands in a page, a file or a workbook."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if not content.startswith(b"PK"):
        return str(content.decode(errors="replace"))
    with zipfile.ZipFile(io.BytesIO(content)) as workbook:
        return "".join(workbook.read(name).decode() for name in workbook.namelist() if name.endswith(".xml"))

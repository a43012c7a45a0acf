"""/healthz tells the truth, and the gate before the application keeps a faulty database from being served."""

import json
from collections.abc import Iterable
from typing import Any
from wsgiref.util import setup_testing_defaults

import psycopg
import pytest
from django.db import connection
from django.test import Client, RequestFactory

from upkeep.web import health

Owner = psycopg.Connection[tuple[Any, ...]]


def state() -> tuple[int, dict[str, Any]]:
    response = health.healthz(RequestFactory().get("/healthz"))
    return response.status_code, json.loads(response.content)


@pytest.mark.django_db
class TestHealthz:
    def test_answers_anybody_that_all_is_well(self) -> None:
        response = Client().get("/healthz")

        assert response.status_code == 200
        assert response.json()["status"] == "ok"
        assert response.json()["database"]["state"] == "ok"
        assert response.json()["migrations"] == {"state": "ok", "unapplied": 0}
        assert response.json()["guards"] == {"state": "ok", "differences": []}

    def test_is_never_kept_by_a_cache(self) -> None:
        assert Client().get("/healthz")["Cache-Control"] == "no-store"


@pytest.mark.commits
class TestHealthzOfAFaultyDatabase:
    def test_counts_migrations_that_were_not_run(self, owner_connection: Owner) -> None:
        owner_connection.execute("DELETE FROM django_migrations WHERE app = 'policy'")
        owner_connection.commit()

        status, answer = state()

        assert status == 503
        assert answer["migrations"]["state"] == "pending"
        assert answer["migrations"]["unapplied"] >= 1

    def test_names_a_guard_that_is_switched_off(self, owner_connection: Owner) -> None:
        owner_connection.execute("ALTER TABLE ledger.line DISABLE TRIGGER append_only")
        owner_connection.commit()

        status, answer = state()

        assert status == 503
        assert answer["guards"]["state"] == "different"
        assert answer["guards"]["differences"] == ["触发器与清单不符：ledger.line.append_only"]

    def test_says_that_the_database_is_gone_and_nothing_about_where_it_was(self) -> None:
        connection.close()
        connection.settings_dict["HOST"] = "/nowhere-secret"

        status, answer = state()

        assert status == 503
        assert answer == {"status": "failing", "database": {"state": "unreachable"}}


class Served:
    """An application that counts its calls, behind the gate."""

    def __init__(self) -> None:
        self.calls = 0
        self.status = ""
        self.gate = health.GuardedApplication(self.application)

    def application(self, _environ: dict[str, Any], start_response: health.StartResponse) -> Iterable[bytes]:
        self.calls += 1
        start_response("200 OK", [])
        return [b"page"]

    def get(self, path: str) -> bytes:
        environ: dict[str, Any] = {"PATH_INFO": path}
        setup_testing_defaults(environ)
        return b"".join(self.gate(environ, lambda status, _headers: setattr(self, "status", status)))


@pytest.mark.commits
class TestGate:
    def test_lets_requests_through_to_a_sound_database(self) -> None:
        served = Served()

        assert served.get("/office/") == b"page"

    def test_stays_closed_while_a_guard_is_off_and_says_so(self, owner_connection: Owner) -> None:
        owner_connection.execute("ALTER TABLE ledger.line DISABLE TRIGGER append_only")
        owner_connection.commit()
        served = Served()

        page = served.get("/office/").decode()

        assert served.status == "503 Service Unavailable"
        assert "系统暂停服务" in page
        assert served.calls == 0

    def test_opens_once_the_guard_is_back(self, owner_connection: Owner) -> None:
        owner_connection.execute("ALTER TABLE ledger.line DISABLE TRIGGER append_only")
        owner_connection.commit()
        served = Served()
        served.get("/office/")
        owner_connection.execute("ALTER TABLE ledger.line ENABLE TRIGGER append_only")
        owner_connection.commit()

        served.gate._look_again_at = 0.0

        assert served.get("/office/") == b"page"

    def test_answers_healthz_itself_even_when_closed(self, owner_connection: Owner) -> None:
        owner_connection.execute("ALTER TABLE ledger.line DISABLE TRIGGER append_only")
        owner_connection.commit()
        served = Served()

        assert json.loads(served.get("/healthz"))["guards"]["state"] == "different"
        assert served.status == "503 Service Unavailable"
        assert served.calls == 0

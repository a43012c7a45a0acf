"""Says whether this process can serve, and keeps it from serving on a database whose guards are not in place."""

import threading
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, close_old_connections, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse

from upkeep.kernel import guards

StartResponse = Callable[..., Any]
WsgiApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

RECHECK_SOUND_SECONDS, RECHECK_FAULTY_SECONDS = 60.0, 5.0

_REFUSAL = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>暂停服务</title>
<h1>系统暂停服务</h1><p>数据库未就绪或护栏与清单不符，为保护资金数据，系统暂停办理业务。</p>
<p>请管理员执行 ./upkeep check-guards 查看原因。</p></html>
"""


def healthz(_request: HttpRequest) -> JsonResponse:
    """The state of database, migrations and guards; 503 when the process cannot serve. Open to all: no names in it."""
    try:
        unapplied = len(_wanted_migrations() - set(MigrationRecorder(connection).applied_migrations()))
        differences = guards.differences() if unapplied == 0 else []
        version = ".".join(str(part) for part in divmod(connection.pg_version, 10_000))  # type: ignore[attr-defined]
    except DatabaseError:
        connection.close()
        state: dict[str, Any] = {"status": "failing", "database": {"state": "unreachable"}}
        return _answer(state, can_serve=False)
    can_serve = unapplied == 0 and not differences
    state = {
        "status": "ok" if can_serve else "failing",
        "database": {"state": "ok", "version": version},
        "migrations": {"state": "pending" if unapplied else "ok", "unapplied": unapplied},
        "guards": {
            "state": "unchecked" if unapplied else "different" if differences else "ok",
            "differences": differences,
        },
    }
    return _answer(state, can_serve=can_serve)


# The middleware opens no transaction for it: it must answer when there is no database.
healthz.without_database = True  # type: ignore[attr-defined]


def _answer(state: dict[str, Any], *, can_serve: bool) -> JsonResponse:
    response = JsonResponse(state, status=200 if can_serve else 503, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response


@lru_cache(maxsize=1)
def _wanted_migrations() -> frozenset[tuple[str, str]]:
    """Those on disk; they do not change while the process lives."""
    return frozenset(MigrationLoader(None).graph.nodes)


class GuardedApplication:
    """The WSGI application behind a gate that opens only while the database is sound.

    It looks before the first request and again every minute, so that a guard taken away under a running process stops
    the process too. `/healthz` is answered before any middleware: it must work without a database and by any host.
    """

    def __init__(self, application: WsgiApplication) -> None:
        self.application = application
        self._lock = threading.Lock()
        self._sound = False
        self._look_again_at = 0.0

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == "/healthz":
            return self._respond(healthz(WSGIRequest(environ)), start_response)
        if not self.is_sound():
            refusal = HttpResponse(_REFUSAL, status=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
            return self._respond(refusal, start_response)
        return self.application(environ, start_response)

    def is_sound(self) -> bool:
        """What the last look at the database found; looks again when it is time."""
        with self._lock:
            if time.monotonic() >= self._look_again_at:
                self._sound = healthz(HttpRequest()).status_code == 200
                close_old_connections()
                wait = RECHECK_SOUND_SECONDS if self._sound else RECHECK_FAULTY_SECONDS
                self._look_again_at = time.monotonic() + wait
            return self._sound

    @staticmethod
    def _respond(response: HttpResponse, start_response: StartResponse) -> Iterable[bytes]:
        close_old_connections()
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

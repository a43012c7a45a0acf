"""A housing registry to try things with (试验用房屋登记系统): its own invented projects, and faults on demand.

It answers as `registry.openapi.json` says and serves that document at `/openapi.json`. `PUT /fault` with
`{"fault": …, "times": …}` makes it fail in one of the ways of `Fault` from then on, or for so many answers.
"""

import json
import re
import threading
import time
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from upkeep.estate.sandbox_projects import PROJECTS, Invented

OPENAPI = Path(__file__).with_name("registry.openapi.json")
#: How long `slow` keeps one waiting, and between two bytes of `dripping`.
SLOW_SECONDS = 20.0
DRIP_SECONDS = 0.4
_MOST_BYTES, _MOST_AT_ONCE = 16_384, 500
_BUILDINGS = re.compile(r"/projects/([A-Za-z0-9_-]+)/buildings")
_HOUSES = re.compile(r"/buildings/([A-Za-z0-9_]+)-([0-9]+)/houses")


class Fault(StrEnum):
    """故障: in which way the registry fails."""

    NONE = "none"
    SLOW = "slow"
    DRIPPING = "dripping"
    HALF = "half"
    HALF_THE_HOUSES = "half_the_houses"
    WRONG_TYPES = "wrong_types"
    BROKEN = "broken"
    NO_JSON = "no_json"
    TOO_LONG = "too_long"
    REDIRECT = "redirect"


class SandboxRegistry(ThreadingHTTPServer):
    """The server with its projects and its present fault. With a `key` it answers only to who shows it."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], *, key: str = "") -> None:
        super().__init__(address, _Answers)
        self.projects: dict[str, Invented] = {one.id: one for one in PROJECTS}
        self.key = key
        self.asked: list[str] = []
        self.closing = threading.Event()
        self.set_fault(Fault.NONE)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_port}"

    def set_fault(self, fault: Fault, *, times: int = 0) -> None:
        """Fail from now on; with `times` for so many answers only."""
        self._fault, self._times = fault, times or -1

    def next_fault(self) -> Fault:
        """In which way the next answer fails."""
        if self._times == 0:
            return Fault.NONE
        self._times -= 1
        return self._fault

    def shut(self) -> None:
        """Stop serving; whoever is kept waiting is let go."""
        self.closing.set()
        self.shutdown()
        self.server_close()


class _Answers(BaseHTTPRequestHandler):
    server: SandboxRegistry
    timeout = 30

    def do_GET(self) -> None:
        """The document, or an answer that it describes."""
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/openapi.json":
            return self._send(200, OPENAPI.read_bytes())
        self.server.asked.append(self.path)
        if self.server.key and self.headers.get("Authorization") != f"Bearer {self.server.key}":
            return self._send(401, b"{}")
        answer = self._answer(path, {key: values[0] for key, values in query.items()})
        return self._fail(self.server.next_fault(), answer)

    def _answer(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        """What is asked for; None where there is no such thing. Raises nothing: an odd number counts as none."""
        start, most = _number(query.get("offset"), 0), min(_number(query.get("limit"), 20), _MOST_AT_ONCE)
        if path == "/projects":
            found = [one for one in self.server.projects.values() if _matches(one, query)]
            return {"projects": [one.as_json() for one in found[start : start + most]], "total": len(found)}
        if asked := _BUILDINGS.fullmatch(path):
            project = self.server.projects.get(asked[1])
            return {"project": project.as_json(), "buildings": project.buildings_as_json()} if project else None
        if asked := _HOUSES.fullmatch(path):
            project, number = self.server.projects.get(asked[1]), int(asked[2])
            if project and project.first <= number < project.first + project.buildings:
                houses = project.houses_as_json(number)
                return {"houses": houses[start : start + most], "total": len(houses)}
        return None

    def _fail(self, fault: Fault, answer: dict[str, Any] | None) -> None:
        """Answer in the way of the fault."""
        if fault is Fault.SLOW:
            self.server.closing.wait(SLOW_SECONDS)
        if fault is Fault.BROKEN:
            return self._send(500, b"{}")
        if fault is Fault.REDIRECT:
            return self._send(302, b"", location=self.path)
        if fault is Fault.NO_JSON:
            return self._send(200, "<html>系统维护中</html>".encode())
        if fault is Fault.TOO_LONG:
            return self._send(200, b'{"projects": "' + b"x" * 3_000_000 + b'"}')
        if answer is None:
            return self._send(404, b"{}")
        if fault is Fault.WRONG_TYPES:
            answer = _with_wrong_types(answer)
        if fault is Fault.HALF_THE_HOUSES and "houses" in answer:
            answer["houses"] = answer["houses"][: max(0, answer["total"] // 2 - self._start())]
        return self._send(200, json.dumps(answer, ensure_ascii=False).encode(), fault=fault)

    def _start(self) -> int:
        return _number(parse_qs(urlsplit(self.path).query).get("offset", [""])[0], 0)

    def do_PUT(self) -> None:
        """Set the fault."""
        length = int(self.headers.get("Content-Length") or 0)
        try:
            told = json.loads(self.rfile.read(min(length, _MOST_BYTES)))
            self.server.set_fault(Fault(told["fault"]), times=int(told.get("times", 0)))
        except (ValueError, KeyError, TypeError):
            return self._send(400, b"{}")
        return self._send(200, b"{}")

    def _send(self, status: int, body: bytes, *, location: str = "", fault: Fault = Fault.NONE) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        try:
            if fault is Fault.DRIPPING:
                for place in range(len(body)):
                    self.wfile.write(body[place : place + 1])
                    time.sleep(DRIP_SECONDS)
            else:
                self.wfile.write(body[: len(body) // 2] if fault is Fault.HALF else body)
        except OSError:
            self.close_connection = True  # whoever asked no longer waits

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the sandbox speaks through its answers."""


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else otherwise


def _matches(project: Invented, query: dict[str, str]) -> bool:
    return query.get("name", "") in project.name and query.get("address", "") in project.address


def _with_wrong_types(answer: dict[str, Any]) -> dict[str, Any]:
    """A number where a text should be, and the other way round."""
    if answer.get("houses"):
        first, *rest = answer["houses"]
        return {**answer, "houses": [{**first, "area": 118.36}, *rest]}
    if answer.get("buildings"):
        first, *rest = answer["buildings"]
        return {**answer, "buildings": [{**first, "elevator": "有"}, *rest]}
    if answer.get("projects"):
        first, *rest = answer["projects"]
        return {**answer, "projects": [{**first, "houses": "216"}, *rest]}
    return {**answer, "total": "0"}

"""A business registry to try things with (试验用工商登记系统): its own invented companies, and faults on demand.

`GET /companies/<code>` answers as a registry does; `PUT /companies/<code>` with the same JSON enters or renames one.
`PUT /fault` with `{"fault": …}` makes it fail from then on in one of the ways of `Fault`, until it is put to `none`.
"""

import json
import threading
import time
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from upkeep.identity.company_registry import EXISTING

#: How long `slow` keeps one waiting, and between two bytes of `dripping`.
SLOW_SECONDS = 10.0
DRIP_SECONDS = 0.4
_MOST_BYTES = 16_384


class Fault(StrEnum):
    """故障: in which way the registry fails."""

    NONE = "none"
    SLOW = "slow"
    DRIPPING = "dripping"
    BROKEN = "broken"
    WRONG_TYPES = "wrong_types"
    NO_JSON = "no_json"
    TOO_LONG = "too_long"
    OTHER_COMPANY = "other_company"
    REDIRECT = "redirect"


class SandboxRegistry(ThreadingHTTPServer):
    """The server with its companies, by code, and its present fault."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], companies: dict[str, dict[str, str]]) -> None:
        super().__init__(address, _Answers)
        self.companies = dict(companies)
        self.fault = Fault.NONE
        self.asked = 0
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_port}"

    def enter(self, code: str, name: str, legal_representative: str, status: str = EXISTING) -> None:
        """Enter a company, or change what is known of it."""
        self.companies[code] = {
            "code": code,
            "name": name,
            "legal_representative": legal_representative,
            "status": status,
        }

    def shut(self) -> None:
        """Stop serving; whoever is kept waiting is let go."""
        self.closing.set()
        self.shutdown()
        self.server_close()


class _Answers(BaseHTTPRequestHandler):
    server: SandboxRegistry
    timeout = 30

    def do_GET(self) -> None:
        """One company, or 404."""
        self.server.asked += 1
        found = self.server.companies.get(self.path.removeprefix("/companies/"))
        fault = self.server.fault
        if fault is Fault.SLOW:
            self.server.closing.wait(SLOW_SECONDS)
        if fault is Fault.BROKEN:
            return self._answer(500, b"{}")
        if fault is Fault.REDIRECT:
            return self._answer(302, b"", location=self.path)
        if fault is Fault.NO_JSON:
            return self._answer(200, "<html>系统维护中</html>".encode())
        if fault is Fault.TOO_LONG:
            return self._answer(200, b'{"name": "' + b"x" * 100_000 + b'"}')
        if found is None:
            return self._answer(404, b"{}")
        told: dict[str, Any] = dict(found)
        if fault is Fault.WRONG_TYPES:
            told = {**told, "name": 1, "status": None}
        if fault is Fault.OTHER_COMPANY:
            told["code"] = "x" + told["code"][1:]
        return self._answer(200, json.dumps(told, ensure_ascii=False).encode(), drips=fault is Fault.DRIPPING)

    def do_PUT(self) -> None:
        """Enter a company, or set the fault."""
        length = int(self.headers.get("Content-Length") or 0)
        try:
            told = json.loads(self.rfile.read(min(length, _MOST_BYTES)))
            if self.path == "/fault":
                self.server.fault = Fault(told["fault"])
            else:
                self.server.enter(self.path.removeprefix("/companies/"), told["name"], told["legal_representative"])
        except (ValueError, KeyError, TypeError):
            return self._answer(400, b"{}")
        return self._answer(200, b"{}")

    def _answer(self, status: int, body: bytes, *, location: str = "", drips: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        try:
            if drips:
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    time.sleep(DRIP_SECONDS)
            else:
                self.wfile.write(body)
        except OSError:
            self.close_connection = True  # whoever asked no longer waits

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the sandbox speaks through its answers."""

"""The running product for a test: granian and the worker as processes of their own, on the test's database."""

import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from playwright.sync_api import BrowserContext, Page, Playwright

from launch.places import ROOT
from upkeep.web.public.captcha import _KEY, ALPHABET, LENGTH, _digest

SHOTS = Path(settings.VAR) / "screenshots"
CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
)
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(database_url: str) -> Iterator[str]:
    """Server and worker on the database; answers with the address and stops both in the end."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "UPKEEP_VAR": str(settings.VAR),
        "UPKEEP_SECRET_KEY": settings.SECRET_KEY,
        "UPKEEP_DATA_KEY": settings.DATA_KEY,
        "UPKEEP_PUBLIC_URL": base,
    }
    environment.pop("UPKEEP_AS_OWNER", None)
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    commands = (
        [*server, "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "config.wsgi:application"],
        [sys.executable, "-m", "django", "work"],
    )
    children = [subprocess.Popen(command, cwd=ROOT, env=environment) for command in commands]
    try:
        _wait_for(f"{base}/healthz")
        yield base
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=20)


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.15)
    raise TimeoutError(f"{url} did not answer")


def settings_url() -> str:
    """The test's database, for a connection beside Django's, which refuses to work inside the browser driver's loop."""
    given = connections["default"].settings_dict
    return psycopg.conninfo.make_conninfo(
        host=given["HOST"],
        port=given["PORT"] or None,
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=given["NAME"],
    )


class Visitor:
    """One person at his browser. Every screen he stops at is kept as a picture; console errors and what axe finds fail."""

    def __init__(self, playwright: Playwright, base: str, name: str, *, size: dict[str, int] | None = None) -> None:
        self.base, self.name = base, name
        self.browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_ARGUMENTS))
        self.context: BrowserContext = self.browser.new_context(
            viewport=size or DESKTOP,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._shots = itertools.count(1)

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.browser.close()

    def goto(self, path: str) -> None:
        answer = self.page.goto(self.base + path)
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"

    def shot(self, what: str) -> None:
        """Keep a picture under var/screenshots."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{self.name}-{next(self._shots):02d}-{what}.png")
        assert not self.complaints, self.complaints
        found = Axe().run(self.page).response["violations"]
        assert not found, f"{what}: " + "; ".join(f"{one['id']} {one['nodes'][0]['html'][:160]}" for one in found)

    def click(self, words: str) -> None:
        """Press the button or follow the link of that name."""
        named = self.page.get_by_role("button", name=words, exact=True)
        target = named if named.count() else self.page.get_by_role("link", name=words, exact=True)
        target.first.click()
        self.page.wait_for_load_state()

    def fill(self, label: str, value: str) -> None:
        box = self.page.locator("input:visible, textarea:visible")
        self.page.get_by_label(label, exact=False).and_(box).first.fill(value)

    def sees(self, words: str) -> None:
        """Wait until the page says so."""
        self.page.get_by_text(words, exact=False).first.wait_for()

    def demo_login(self, username: str) -> None:
        """One click on the login page of the demo."""
        self.goto("/login/?choose=1")
        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        self.page.locator(f"form:has(input[value='{username}']) button").first.click()
        self.page.wait_for_load_state()

    def login(self, username: str, password: str) -> None:
        """By name, password and the letters of the picture, which only the test can look up."""
        self.goto("/login/")
        self.page.locator("[data-captcha]").wait_for()
        self.page.wait_for_function("document.querySelector('[data-captcha]').complete")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]:visible", password)
        self.page.fill("input[name=captcha]", self._captcha())
        self.click("登 录") if self.page.get_by_role("button", name="登 录").count() else self.page.press(
            "input[name=captcha]", "Enter"
        )
        self.page.wait_for_load_state()

    def _captcha(self) -> str:
        """The session holds the letters' digest: with the server's key, four letters are found by trying."""
        key = next(cookie["value"] for cookie in self.context.cookies() if cookie["name"] == "sessionid")
        with psycopg.connect(settings_url()) as connection:
            found = connection.execute("select session_data from django_session where session_key = %s", [key])
            row = found.fetchone()
        assert row is not None
        wanted = SessionStore().decode(row[0])[_KEY]["digest"]
        for letters in itertools.product(ALPHABET, repeat=LENGTH):
            if _digest("".join(letters)) == wanted:
                return "".join(letters)
        raise AssertionError("the captcha's digest belongs to no four letters")

    def download(self, words: str) -> bytes:
        """What the link of that name saves."""
        with self.page.expect_download() as caught:
            self.page.get_by_role("link", name=words).first.click()
        return Path(caught.value.path()).read_bytes()

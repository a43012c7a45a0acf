"""Keys in a real Chromium: a virtual WebAuthn key of the browser's own, and a software USB key behind the page.

# covers: I5
"""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import CDPSession, Playwright, Request, Route

from tests.cast import Cast
from tests.identity.sm2_token import DAY, SoftAuthority, SoftToken, WrongPin
from tests.journeys.product import CHROMIUM, PHONE, Visitor
from upkeep.identity.authorities import add_authority, load_list
from upkeep.identity.key_certificates import issue_certificate
from upkeep.identity.models import KeyEvent, SecurityKey
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.web.public import captcha

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.slow]
PASSWORD = "correct horse battery 9"
_KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
_TOKEN = """
window.upkeepKey = {
  certificates: () => window.softCertificates(),
  sign: async (what) => { const told = await window.softSign(what); if (told.code) throw told; return told; },
};
"""


@pytest.fixture
def user(cast: Cast) -> User:
    found = cast.city.users["demo-company"]
    found.set_password(PASSWORD)
    found.save()
    return found


@pytest.fixture
def address(site: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The site under a name: browsers use no key under a bare address."""
    monkeypatch.setattr(captcha, "ALPHABET", "A")
    settings.PUBLIC_URL = site.replace("127.0.0.1", "localhost")
    return str(settings.PUBLIC_URL)


class _Elsewhere(BaseHTTPRequestHandler):
    """Another site on the same computer."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def visitor(playwright: Playwright, address: str, user: User) -> Iterator[Visitor]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's chromium to try the keys")
    with Visitor(playwright, address, "keys") as one:
        yield one


def give_password(visitor: Visitor) -> None:
    """Name and password on the ordinary login page."""
    visitor.context.clear_cookies()
    visitor.goto("/c/jiangcheng/login/?as=company")
    visitor.page.wait_for_function("document.querySelector('[data-captcha]').complete")
    visitor.page.fill("input[name=username]", "demo-company")
    visitor.page.fill("input[name=password]:visible", PASSWORD)
    visitor.page.fill("input[name=captcha]", "AAAA")
    visitor.page.press("input[name=captcha]", "Enter")
    visitor.page.wait_for_url(lambda url: "/c/jiangcheng/login" not in url)


def post(visitor: Visitor, address: str, content: str) -> dict[str, Any]:
    """What a script on the page can send."""
    told = visitor.page.evaluate(
        """async ([address, body]) => {
            const headers = {"Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers"))};
            return await (await fetch(address, {method: "POST", headers, body})).json();
        }""",
        [address, content],
    )
    visitor.complaints.clear()  # the browser writes refused requests into its console
    return dict(told)


class TestASecurityKey:
    @pytest.fixture
    def key(self, visitor: Visitor) -> tuple[CDPSession, str]:
        cdp = visitor.context.new_cdp_session(visitor.page)
        cdp.send("WebAuthn.enable")
        return cdp, cdp.send("WebAuthn.addVirtualAuthenticator", {"options": _KEY})["authenticatorId"]

    @pytest.fixture
    def registered(self, visitor: Visitor, key: tuple[CDPSession, str]) -> Visitor:
        give_password(visitor)
        visitor.goto("/account/keys/")
        visitor.shot("no-key")
        visitor.page.fill("[name=key_name]", "蓝色密钥")
        visitor.page.fill("[name=key_password]", PASSWORD)
        visitor.page.click("[data-key-go]")
        visitor.sees("密钥“蓝色密钥”已登记")
        visitor.shot("registered")
        return visitor

    def test_is_registered_and_lets_in_after_the_password(
        self, registered: Visitor, key: tuple[CDPSession, str]
    ) -> None:
        give_password(registered)
        registered.sees("使用安全密钥登录")
        registered.shot("step")
        registered.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        registered.shot("step-phone")
        assert registered.page.request.get(registered.base + "/organisation/", max_redirects=0).status == 302
        registered.page.click("[data-key-go]")
        registered.page.wait_for_url("**/organisation/")
        assert SecurityKey.objects.get().last_used_at is not None

    def test_does_not_let_in_without_its_pin(self, registered: Visitor, key: tuple[CDPSession, str]) -> None:
        give_password(registered)
        cdp, name = key
        cdp.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
        registered.page.click("[data-key-go]")
        registered.sees("没有收到密钥的回应")
        registered.shot("wrong-pin")

    def test_is_refused_when_its_answer_is_sent_again(self, registered: Visitor) -> None:
        sent: list[str] = []

        def note(request: Request) -> None:
            if request.url.endswith("/login/key/check/"):
                sent.append(request.post_data or "")

        registered.page.on("request", note)
        give_password(registered)
        registered.page.click("[data-key-go]")
        registered.page.wait_for_url("**/organisation/")
        give_password(registered)
        assert "已过期或已使用" in post(registered, "/login/key/check/", sent[0])["problem"]
        post(registered, "/login/key/options/", "{}")
        assert "验证未通过" in post(registered, "/login/key/check/", sent[0])["problem"]

    def test_is_refused_when_it_answered_on_another_site(self, registered: Visitor, elsewhere: str) -> None:
        give_password(registered)
        options = post(registered, "/login/key/options/", "{}")
        registered.page.goto(elsewhere)
        answer = registered.page.evaluate(
            """async (asked) => {
                const bytes = (text) => Uint8Array.from(
                    atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
                asked.challenge = bytes(asked.challenge);
                asked.allowCredentials = asked.allowCredentials.map((one) => ({...one, id: bytes(one.id)}));
                return (await navigator.credentials.get({publicKey: asked})).toJSON();
            }""",
            options,
        )
        registered.complaints.clear()
        registered.goto("/login/key/")
        told = post(registered, "/login/key/check/", json.dumps({"answer": answer}))
        assert "验证未通过" in told["problem"]
        assert "origin" in KeyEvent.objects.latest("id").note

    def test_that_was_copied_is_refused_and_suspended(self, registered: Visitor, key: tuple[CDPSession, str]) -> None:
        for _ in range(2):
            give_password(registered)
            registered.page.click("[data-key-go]")
            registered.page.wait_for_url("**/organisation/")
        cdp, name = key
        [copied] = cdp.send("WebAuthn.getCredentials", {"authenticatorId": name})["credentials"]
        cdp.send("WebAuthn.clearCredentials", {"authenticatorId": name})
        old = copied | {"signCount": 0}
        cdp.send("WebAuthn.addCredential", {"authenticatorId": name, "credential": old})
        give_password(registered)
        registered.page.click("[data-key-go]")
        registered.sees("可能已被复制")
        assert SecurityKey.objects.get().suspended_at is not None
        registered.goto("/login/key/")
        registered.sees("您的安全密钥已停用")
        registered.complaints.clear()
        registered.shot("cloned")


class TestAUsbKey:
    @pytest.fixture
    def token(self, cast: Cast, user: User) -> SoftToken:
        ca, now, by = SoftAuthority(), timezone.now(), cast.hire("keeper", [Role.SECURITY_ADMIN])
        kept = add_authority(content=ca.certificate, by=by, at=now)
        load_list(authority=kept, content=ca.revocation_list(), by=by, at=now)
        token, today = ca.token(), timezone.localdate()
        told = {"valid_from": today, "valid_until": today + 90 * DAY, "is_old": False}
        issue_certificate(user=user, content=token.certificate, by=by, at=now, **told)  # type: ignore[arg-type]
        return token

    @staticmethod
    def plug_in(visitor: Visitor, token: SoftToken) -> None:
        def sign(what: dict[str, str]) -> dict[str, object]:
            try:
                signature = token.sign_with(pin=what["pin"], message=what["message"].encode())
            except WrongPin:
                return {"code": "WRONG_PIN", "tries_left": 5}
            return {"signature": base64.b64encode(signature).decode()}

        shown = [{"id": "1", "number": token.number, "certificate": token.base64}]
        visitor.context.expose_function("softCertificates", lambda: shown)
        visitor.context.expose_function("softSign", sign)
        visitor.context.add_init_script(_TOKEN)

    def test_shows_its_number_and_lets_in_with_pin_and_password(self, visitor: Visitor, token: SoftToken) -> None:
        self.plug_in(visitor, token)
        visitor.goto("/c/jiangcheng/key-login/")
        visitor.page.wait_for_function(f"document.querySelector('#certificate_number').value === '{token.number}'")
        visitor.shot("usb-key")
        for pin, password, words in (
            ("000000", PASSWORD, "密钥口令不正确，还可尝试 5 次"),
            (token.pin, "wrong", "密码不正确"),
        ):
            visitor.page.fill("#pin", pin)
            visitor.page.fill("#key_password", password)
            visitor.page.click("[data-key-go]")
            visitor.sees(words)
        visitor.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        visitor.complaints.clear()
        visitor.shot("usb-key-phone")
        visitor.page.fill("#key_password", PASSWORD)
        visitor.page.click("[data-key-go]")
        visitor.page.wait_for_url("**/organisation/")

    def test_is_asked_for_after_the_password(self, visitor: Visitor, token: SoftToken) -> None:
        self.plug_in(visitor, token)
        give_password(visitor)
        visitor.page.wait_for_function("document.querySelector('#certificate_number').value")
        visitor.shot("usb-step")
        visitor.page.fill("#pin", token.pin)
        visitor.page.click("[data-key-go]")
        visitor.page.wait_for_url("**/organisation/")

    def test_is_found_through_the_service_of_the_users_computer_too(self, visitor: Visitor, token: SoftToken) -> None:
        visitor.goto("/c/jiangcheng/key-login/")
        visitor.sees("请刷新页面或重新插入密钥")
        visitor.complaints.clear()

        def answer(route: Route) -> None:
            headers = {"Access-Control-Allow-Origin": visitor.base, "Access-Control-Allow-Headers": "Content-Type"}
            told: object = [{"id": "1", "number": token.number, "certificate": token.base64}]
            if route.request.url.endswith("/sign") and route.request.method == "POST":
                message = json.loads(route.request.post_data or "")["message"].encode()
                told = {"signature": base64.b64encode(token.sign(message)).decode()}
            route.fulfill(json=told, headers=headers)

        visitor.page.route("http://127.0.0.1:17650/**", answer)
        visitor.page.click("[data-key-refresh]")
        visitor.page.wait_for_function(f"document.querySelector('#certificate_number').value === '{token.number}'")
        visitor.page.fill("#key_password", PASSWORD)
        visitor.page.click("[data-key-go]")
        visitor.page.wait_for_url("**/organisation/")


class TestThePagesOfTheOffice:
    def test_look_right(self, visitor: Visitor, cast: Cast, user: User, address: str) -> None:
        ca, now, by = SoftAuthority(), timezone.now(), cast.hire("keeper", [Role.SECURITY_ADMIN])
        kept = add_authority(content=ca.certificate, by=by, at=now)
        load_list(authority=kept, content=ca.revocation_list(), by=by, at=now)
        client = Client()
        client.force_login(cast.city.users["keeper"])
        cookie = client.cookies["sessionid"].value
        visitor.context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        places = {"holders": "", "holder": f"users/{user.pk}/", "authorities": "authorities/", "log": "log/"}
        for size in ({"width": 1440, "height": 900}, PHONE):
            visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
            for what, place in places.items():
                visitor.goto(f"/office/keys/{place}")
                visitor.shot(f"{what}-{size['width']}")

"""Somebody at a keyboard: logs in through the login page, opens pages, sends forms, and is told at once what went wrong."""

import html
import io
import re
from typing import Any

import openpyxl
import pypdf
import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client
from PIL import Image

from upkeep.jobs.actions import run
from upkeep.web.public import captcha

#: The tests know the letters of every picture, since there is only one letter.
LETTER = "A"


def know_the_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the login's picture readable for a machine, for this test."""
    monkeypatch.setattr(captcha, "ALPHABET", LETTER)


def tab_of(username: str) -> str:
    """The tab of the login page for an account of the demo; every other account of the walk is a developer's."""
    if username.startswith("demo-teller"):
        return "bank"
    if username == "demo-committee":
        return "committee"
    return "office" if username.startswith("demo-") else "developer"


def picture() -> io.BytesIO:
    """A scanned paper."""
    out = io.BytesIO()
    Image.new("RGB", (300, 400), "#f4f1e8").save(out, "JPEG")
    out.seek(0)
    out.name = "要件.jpg"
    return out


class Person:
    """One person with a browser session of his own."""

    def __init__(self, username: str = "", password: str = "") -> None:
        self.client = Client()
        if username:
            assert self.client.get("/captcha.png").status_code == 200
            sent = {
                "username": username,
                "password": password or settings.DEMO_PASSWORD,
                "captcha": LETTER * captcha.LENGTH,
            }
            answer = self.client.post(f"/c/jiangcheng/login/?as={tab_of(username)}", sent)
            assert answer.status_code == 302, text_of(answer)

    def get(self, address: str, *, status: int = 200) -> Any:
        """Open a page, going on where it leads."""
        answer = self.client.get(address, follow=True)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        return answer

    def sees(self, address: str, *wanted: str) -> str:
        """The text of the page, with the words looked for on it."""
        seen = text_of(self.get(address))
        for words in wanted:
            assert words in seen, f"{words!r} is not on {address}: {seen[:2000]}"
        return seen

    def post(self, address: str, data: dict[str, Any] | None = None) -> str:
        """Send a form that is right; answers with the address it leads to."""
        answer = self.client.post(address, data or {})
        errors = [str(one) for one in get_messages(answer.wsgi_request) if one.level_tag == "error"]
        assert answer.status_code == 302 and not errors, f"{address}: {answer.status_code} {errors} {wrong_in(answer)}"
        return str(answer["Location"])

    def refused(self, address: str, data: dict[str, Any]) -> str:
        """Send a form that will not do; answers with what the person is told."""
        answer = self.client.post(address, data, follow=True)
        return text_of(answer)

    def begin(self, code: str, *, city: str = "") -> str:
        """Begin a case; answers with the address before `edit/`."""
        assert "开始办理" in text_of(self.get(f"/cases/new/{code}/?city={city}"))
        location = self.post(f"/cases/new/{code}/begin/", {"city": city})
        return location.removesuffix("edit/1/")

    def upload_papers(self, case: str, *codes: str) -> None:
        """Upload a picture for each paper."""
        for code in codes:
            self.post(f"{case}papers/", {code: picture()})

    def import_workbook(self, case: str, part: str, content: bytes, **beside: str) -> str:
        """Hand in a workbook, let the background work run; answers with where the progress page leads."""
        file = io.BytesIO(content)
        file.name = "填写好的表格.xlsx"
        progress = self.post(f"{case}sheets/{part}/import/", {"workbook": file} | beside)
        job = run(int(progress.rstrip("/").rsplit("/", 1)[1]))
        assert job.state == "DONE", job.result
        answer = self.client.get(progress)
        assert answer.status_code == 302
        return str(answer["Location"])

    def submit(self, case: str) -> str:
        """Hand the case in from the confirmation page; answers with the text of the result page."""
        number = case.strip("/").split("/")[1]
        location = self.post(f"{case}move/", {"move": "SUBMIT"})
        assert location == f"/cases/{number}/done/"
        return self.sees(location, "业务办理完成", number)

    def decide(self, case: str, move: str) -> None:
        """Find the case in one's work list, open it, decide it."""
        number = case.strip("/").split("/")[1]
        self.sees("/office/", number)
        self.sees(case, "办理过程")
        self.post(f"{case}move/", {"move": move})

    def pdf(self, address: str) -> str:
        """Print: the text of the PDF that the button leads to, without white space."""
        answer = self.client.get(self.post(address))
        assert answer["Content-Type"] == "application/pdf"
        return pdf_text(answer.content)

    def workbook(self, address: str) -> Any:
        """A downloaded workbook's first sheet."""
        content = self.get(address).content
        return openpyxl.load_workbook(io.BytesIO(content))


def pdf_text(content: bytes) -> str:
    """Everything a PDF says, without white space."""
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def text_of(answer: Any) -> str:
    """A page without its tags."""
    return plain(answer.content.decode())


def plain(page: str) -> str:
    """HTML as the words a reader sees."""
    page = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def rows_of(page: str) -> list[list[str]]:
    """The table rows of a page, cell by cell."""
    rows = re.findall(r"(?s)<tr\b.*?</tr>", page)
    return [[plain(cell) for cell in re.findall(r"(?s)<t[dh]\b[^>]*>.*?</t[dh]>", row)] for row in rows]


def wrong_in(answer: Any) -> object:
    """What a page that did not lead on complains about."""
    context = answer.context
    if context is None:
        return ""
    form = context.get("form")
    return [dict(form.errors) if form is not None else "", [p.text for p in context.get("problems") or ()]]

"""Canaries in every personal field: where they may be read, and by whom; and that the database holds none in clear."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from launch.binaries import find_binaries
from tests.circle.cast import Cast
from tests.circle.person import pdf_text
from tests.web.public.door import Door
from tests.web.site.asking import ask
from tests.web.test_authorization import readable
from upkeep.banking.models import PaymentOrder
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.parts import put_rows
from upkeep.casework.procedure import register
from upkeep.estate.models import Owner, Ownership
from upkeep.jobs.actions import defer
from upkeep.kernel.masking import mask_name
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.public_query_rule import PublicQueryRule
from upkeep.repairs.stages import Stage

pytestmark = [pytest.mark.commits, pytest.mark.slow]

NAME, ID_NUMBER, PHONE = "欧阳金丝雀", "510502190001010015", "13987650001"
SHEET_ID, SHEET_PHONE = "510502190202020021", "13987650002"
JOB_ID = "510502190303030038"
ACCOUNT = "6222000099990001"
CANARIES = {"name": NAME, "ID": ID_NUMBER, "phone": PHONE, "sheet ID": SHEET_ID, "sheet phone": SHEET_PHONE}
CANARIES |= {"job ID": JOB_ID, "account": ACCOUNT}
#: Who may read which canary in full, and on what pages. Nobody else, nowhere else.
ALLOWED = (
    # Whoever handed in the owner sheet gets it back to correct it.
    ("demo-developer", r"/cases/PJ\w+/sheets/owners/(export|template)/", {"sheet ID", "sheet phone", "name"}),
    # The signature sheet names owners in full for the committee that takes it round, and for nobody else.
    ("demo-committee", r"/projects/\w+/prints/\d+/", {"name"}),
    # A payee's account: where the application is filled in and decided, and where it is paid.
    ("demo-committee|demo-clerk|demo-approver|demo-accountant|demo-auditor", r"/cases/JB\w+/.*", {"account"}),
    ("demo-approver|demo-accountant", r"/payments/orders/\w+/.*", {"account"}),
    ("demo-teller1|demo-teller1-supervisor", r"/bank/(counter|done)/.*", {"account"}),
)
READERS = (
    *("demo-developer", "demo-company", "demo-committee", "demo-clerk", "demo-approver", "demo-accountant"),
    *("demo-auditor", "demo-teller1", "demo-teller1-supervisor"),
)
MOST_PAGES = 250


@pytest.fixture
def cast(database_url: str, settings: Any, tmp_path: Path) -> Cast:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    cast = Cast()
    house = next(house for house in cast.filled[0].houses if house.building.name == "1幢")
    owner = Ownership.objects.get(house=house, until__isnull=True).owner
    Owner.objects.filter(pk=owner.pk).update(name=NAME, id_number=ID_NUMBER, phone=PHONE)
    project = cast.project(last=Stage.TRANSFER, budget_fen=100_000)
    client, base = cast.client("demo-committee"), f"/projects/{project.number}/"
    assert client.post(f"{base}vote/sheet/").status_code == 302
    assert client.post(f"{base}notices/project/print/").status_code == 302
    order = project.cases.get().case
    assert order.data["payee_1_account"] == ACCOUNT
    _sheet_and_job(cast)
    return cast


def _sheet_and_job(cast: Cast) -> None:
    """A deposit's draft with an owner sheet, and a job that was told an ID number."""
    by, at = cast.city.actor("demo-developer"), timezone.now()
    area = cast.filled[0].area
    case = engine.start(register["developer_deposit"], by=by, at=at, data={"area": str(area.pk), "kind": "COLLECTED"})
    row = {"building": "1幢", "unit": "1", "room": "101", "area_dm2": 10_000, "due_fen": 1, "owner_name": NAME}
    row |= {"paper_kind": "身份证", "paper_number": SHEET_ID, "owner_phone": SHEET_PHONE}
    put_rows(case, "owners", [(2, row)])
    defer(kind="case_import", title="导入", arguments={"secret": JOB_ID}, by_id=by.user_id, at=at)


def crawl(client: Client, *starts: str) -> dict[str, str]:
    """Every page and file that can be reached by following links, as a reader sees it."""
    waiting, seen = list(starts), dict[str, str]()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        if address in seen or re.match(r"/(static|logout|components|captcha)", address):
            continue
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        if answer.get("Content-Type", "") == "application/pdf":
            seen[address] = pdf_text(answer.content)
            continue
        seen[address] = readable(answer)
        if "html" in answer.get("Content-Type", ""):
            links = re.findall(r'(?:href|hx-get)="(/[^"#]*)', seen[address])
            waiting += [link.replace("&amp;", "&") for link in links if not re.search(r"[?&](sort|page)=", link)]
    return seen


def found(seen: dict[str, str], who: str) -> set[tuple[str, str]]:
    """Which canary stood in full where it may not."""
    return {
        (address, kind)
        for address, text in seen.items()
        for kind, canary in CANARIES.items()
        if canary in text and not _may(who, address, kind)
    }


def _may(who: str, address: str, kind: str) -> bool:
    return any(re.fullmatch(w, who) and re.fullmatch(page, address) and kind in kinds for w, page, kinds in ALLOWED)


class TestPersonalData:
    def test_is_read_by_no_stranger(self, cast: Cast) -> None:
        area = cast.filled[0].area
        rule = PublicQueryRule(mode="OPEN_MASKED", case_proof="NUMBER")
        place = cast.city.jurisdiction.pk
        set_policy(
            kind=PolicyKind.PUBLIC_QUERY_RULE, jurisdiction_id=place, value=rule, valid_from=timezone.localdate()
        )
        base = "/c/jiangcheng"
        starts = [f"{base}/{page}" for page in ("", "notices/", "notices/?closed=1", "map/", f"search/?q={NAME[:2]}")]
        starts += [f"{base}/communities/?q={area.initials}", f"{base}/communities/{area.number}/"]

        seen = crawl(Client(), "/", *starts)

        assert found(seen, "anonymous") == set()
        for part in ("/list/", "/guides/", "/communities/", "/fund/", "/status/", "/self-service/", "/templates/"):
            assert any(part in address for address in seen), part
        assert any(mask_name(NAME) in text for address, text in seen.items() if "/notices/" in address)

    def test_is_masked_in_every_answer_of_the_open_queries(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        rule = PublicQueryRule(mode="OPEN_MASKED", case_proof="NUMBER")
        place, door = cast.city.jurisdiction.pk, Door(monkeypatch)
        set_policy(
            kind=PolicyKind.PUBLIC_QUERY_RULE, jurisdiction_id=place, value=rule, valid_from=timezone.localdate()
        )
        house = next(house for house in cast.filled[0].houses if house.building.name == "1幢")
        answers = [ask(door, "fund/", {"address": house.address})]
        key = re.findall(r'name="house" value="([^"]+)"', answers[0].content.decode())[0]
        answers.append(door.client.post("/c/jiangcheng/fund/", {"house": key}))
        numbers = Case.objects.exclude(state="DRAFT").values_list("number", flat=True)[:6]
        answers += [ask(door, "status/", {"number": number}) for number in numbers]

        assert [one.status_code for one in answers] == [200] * len(answers) and len(answers) >= 3
        seen = {str(place): readable(one) for place, one in enumerate(answers)}
        assert found(seen, "anonymous") == set()
        assert mask_name(NAME) in seen["1"]

    @pytest.mark.parametrize("who", READERS)
    def test_is_shown_masked_but_where_the_field_table_says(self, cast: Cast, who: str) -> None:
        client = cast.client(who)
        counter = [f"/bank/counter/?q={order}" for order in _orders()] if "teller" in who else []

        seen = crawl(client, "/", "/jobs/", *counter)

        assert len(seen) > 5
        assert found(seen, who) == set()
        if who == "demo-clerk":
            assert any(mask_name(NAME) in text for text in seen.values())
        if counter:
            assert any(ACCOUNT in text for text in seen.values())

    def test_lies_in_no_dump_and_in_no_file_in_clear(self, cast: Cast, owner_url: str, tmp_path: Path) -> None:
        program = find_binaries() / "pg_dump"
        dump = subprocess.run([program, "--dbname", owner_url], capture_output=True, text=True, check=True).stdout

        assert "1幢屋面防水翻修" in dump  # the dump is one of this database
        assert {kind for kind, canary in CANARIES.items() if canary in dump} - {"name"} == set()
        kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        assert len(kept) >= 5
        assert not [content[:8] for content in kept if content.startswith((b"%PDF", b"\xff\xd8", b"\x89PNG", b"PK"))]


def _orders() -> list[str]:
    return list(PaymentOrder.objects.values_list("number", flat=True))

"""The whole public site of the demo city, read by nobody in particular, with a canary in every personal field.

# covers: P2 D3 D4
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.test import Client

from config import urls
from tests.cast import TODAY
from tests.circle.person import pdf_text
from tests.web.public.door import Door
from tests.web.site.asking import ask
from tests.web.site.test_status import unlimited
from tests.web.test_authorization import readable
from upkeep.banking.models import PaySlip
from upkeep.casework.models import Case
from upkeep.demo.load import load_demo
from upkeep.deposits.models import Receipt
from upkeep.estate.models import Area, House, Owner, Ownership
from upkeep.kernel.masking import mask_name
from upkeep.kernel.secrecy import EncryptedJSONField, EncryptedTextField
from upkeep.parties.models import Organisation, User
from upkeep.repairs.models import ProjectFacility

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BIRD = "金丝雀"
#: Names of people that lie in clear; everything personal beside them is encrypted.
NAMES = (
    (Owner, "name"),
    (PaySlip, "payer_name"),
    (Receipt, "payer"),
    (Case, "contact_name"),
    (Organisation, "contact_name"),
    (Organisation, "legal_representative"),
    (User, "name"),
)
#: What was entered here never changes: papers that were issued, and where money goes.
KEPT_BY_GUARDS = {
    *("PaySlip.payer_name", "PaySlip.payer_phone", "Receipt.payer"),
    *("PayeeAccount.account", "PaymentOrder.payee_account", "Enrolment.document_number", "Enrolment.phone"),
    *("Refund.phone", "PayoutBatchLine.payee_account", "BankKey.secret"),
}
#: Not of the site: downloads of static files, what ends a visit, and the sites of the other cities, made as this one is.
LEFT_OUT = re.compile(r"/(static|logout|components|captcha|c/(?!jiangcheng/))")
MOST_PAGES = 900
#: Hundreds of houses lead to a page of their own where their owner proves himself; of those so many are looked at.
MOST_PROOFS = 80


@dataclass(frozen=True)
class Canaries:
    """What no page may show: the birds, and the owners' names of before, which published notices may have frozen."""

    birds: set[str]
    names: set[str]


@pytest.fixture
def canaries(settings: Any, tmp_path: Any) -> Canaries:
    """The demo city with the bird in every personal field; what guards keep as it was entered is a canary itself."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    load_demo(today=TODAY)
    before = {name for name in Owner.objects.values_list("name", flat=True) if len(name) == 3}
    assert urls.urlpatterns  # read while the demo's own addresses belong to it, for the tests after this one
    settings.DEMO = False  # the demo's own aids (its mailbox, its list of accounts) are no part of a city's site
    left = {name: field for name, field in personal_fields() if not put_canaries(name, *field)}
    assert left.keys() <= KEPT_BY_GUARDS, left
    kept = {value for model, field in left.values() for value in model._base_manager.values_list(field, flat=True)}
    companies = set(Organisation.objects.values_list("name", flat=True))
    companies |= set(ProjectFacility.objects.values_list("contractor", flat=True))  # they pay back what was cleared
    birds = {BIRD} | {value for value in kept - companies if value and len(value) > 2}
    return Canaries(birds, before - set(User.objects.values_list("name", flat=True)))


def personal_fields() -> Iterator[tuple[str, tuple[type[models.Model], str]]]:
    """Every field that holds something of a person: the encrypted ones, and the names."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField | EncryptedJSONField):
                yield f"{model.__name__}.{field.name}", (model, field.name)
    for model, name in NAMES:
        yield f"{model.__name__}.{name}", (model, name)


def _grams(page: str) -> set[str]:
    """All that a name of three signs can be in a page."""
    return {page[place : place + 3] for place in range(len(page) - 2)}


def put_canaries(name: str, model: type[models.Model], field: str) -> bool:
    """Write the bird into the field of every row that the guards let change; whether any row has it now, or none is."""
    rows = model._base_manager.all()
    is_text = not isinstance(model._meta.get_field(field), EncryptedJSONField)
    if is_text and name not in KEPT_BY_GUARDS and _written(rows.exclude(**{field: ""}), {field: f"欧阳{BIRD}"}):
        return True
    took, refused = 0, 0
    for row in rows.order_by("-pk")[:500]:
        value = getattr(row, field)
        if value:
            done = _written(model._base_manager.filter(pk=row.pk), {field: _with_bird(value, name)})
            took, refused = took + done, refused + (not done)
    return took > 0 or refused == 0


def _written(rows: models.QuerySet[Any], values: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            return rows.update(**values) > 0
    except DatabaseError:
        return False


#: In documents: whatever says who somebody is, how he is reached, where his money goes.
_PERSONAL = re.compile(r"name|phone|id_number|id_tail|contract|account|paper_number|representative|password")


def _with_bird(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {
            key: f"{name}{BIRD}" if isinstance(one, str) and one and _PERSONAL.search(key) else _with_bird(one, name)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_with_bird(one, name) for one in value]
    return f"欧阳{BIRD}" if isinstance(value, str) and name.rpartition(".")[2] in _TEXT else value


_TEXT = frozenset(
    field
    for _, (model, field) in personal_fields()
    if not isinstance(model._meta.get_field(field), EncryptedJSONField)
)


def crawl(client: Client, starts: list[str]) -> dict[str, str]:
    """Every page and file that links lead to, as a reader sees them."""
    waiting, seen = list(starts), dict[str, str]()
    while waiting:
        address = waiting.pop(0)
        if address in seen or LEFT_OUT.match(address):
            continue
        if "/proof/" in address and sum("/proof/" in one for one in seen) >= MOST_PROOFS:
            continue
        assert len(seen) < MOST_PAGES, "the site has no end"
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        if answer.get("Content-Type", "") == "application/pdf":
            seen[address] = pdf_text(answer.content)
            continue
        seen[address] = readable(answer)
        links = re.findall(r'(?:href|hx-get|src)="(/[^"#]*)', seen[address])
        waiting += [link.replace("&amp;", "&") for link in links if not re.search(r"[?&](sort|page)=", link)]
    return seen


class TestThePublicSite:
    def test_shows_no_canary_anywhere(self, canaries: Canaries, monkeypatch: pytest.MonkeyPatch) -> None:
        unlimited(monkeypatch)
        names = canaries.names
        base, areas = "/c/jiangcheng", list(Area.objects.filter(jurisdiction__parent__slug="jiangcheng"))
        starts = ["/", f"{base}/", f"{base}/map/", f"{base}/notices/", f"{base}/notices/?closed=1"]
        starts += [f"{base}/search/?q={BIRD}", f"{base}/communities/?q=", f"{base}/self-service/?q={BIRD}{BIRD}"]
        starts += [f"{base}/communities/{area.number}/" for area in areas]
        starts += [f"{base}/self-service/?q={area.name} 1幢" for area in areas]
        starts += [f"{base}/self-service/unregistered/?q={area.name}" for area in areas]

        seen = crawl(Client(), starts)

        asked = {starts[5], starts[7]}  # there the visitor himself has typed the bird
        sung = [(at, one) for at, page in seen.items() for one in canaries.birds if one in page and at not in asked]
        assert sung == []
        assert f"欧阳{BIRD}" not in seen[starts[5]] + seen[starts[7]]
        assert len(seen) > 100
        for part in (
            "/articles/",
            "/files/",
            "/guides/",
            "/templates/",
            "/notices/",
            "/proof/deposit/",
            "/unregistered/",
        ):
            assert any(part in address for address in seen), part
        assert BIRD in seen[starts[7]]  # what stands in a page is found
        assert [(at, grams & names) for at, page in seen.items() if (grams := _grams(page)) & names] == []

    def test_shows_none_to_whoever_has_proved_himself_for_one_house(
        self, canaries: Canaries, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unlimited(monkeypatch)
        door = Door(monkeypatch)
        house = self._unpaid_house()
        key = re.findall(
            rf'href="([^"]+)" aria-label="交款：{house.address}"',
            door.client.get("/c/jiangcheng/self-service/", {"q": house.address}).content.decode(),
        )[0]
        owner = Ownership.objects.get(house=house, until__isnull=True).owner
        proved = door.client.post(
            key.replace("&amp;", "&"),
            {"name": owner.name, "id_tail": owner.id_number[-6:], "captcha": door.letters()},
        )
        assert proved.status_code == 302, proved.content.decode()[-3000:]

        pages = [door.client.get("/c/jiangcheng/self-service/house/"), door.client.get(proved["Location"])]
        answer = ask(door, "status/", {"number": Case.objects.exclude(state="DRAFT")[0].number, "tail": "0000"})

        assert [one.status_code for one in pages] == [200, 200]
        assert not [bird for bird in canaries.birds for one in (*pages, answer) if bird in readable(one)]
        assert mask_name(owner.name) in readable(pages[0])

    def _unpaid_house(self) -> House:
        """One that owes, whose owner's number reads like one again."""
        area = Area.objects.get(name="玉带河畔")
        ids = list(House.objects.filter(area_id=area.pk).order_by("pk").values_list("pk", flat=True))
        owned = Ownership.objects.filter(house_id__in=ids[:100], until__isnull=True).order_by("house_id")[0]
        Owner.objects.filter(pk=owned.owner_id).update(id_number="510502190001010015")
        return House.objects.get(pk=owned.house_id)

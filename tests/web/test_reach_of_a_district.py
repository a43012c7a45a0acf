"""Every list of the office, opened by somebody of a district: nothing of another district or city stands in it."""

# covers: I9

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.circle.cast import BACKEND
from tests.web.authorization_people import EVERYBODY, OPEN_TO_THE_DEMO
from tests.web.authorization_stage import Stage
from tests.web.authorization_table import TABLE
from upkeep.estate.models import Area
from upkeep.parties.actions import open_account
from upkeep.parties.models import Jurisdiction
from upkeep.parties.roles import Role
from upkeep.repairs.models import RepairProject

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

#: Everything one person can be; the cashier, the auditor and the administrators are people of their own.
DESK = (Role.WINDOW_CLERK, Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.APPROVER, Role.ACCOUNTANT, Role.EDITOR)
ALONE = (Role.CASHIER, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
#: What a list may show of the first area, by the names the stage gives.
OURS = ("case", "slip", "paid", "project", "noticed", "passed", "order")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def stage(db: None) -> Stage:
    return Stage()


def person(stage: Stage, place: Jurisdiction, *roles: Role) -> Client:
    """Somebody of the place."""
    user = open_account(
        username=f"{place.slug}-{roles[0].lower()}",
        name="区员",
        roles=roles,
        jurisdiction_id=place.pk,
        password_hash="!",
        at=stage.cast.filled[0].area.created_at,
    )
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def readable(answer: Any) -> str:
    """The words of a page or of the workbook."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] != b"PK":
        return re.sub('placeholder="[^"]*"', "", content.decode(errors="replace"))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode(errors="replace") for name in book.namelist())


def lists() -> list[tuple[str, str]]:
    """Every page that is asked for without naming an object; those of no city in particular are the public's."""
    return [
        (name, row.address)
        for name, row in TABLE.items()
        if "{" not in row.address
        and not row.post
        and name not in OPEN_TO_THE_DEMO
        and row.let_in != EVERYBODY  # what the public may read
        and not name.startswith(("public:", "gallery:", "healthz"))
    ]


def marks(stage: Stage, place: Jurisdiction) -> list[str]:
    """By what one would recognise the areas of a place and what was done about them."""
    areas = list(Area.objects.filter(jurisdiction=place))
    numbers = RepairProject.objects.filter(area__in=areas).values_list("number", flat=True)
    return [mark for area in areas for mark in (area.name, area.number)] + list(numbers)


class TestAListOfTheOffice:
    def test_shows_a_district_nothing_of_the_others(self, stage: Stage) -> None:
        own = stage.cast.city.districts[-1]
        others = [one for one in stage.cast.city.districts if one != own]
        hidden = [mark for place in others for mark in marks(stage, place)]
        hidden += [stage.objects[name] for name in OURS]
        assert stage.cast.filled[0].area.jurisdiction in others
        wrong, opened = [], set()

        for roles in (DESK, *((role,) for role in ALONE)):
            client = person(stage, own, *roles)
            for name, address in lists():
                answer = client.get(address)
                if answer.status_code == 200:
                    opened.add(name)
                    shown = readable(answer)
                    wrong += [f"{name} {roles[0]}: {mark}" for mark in hidden if mark in shown]

        assert not wrong, "\n".join(wrong)
        assert {"office:home", "cases:list", "estate:areas", "deposits:slips", "payments:orders"} <= opened
        assert {"projects:list", "deposits:state", "accounting:balances", "administration:organisations"} <= opened

    def test_shows_a_district_its_own(self, stage: Stage) -> None:
        place = stage.cast.filled[0].area.jurisdiction
        client = person(stage, place, *DESK)
        shown = {name: readable(client.get(address)) for name, address in lists()}

        for name, mark in (
            ("estate:areas", stage.cast.filled[0].area.name),
            ("deposits:slips", stage.objects["paid"]),
            ("projects:list", stage.objects["project"]),
            ("payments:orders", stage.objects["order"]),
        ):
            assert mark in shown[name], name


class TestACaseAboutADistrict:
    def test_waits_in_that_district_and_in_no_other(self, stage: Stage) -> None:
        case = stage.objects["case"]
        found = [
            place.slug
            for place in stage.cast.city.districts
            if case in readable(person(stage, place, Role.WINDOW_CLERK).get("/office/"))
        ]

        assert len(found) == 1

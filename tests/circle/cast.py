"""The small city with papers and projects under way, for tests that send requests at them."""

import datetime as dt
import re
import threading
from collections.abc import Callable

from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from tests.circle.person import plain
from upkeep.banking.models import PaySlip
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move
from upkeep.demo import areas
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, ask_deposits
from upkeep.demo.load import load_small
from upkeep.demo.repairs import Script, run_projects
from upkeep.estate.models import Area
from upkeep.estate.queries import houses_of_area
from upkeep.parties.actions import open_account
from upkeep.parties.models import Organisation, User
from upkeep.parties.roles import Role
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import Stage

BACKEND = "upkeep.identity.authentication.CityBackend"


class Cast:
    """The small city, its areas as the demo fills them, and a second person for every pair of eyes."""

    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.city: City = load_small(today=self.today)
        self.filled = [_filled(plan) for plan in areas.SMALL_PLANS]
        banks, committee = self.city.banks, self.city.committees[0]
        self.add("second-teller", Role.TELLER, banks[0])
        self.add("second-committee", Role.OWNERS_COMMITTEE, committee)
        self.add("second-approver", Role.APPROVER)

    def add(self, username: str, role: Role, organisation: Organisation | None = None) -> User:
        """One more account, of the office or of an organisation of the city."""
        user = open_account(
            username=username,
            name="谢二",
            roles=[role],
            jurisdiction_id=self.city.jurisdiction.pk,
            organisation_id=organisation.pk if organisation else None,
            password_hash="!",
            at=timezone.now(),
        )
        self.city.users[username] = user
        return user

    def client(self, username: str) -> Client:
        """A browser in which this account is logged in."""
        found = Client()
        found.force_login(self.city.users[username], backend=BACKEND)
        return found

    def slip(self, *, place: int = 0, days_ago: int = 0) -> PaySlip:
        """A pay slip for one more of the houses of 翠竹苑 that have not paid."""
        filled = self.filled[1]
        house = filled.houses[round(len(filled.houses) * filled.plan.share_paid) + place]
        [slip] = ask_deposits(self.city, filled, houses=[house], on=self.today - dt.timedelta(days=days_ago))
        return slip

    def project(self, *, last: Stage, budget_fen: int, title: str = "1幢屋面防水翻修") -> RepairProject:
        """A project of 江南名邸 carried as far as that stage."""
        script: Script = (0, "demo-committee", title, "1幢屋面", budget_fen, 60, last)
        with transaction.atomic():
            run_projects(self.city, self.filled, today=self.today, scripts=(script,))
        return RepairProject.objects.get(title=title)

    def before_approval(self, project: RepairProject) -> Case:
        """Its application, which the clerk and the reviewer have passed."""
        case: Case = project.cases.order_by("-pk")[0].case
        for login, step in (("demo-clerk", Move.ACCEPT), ("demo-reviewer", Move.PASS)):
            engine.move(case.pk, step, by=self.city.actor(login), at=timezone.now())
        case.refresh_from_db()
        return case


def _filled(plan: areas.Plan) -> Filled:
    area = Area.objects.get(name=plan.name)
    return Filled(plan, area, list(houses_of_area(area.pk)))


def send(client: Client, address: str, data: dict[str, str]) -> list[str]:
    """Send a form and look at the page it leads to; the complaints that stand on it."""
    answer = client.post(address, data, follow=True)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    # Read from the page itself: what Django's test client remembers of templates is shared by all threads.
    messages = re.search(
        r'(?s)<div class="page-messages" role="status">(.*?)</div></div>\s*</div>', answer.content.decode()
    )
    if messages is None:
        return []
    return [plain(one) for one in re.findall(r'(?s)<div class="notice notice-bad".*?</div>', messages[0])]


def at_once(*works: Callable[[], list[str]]) -> list[list[str]]:
    """Do the works in threads of their own, each with its connection, begun together; what each person was told."""
    gate, answers = threading.Barrier(len(works)), [["没有应答"] for _ in works]
    failures: list[BaseException] = []

    def run(place: int, work: Callable[[], list[str]]) -> None:
        try:
            gate.wait()
            answers[place] = work()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if failures:
        raise failures[0]
    return answers

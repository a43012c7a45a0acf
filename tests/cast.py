"""The cast of tests: the demo's small city (three areas, staff, developers, banks) and a few people it lacks."""

import datetime as dt
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connections

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move
from upkeep.demo.city import City, found_city
from upkeep.demo.load import load_small
from upkeep.estate.models import Area
from upkeep.parties.actions import add_jurisdiction, open_account
from upkeep.parties.actor import Actor
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role

TODAY = dt.date(2026, 11, 20)  # a Friday
AT = dt.datetime(2026, 11, 20, 2, 30, tzinfo=dt.UTC)  # 10:30 in Shanghai
LATER = AT + dt.timedelta(hours=2)


@dataclass
class Cast:
    """The city and who acts in it, by login name."""

    city: City

    def __getitem__(self, username: str) -> Actor:
        return self.city.actor(username)

    def area(self, name: str = "江南名邸") -> Area:
        return Area.objects.get(name=name)

    def hire(
        self, username: str, roles: Iterable[Role], *, at_city: int = 0, organisation: int | None = None
    ) -> Actor:
        """One more account."""
        user = open_account(
            username=username,
            name=f"员工{username}",
            roles=roles,
            jurisdiction_id=at_city or self.city.jurisdiction.pk,
            organisation_id=organisation,
            password_hash="!",
            phone="13800000000",
            at=AT,
        )
        self.city.users[username] = user
        return actor_of(user)


def make_cast(*, settled: bool = False) -> Cast:
    """江城市 as the demo has it, with a second clerk, a colleague, and staff of a neighbouring city; `settled`: with
    three small areas whose houses have paid."""
    long_ago = AT - dt.timedelta(days=2000)
    cast = Cast(load_small(today=TODAY) if settled else found_city(at=long_ago, password_hash="!"))
    elsewhere = add_jurisdiction(code="510300", slug="yandu", name="盐都市", office_name="盐都市维修资金中心")
    cast.hire("second-clerk", [Role.WINDOW_CLERK])
    cast.hire("all-rounder", [Role.WINDOW_CLERK, Role.FIRST_REVIEWER, Role.APPROVER])
    cast.hire("stranger-clerk", [Role.WINDOW_CLERK, Role.FIRST_REVIEWER], at_city=elsewhere.pk)
    cast.hire("colleague", [Role.DEVELOPER], organisation=cast.city.developers[0].pk)
    return cast


def move(case: Case, step: Move, by: Actor, *, note: str = "", at: dt.datetime = AT, seen: int | None = None) -> Case:
    """One move, the way pages make it."""
    return engine.move(case.pk, step, by=by, at=at, note=note, seen_version=seen)


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each gave back or raised, all begun at the same moment on connections of their own."""
    barrier, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            answers[place] = work()  # type: ignore[call-overload]
        except Exception as refused:
            answers[place] = refused  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return list(answers)

"""A vote of 20,000 houses: opening it, telling its owners, 200 ballots a second from several processes, the tally, and ballots
that go on while the database is killed.

The baselines are the limits themselves: one second for the tally, 200 ballots a second. A ballot is timed twice: as the action
with its transaction, and as the owner's POST through every middleware and view of the product (the HTTP server itself is not
in it). Client and database share the machine.
"""

import datetime as dt
import os
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import django
import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections, transaction
from django.test import Client
from django.utils import timezone

from benchmarks.figure import Figure
from config.environment import read_environment
from upkeep.demo.city import City
from upkeep.demo.load import load_small
from upkeep.estate.actions import NewHouse, NewOwner, add_houses, bind_owners, create_area
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse, IdKind
from upkeep.estate.models import House, OwnerAccount, Ownership
from upkeep.identity.owners import account_of_phone
from upkeep.kernel.dates import day_of
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of
from upkeep.policy.voting_rule import CC278_USE
from upkeep.voting.actions import open_vote
from upkeep.voting.models import Ballot, BallotChoice, Channel, Vote, VoteReceipt
from upkeep.voting.online import cast
from upkeep.voting.queries import participation, result_of, standings, tally_of_standings
from upkeep.voting.telling import OPENED, send_vote_messages

HOUSES, BUILDINGS, FLOORS, DOORS = 20_000, 50, 40, 10
PROCESSES = 4
BY_ACTION, BY_PAGE, IN_A_CRASH = 2_000, 1_000, 1_000
TALLY_S, BALLOT_S = 1.0, 1 / 200
_ROUNDS = 5
_AFTER_CRASH_S = 1.0

#: An account and its house.
Voter = tuple[int, int]


def run() -> list[Figure]:
    """All of it in one database; the crash comes last."""
    city = load_small(today=timezone.localdate())
    voters = _people(city)
    at = dt.datetime.now(dt.UTC)
    began = time.perf_counter()
    vote = open_vote(
        source="order:1",
        title="关于使用住宅专项维修资金实施“外墙翻修”的表决",
        rule=CC278_USE,
        house_ids=list(House.objects.filter(area__name="万户城").values_list("pk", flat=True)),
        closes_at=at + dt.timedelta(days=2),
        at=at,
        channel=Channel.ONLINE,
    )
    print(f"opened in {time.perf_counter() - began:.1f} s: {vote.house_count:,} houses, {vote.total_people:,} heads")
    began = time.perf_counter()
    told = send_vote_messages(vote.pk, OPENED, at=at)
    print(f"{told:,} owners told in {time.perf_counter() - began:.1f} s")
    _analyze()
    some, voters = voters[:BY_ACTION], voters[BY_ACTION:]
    figures = [_ballots("ballots by the action", vote, some, by_page=False)]
    some, voters = voters[:BY_PAGE], voters[BY_PAGE:]
    figures.append(_ballots("ballots by the owner's page", vote, some, by_page=True))
    _crash(vote, voters[:IN_A_CRASH])
    _the_rest(vote)
    return [*figures, *_tally(vote)]


@transaction.atomic
def _people(city: City) -> list[Voter]:
    """An area of 20,000 houses with an owner each; as many owners as vote here have accounts."""
    at = dt.datetime.now(dt.UTC)
    district = city.actor("demo-clerk").jurisdiction_id
    area = create_area(
        jurisdiction_id=district,
        name="万户城",
        address="江阳区万户路 1 号",
        developer_id=city.developers[0].pk,
        floor_area_dm2=HOUSES * 10_000,
        at=at,
    )
    add_houses(area_id=area.pk, houses=[_house(place) for place in range(HOUSES)])
    houses = list(House.objects.filter(area=area).order_by("pk").values_list("pk", flat=True))
    new = [
        NewOwner(
            house_id=house_id,
            name=f"业主{place}",
            id_kind=IdKind.PASSPORT,
            id_number=f"E{place:08d}",
            phone=f"139{place:08d}",
        )
        for place, house_id in enumerate(houses)
    ]
    bind_owners(jurisdiction_id=city.jurisdiction.pk, owners=new, since=day_of(at) - dt.timedelta(days=30))
    owned = Ownership.objects.filter(house__area=area).select_related("owner").order_by("house_id")
    voters, accounts = [], []
    for one in owned[: BY_ACTION + BY_PAGE + IN_A_CRASH]:
        user = account_of_phone(phone=one.owner.phone, city_id=city.jurisdiction.pk, at=at)
        accounts.append(OwnerAccount(owner=one.owner, user=user, bound_at=at))
        voters.append((user.pk, one.house_id))
    OwnerAccount.objects.bulk_create(accounts)
    return voters


def _house(place: int) -> NewHouse:
    building, rest = divmod(place, FLOORS * DOORS)
    floor, door = divmod(rest, DOORS)
    room = f"{floor + 1}{door + 1:02d}"
    return NewHouse(
        building=f"{building + 1}幢",
        building_kind=BuildingKind.HIGH_RISE,
        has_lift=True,
        structure=None,
        built_in="202001",
        unit="1单元",
        floor=floor + 1,
        room=room,
        use=HouseUse.RESIDENTIAL,
        nature=HouseNature.COMMODITY,
        area_dm2=7_000 + place % 5_000,
        inner_area_dm2=None,
        address=f"江阳区万户路 1 号{building + 1}幢{room}",
    )


def _analyze() -> None:
    with psycopg.connect(read_environment().database_owner_url, autocommit=True) as owner:
        owner.execute("analyze")


def _ballots(name: str, vote: Vote, voters: Sequence[Voter], *, by_page: bool) -> Figure:
    """So many ballots from several processes at once, by the clock from the first to the last."""
    answers = _in_processes(vote.pk, voters, by_page=by_page)
    took = max(ended for _, _, ended in answers) - min(began for _, began, _ in answers)
    numbers = [number for found, _, _ in answers for number in found]
    _check(vote, voters, numbers)
    each = took / len(voters)
    load = os.getloadavg()[0]
    note = f"{len(voters) / took:.0f} ballots a second by {PROCESSES} processes, load {load:.1f}; at least 200"
    return Figure(f"{len(voters):,} {name}", each, BALLOT_S, each / BALLOT_S, must=1, goal=0.8, note=note)


def _in_processes(vote_id: int, voters: Sequence[Voter], *, by_page: bool) -> list[tuple[list[str], float, float]]:
    parts = [list(voters[place::PROCESSES]) for place in range(PROCESSES)]
    connections.close_all()
    context = get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=django.setup) as pool:
        return list(pool.map(vote_for_all, [vote_id] * PROCESSES, parts, [by_page] * PROCESSES))


def vote_for_all(vote_id: int, voters: list[Voter], by_page: bool) -> tuple[list[str], float, float]:
    """What one process does; answers with the receipts and when it began and ended. A ballot that the database dies over is
    cast again, as its owner would press the button again.
    """
    if by_page:
        settings.ALLOWED_HOSTS = ["*"]
        browsers = [_browser(user_id) for user_id, _ in voters]
    people: list[Any] = browsers if by_page else [actor_of(User.objects.get(pk=user_id)) for user_id, _ in voters]
    numbers = []
    began = time.time()
    for person, (_, house_id) in zip(people, voters, strict=True):
        while True:
            try:
                numbers.append(_post(person, vote_id, house_id) if by_page else _cast(person, vote_id, house_id))
                break
            except (OperationalError, InterfaceError):
                connections.close_all()
                time.sleep(0.05)
    return numbers, began, time.time()


def _browser(user_id: int) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    session = client.session
    session["seen_at"] = time.time()  # as a login of the product leaves it
    session.save()
    return client


def _post(client: Client, vote_id: int, house_id: int) -> str:
    sent = {f"choice_{house_id}": "AGREE", "step": "confirm"}
    answer = client.post(f"/owner/votes/{vote_id}/ballot/", sent)
    assert answer.status_code == 302 and "/receipts/" in answer["Location"], answer
    return str(answer["Location"].rstrip("/").rsplit("/", 1)[1])


def _cast(by: Any, vote_id: int, house_id: int) -> str:
    return cast(vote_id, {house_id: BallotChoice.AGREE}, by=by, at=dt.datetime.now(dt.UTC)).number


def _check(vote: Vote, voters: Sequence[Voter], numbers: Sequence[str]) -> None:
    """Every receipt handed out is there with its one ballot, and every house has voted once."""
    kept = set(VoteReceipt.objects.filter(vote=vote, number__in=numbers).values_list("number", flat=True))
    assert kept == set(numbers) and len(numbers) == len(voters), "a receipt is lost or doubled"
    cast_for = Ballot.objects.filter(vote_house__vote=vote, vote_house__house_id__in=[one for _, one in voters])
    assert cast_for.count() == len(voters), "a ballot is lost or doubled"


def _crash(vote: Vote, voters: Sequence[Voter]) -> None:
    """The server is killed without warning while ballots come in; its keeper starts it again."""
    pid_file = Path(os.environ["BENCHMARK_DATA_FOLDER"]) / "postmaster.pid"
    parts = [list(voters[place::PROCESSES]) for place in range(PROCESSES)]
    connections.close_all()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        before = Ballot.objects.count()
        waiting = [pool.submit(vote_for_all, vote.pk, part, False) for part in parts]
        while Ballot.objects.count() < before + IN_A_CRASH // 5:
            time.sleep(0.05)
        connections.close_all()
        os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGKILL)
        numbers = [number for one in waiting for number in one.result()[0]]
    time.sleep(_AFTER_CRASH_S)
    _check(vote, voters, numbers)
    print(f"{len(voters):,} ballots while the database was killed: none lost, none doubled")


def _the_rest(vote: Vote) -> None:
    """Everybody else on record has voted too, past the program, so that the tally has all to count."""
    clerk = User.objects.order_by("pk")[0]
    receipt = VoteReceipt.objects.create(vote=vote, number="HZREST", user=clerk, name="", at=dt.datetime.now(dt.UTC))
    left = vote.houses.filter(ballots__isnull=True)
    Ballot.objects.bulk_create(
        [
            Ballot(
                vote_house=one,
                revision=1,
                choice=BallotChoice.AGAINST if place % 5 == 0 else BallotChoice.AGREE,
                channel=Channel.ONLINE,
                online_place=1,
                receipt=receipt,
                by_user=clerk,
                at=dt.datetime.now(dt.UTC),
            )
            for place, one in enumerate(left)
        ],
        batch_size=5_000,
    )
    _analyze()


def _tally(vote: Vote) -> list[Figure]:
    took, shown = [], []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        result = result_of(vote)
        took.append(time.perf_counter() - began)
        began = time.perf_counter()
        found = standings(vote)
        result_of(vote, tally=tally_of_standings(found))
        participation(found)
        shown.append(time.perf_counter() - began)
    assert result.tally.joined_people == HOUSES
    load = f"load {os.getloadavg()[0]:.1f}; at most 1 s"
    return [
        Figure(f"tally of {HOUSES:,} houses", min(took), TALLY_S, min(took) / TALLY_S, must=1, goal=0.5, note=load),
        Figure(
            f"tally and participation by building of {HOUSES:,} houses",
            min(shown),
            TALLY_S,
            min(shown) / TALLY_S,
            must=1,
            goal=0.7,
            note=load,
        ),
    ]

"""2,000 demand letters (欠款催缴通知单) from the asking to the one file, and the nightly search for arrears in a million houses.

The baseline of the letters is the limit itself, 60 s; that of the search the bare join of houses and balances without the
register.
"""

import datetime as dt
import resource
import time

import psycopg
from django.db import connection
from django.utils import timezone

from benchmarks import houses
from benchmarks.figure import Figure
from config.environment import read_environment
from upkeep.books.sub_accounts import BALANCES
from upkeep.demo.load import load_small
from upkeep.deposits.arrears import register_arrears
from upkeep.deposits.letters import demand, print_batch
from upkeep.deposits.models import Arrears
from upkeep.estate.models import Area, House, Owner
from upkeep.kernel.dates import day_of
from upkeep.parties.actor import Actor

LETTERS, LIMIT_S = 2_000, 60.0
#: The second and third area become part of the first; every tenth house of the city, and each of that area, keeps a quarter.
_OWING = """
update estate_building set area_id = 1, name = area_id || '区' || name where area_id between 2 and 3;
update estate_house set area_id = 1 where area_id between 2 and 3;
update ledger.sub_account set area_id = 1 where area_id between 2 and 3;
update ledger.sub_account set balance_fen = case when id %% 10 = 0 or area_id = 1 then 270000 else 1080000 end
where area_id <= %(areas)s
"""
_GUARDED = ("ledger.sub_account", "estate_building", "estate_house")


def run() -> list[Figure]:
    """The search first: it makes the register that the letters go by."""
    city = load_small(today=timezone.localdate())
    houses.build_town(city)
    _let_them_owe()
    at = dt.datetime.now(dt.UTC)
    bare_s = _bare()
    began = time.perf_counter()
    found = register_arrears(on=day_of(at))
    first_s = time.perf_counter() - began
    began = time.perf_counter()
    again = register_arrears(on=day_of(at))
    again_s = time.perf_counter() - began
    print(f"{found.now:,} in arrears, {found.entered:,} entered at first, {again.entered:,} the next night")
    houses_there = f"{House.objects.count():,} houses"
    return [
        Figure(
            f"arrears of {houses_there}, first night",
            first_s,
            bare_s,
            first_s / bare_s,
            must=10,
            goal=6,
            note=f"{found.entered:,} entered, each row with its foreign keys",
        ),
        Figure(f"arrears of {houses_there}, any other night", again_s, bare_s, again_s / bare_s, must=4, goal=2),
        _letters(city.actor("demo-clerk")),
    ]


def _let_them_owe() -> None:
    with psycopg.connect(read_environment().database_owner_url, autocommit=True) as owner:
        for table in _GUARDED:
            owner.execute(f"alter table {table} disable trigger user")
        for statement in _OWING.split(";\n"):
            if statement.strip():
                psycopg.ClientCursor(owner).execute(statement, {"areas": houses.AREAS})
        for table in _GUARDED:
            owner.execute(f"alter table {table} enable trigger user")
        owner.execute("vacuum analyze")


def _bare() -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from estate_house h join {BALANCES} b on b.house_id = h.id"
            " where h.first_deposit_due_fen > 0 and b.balance_fen * 100 < h.first_deposit_due_fen * 30"
        )
        cursor.fetchone()
    return time.perf_counter() - began


def _letters(by: Actor) -> Figure:
    at = dt.datetime.now(dt.UTC)
    area = Area.objects.get(pk=1)
    some = list(Arrears.objects.filter(area=area).order_by("pk").values_list("house_id", flat=True)[:LETTERS])
    assert len(some) == LETTERS
    people = list(Owner.objects.filter(ownerships__house__in=some))
    for place, person in enumerate(people):
        person.phone = f"138{place:08d}"
    Owner.objects.bulk_update(people, ["phone"], batch_size=500)
    began, computing = time.perf_counter(), _computed_s()
    batch = demand(area=area, house_ids=some, deadline=day_of(at) + dt.timedelta(days=30), by=by, at=at)
    asked_s = time.perf_counter() - began
    kept = print_batch(batch.pk, by_id=None, at=at)
    took = time.perf_counter() - began
    note = (
        f"{kept.pages:,} pages, {asked_s:.1f} s of it to record and tell, {_computed_s() - computing:.1f} s of the"
        " processor for Python and Typst; at most 60 s"
    )
    return Figure(f"{batch.letter_count:,} demand letters", took, LIMIT_S, took / LIMIT_S, must=1, goal=0.5, note=note)


def _computed_s() -> float:
    """What this process and those it has ended have computed, whatever else the machine is doing."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime

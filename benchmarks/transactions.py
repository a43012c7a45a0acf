"""交易明细 and 资金管理 in a city of a million houses with a million movements: 95 of 100 first pages within a second.

The baseline is the limit of a list with sums over everything it finds; a page without sums costs a tenth of it.
"""

import datetime as dt
import random
import statistics
import time
from collections.abc import Sequence

import psycopg
from django.test import Client
from django.utils import timezone

from benchmarks.figure import Figure
from benchmarks.houses import AREAS, build_town, client_of
from config.environment import read_environment
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.books.postings import Deposit
from upkeep.demo.load import load_small
from upkeep.estate.models import House

LIMIT_S = 1.0
ROUNDS = 12
SLOWEST_PART = 0.95
#: So many of the houses of an area have paid at once, and so many of them alone later.
AT_ONCE, ALONE = 880, 120
FEN = 1_080_000


def run() -> list[Figure]:
    """The office's and a developer's lists, narrowed in every way, and deep in."""
    city = load_small(today=timezone.localdate())
    build_town(city)
    began = time.perf_counter()
    _pay(city.jurisdiction.pk)
    print(f"a million movements booked in {time.perf_counter() - began:.0f} s")
    office, developer = client_of(city, "demo-accountant"), client_of(city, "demo-developer")
    today = timezone.localdate()
    ever, month = "first=2020-01-01", f"first={today - dt.timedelta(days=30)}"
    deep = _deep(office, f"/transactions/?{ever}", pages=3)
    house = "house=江小区20+3幢+1502"
    return [
        _figure("交易明细: the last year", office, ["/transactions/"]),
        _figure("交易明细: all years, by transaction", office, [f"/transactions/?{ever}"]),
        _figure("交易明细: a deep page", office, [deep]),
        _figure("交易明细: all years, by house", office, [f"/transactions/?{ever}&view=houses"]),
        _figure("交易明细: a month", office, [f"/transactions/?{month}"]),
        _figure("交易明细: 列支 of all years", office, [f"/transactions/?{ever}&kind=SPENDING"]),
        _figure("交易明细: of one area", office, [f"/transactions/?{ever}&area=江小区20"]),
        _figure("交易明细: of a house", office, [f"/transactions/?{ever}&{house}"]),
        _figure("交易明细 of a developer", developer, [f"/transactions/?{ever}"]),
        _figure("资金管理: everything", office, ["/deposits/houses/"]),
        _figure("资金管理: 欠交", office, ["/deposits/houses/?state=ARREARS"]),
        _figure("资金管理: 待交 (none)", office, ["/deposits/houses/?state=WAITING"]),
        _figure("资金管理: 户室号", office, ["/deposits/houses/?house=江小区20+1502"]),
    ]


def _pay(city_id: int) -> None:
    """Nearly all houses of every area at once three years ago, the rest one by one in the months since."""
    custody = next(iter(_custodies(city_id)))
    today = timezone.localdate()
    for area_id in range(1, AREAS + 1):
        sub_accounts.open_for(area_id, [])
        houses = list(
            House.objects.filter(area_id=area_id, state="ACTIVE").order_by("pk").values_list("pk", flat=True)
        )
        batch = Deposit(
            area_id=area_id,
            custody_id=custody,
            fund_kind=FundKind.COMMODITY,
            amounts=dict.fromkeys(houses[:AT_ONCE], FEN),
            source=f"bench:{area_id}",
            booked_on=today - dt.timedelta(days=1_000 - area_id % 500),
        )
        single = [
            Deposit(
                area_id=area_id,
                custody_id=custody,
                fund_kind=FundKind.COMMODITY,
                amounts={houses[place]: FEN},
                source=f"bench:{area_id}:{place}",
                booked_on=today - dt.timedelta(days=(place * 7 + area_id) % 900),
            )
            for place in range(ALONE)
        ]
        postings.deposits_confirmed([batch, *single])
    with psycopg.connect(read_environment().database_owner_url, autocommit=True) as owner:
        owner.execute("update estate_house set first_deposit_due_fen = null where id % 1000 > 950")
        owner.execute("vacuum analyze")


def _custodies(city_id: int) -> list[int]:
    with psycopg.connect(read_environment().database_owner_url) as owner:
        sql = "select id from banking_custodyaccount where jurisdiction_id = %s and fund_kind = 'COMMODITY'"
        return [row[0] for row in owner.execute(sql, [city_id])]


def _deep(client: Client, address: str, *, pages: int) -> str:
    """The address of a page some way down, as its reader comes to it."""
    for _ in range(pages):
        page = client.get(address).content.decode()
        place = page.index('rel="next"')
        address = "/transactions/" + page[page.rindex('href="', 0, place) + 6 : place].rstrip('" ').replace(
            "&amp;", "&"
        )
    return address


def _figure(name: str, client: Client, addresses: Sequence[str]) -> Figure:
    for address in addresses:
        assert client.get(address).status_code == 200, address
    asked = [addresses[n % len(addresses)] for n in range(ROUNDS)]
    random.Random(1).shuffle(asked)
    clock = []
    for address in asked:
        began = time.perf_counter()
        client.get(address)
        clock.append(time.perf_counter() - began)
    p95 = sorted(clock)[int(len(clock) * SLOWEST_PART)]
    return Figure(name, p95, LIMIT_S, p95 / LIMIT_S, must=1, goal=0.5, note=f"median {statistics.median(clock):.3f} s")

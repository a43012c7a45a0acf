"""Loads the demo cities: everything through actions, bulk where houses are many, in one transaction."""

import datetime as dt
import random
from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from upkeep.demo import areas, bank_day, fill
from upkeep.demo.accounting import keep_books
from upkeep.demo.bank_api import connect_banks
from upkeep.demo.cases import file_cases
from upkeep.demo.city import PASSWORD, City, found_city, found_committee
from upkeep.demo.closings import close_months
from upkeep.demo.drafts import leave_drafts
from upkeep.demo.earnings import earn_and_settle
from upkeep.demo.estate_cases import file_estate_cases
from upkeep.demo.fill import Filled, fill_area, moment
from upkeep.demo.further import run_further
from upkeep.demo.going_back import go_back
from upkeep.demo.money_back import demolish, pay_back
from upkeep.demo.notices import print_notices
from upkeep.demo.owners import earn_interest, give_more_houses, open_owner_account, pass_houses_on
from upkeep.demo.phased_repairs import run_phased
from upkeep.demo.preset_cities import PRESET_CITIES, fill_preset_city, found_preset_city
from upkeep.demo.reconciling import send_statements
from upkeep.demo.repairs import run_projects
from upkeep.demo.self_service import describe_house, pay_oneself
from upkeep.demo.selling_units import pay_unit_parts
from upkeep.demo.site import write_site
from upkeep.demo.votes import hold_votes
from upkeep.estate.kinds import HouseUse
from upkeep.parties.queries import cities
from upkeep.policy.presets.applying import get_preset

#: Which areas have an owners' committee, by place.
_WITH_COMMITTEE = (0, 2, 10, 14)
#: Where refunds are asked for, and where a building was demolished.
_REFUNDING, _DEMOLISHED = 8, 15
#: An area of the demo's developer with houses not paid: its owners have notices of their own.
_NOTICES = 18
#: Where payments are confirmed by mistake, and taken back.
_AT_THE_BANK = 19
#: The area of public housing whose selling unit has paid its part.
_OF_A_UNIT = 11
#: Which areas have houses for which a slip waits at the bank, and how many of the unpaid.
_WAITING = ((13, 24), (16, 0), (19, 36))


class CityExists(Exception):
    """The database has a city already: the demo is loaded into an empty one only."""


@transaction.atomic
def load_demo(*, today: dt.date, tell: Callable[[str], None] = lambda text: None) -> City:
    """Load the whole city and a small one per preset, dated relative to `today`, the same for the same day.

    Raises: CityExists.
    """
    city, chance = _begin(today)
    filled: list[Filled] = []
    for place, plan in enumerate(areas.PLANS):
        begun = today - dt.timedelta(days=1500 - place * 70)
        committee = (
            found_committee(city, area_name=plan.name, at=moment(begun), password_hash=_hash())
            if place in _WITH_COMMITTEE
            else None
        )
        one = fill_area(city, plan, place=place, committee=committee, on=begun, chance=chance)
        fill.pay_deposits(city, one, on=begun + dt.timedelta(days=30), serial=f"JC{place:06d}")
        filled.append(one)
    open_owner_account(city, area=filled[0].area, at=moment(today - dt.timedelta(days=40)))
    pass_houses_on(city, filled[0], today=today, chance=random.Random(882))
    houses = sum(len(one.houses) for one in filled)
    tell(f"{len(filled)} 个物业区域，{houses:,} 户")
    _deposits(city, filled, today=today, tell=tell)
    _analyze()
    _business(city, filled, today=today, chance=chance, tell=tell)
    for small in PRESET_CITIES:
        other = found_preset_city(small, today=today, password_hash=_hash())
        count = fill_preset_city(other, small, today=today, password_hash=_hash())
        write_site(other, today=today)
        tell(f"{small.name}（{get_preset(small.preset).title}）：{count} 户")
    bank_day.run_receipts_low(city, today=today)
    tell(f"{close_months(city, today=today)} 个月已结账")  # last: what is closed takes nothing any more
    return city


def _deposits(city: City, filled: list[Filled], *, today: dt.date, tell: Callable[[str], None]) -> None:
    """Money that comes in, or is still awaited: slips of every kind, earnings, and a day at the bank's counter."""
    for place, count in _WAITING:
        unpaid = filled[place].houses[round(len(filled[place].houses) * filled[place].plan.share_paid) :]
        if count and unpaid:
            fill.ask_deposits(city, filled[place], houses=unpaid[:count], on=today - dt.timedelta(days=3))
    give_more_houses(city, filled, today=today)
    earn_interest(city, filled[0], today=today)
    last = filled[_WAITING[-1][0]]
    owes = [house for house in last.houses if house.use == HouseUse.RESIDENTIAL][-1]
    pay_oneself(city, owes, at=moment(today - dt.timedelta(days=1), 20, 15))
    bought = moment(today - dt.timedelta(days=1), 19, 40)
    describe_house(
        city, last.area, building=f"{last.plan.towers + 1}幢", room="801", at=bought, chance=random.Random(801)
    )
    notices = print_notices(city, filled[_NOTICES], today=today, chance=random.Random(231))
    tell(f"{notices} 张业主交存通知书")
    units = pay_unit_parts(city, filled[_OF_A_UNIT], today=today)
    tell(f"售房单位交存 {units} 户")
    bank_day.spend_a_day(city, filled[_AT_THE_BANK], today=today)
    tell(f"{connect_banks(city, filled[_AT_THE_BANK], today=today)} 份银行接口报文")


def _business(
    city: City, filled: list[Filled], *, today: dt.date, chance: random.Random, tell: Callable[[str], None]
) -> None:
    """Repairs, further deposits, money paid back, cases of every kind, and what the city has published."""
    projects = run_projects(city, filled, today=today) + run_phased(city, filled, today=today)
    tell(f"{projects} 个维修项目")
    tell(f"{leave_drafts(city, filled[0], today=today)} 个填写中和刚公示的维修项目")
    tell(f"{hold_votes(city, filled, today=today)} 次网上和书面的业主表决")
    tell(f"{go_back(city, filled, today=today)} 个维修项目有异议、清退或撤销")
    tell(f"{run_further(city, filled, today=today)} 户欠交，续交方案一个，催缴通知单一批")
    tell(f"{earn_and_settle(city, today=today):,} 户结息")
    tell(f"{pay_back(city, filled[_REFUNDING], today=today)} 笔退款申请")
    tell(f"{demolish(city, filled[_DEMOLISHED], building='4幢', today=today)} 笔房屋注销返还")
    tell(f"{send_statements(city, today=today)} 份银行对账单")
    cases = file_cases(city, today=today, chance=chance) + file_estate_cases(city, filled, today=today)
    tell(f"{cases} 张业务单")
    tell(f"{keep_books(city, filled, today=today)} 张凭证已编号，手工凭证和期初建账各一组")
    tell(f"{write_site(city, today=today, own=True)} 篇公众信息")


@transaction.atomic
def load_small(*, today: dt.date) -> City:
    """The city that tests use: the same cast, three small areas, no projects and no cases."""
    city, chance = _begin(today)
    for place, plan in enumerate(areas.SMALL_PLANS):
        begun = today - dt.timedelta(days=400 - place * 30)
        committee = found_committee(city, area_name=plan.name, at=moment(begun), password_hash=_hash())
        one = fill_area(city, plan, place=place, committee=committee, on=begun, chance=chance)
        fill.pay_deposits(city, one, on=begun + dt.timedelta(days=30), serial=f"JC{place:06d}")
        if place == 0:
            open_owner_account(city, area=one.area, at=moment(begun + dt.timedelta(days=40)))
    return city


def _begin(today: dt.date) -> tuple[City, random.Random]:
    if cities().exists():
        raise CityExists("数据库中已有城市，演示数据只能载入空库；要重新开始请用 ./run --fresh")
    return found_city(at=moment(today - dt.timedelta(days=2000)), password_hash=_hash()), random.Random(165)


_made: dict[str, str] = {}


def _hash() -> str:
    """One hash for all: the demo's password is printed on its login page anyway."""
    return _made.setdefault(PASSWORD, make_password(PASSWORD))


def _analyze() -> None:
    """Plans made on empty tables are bad ones; the serving role may not ANALYZE, so it only helps the owner's run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_has_role(current_user, relowner, 'USAGE') from pg_class where relname = 'estate_house'"
        )
        if cursor.fetchone()[0]:
            cursor.execute("analyze")

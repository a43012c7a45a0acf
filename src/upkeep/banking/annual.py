"""年度结存单 of all houses of an area, printed as one PDF; and which areas have theirs.

One area is one job of its own: a worker that dies over a city repeats one area, and nothing else. The fields are those of
the slips that Shanghai hands out: 年初余额, 本年收入 (利息, 其他), 本年支出 (维修, 其他), 年末余额.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from upkeep.banking.models import CustodyAccount
from upkeep.books import annual
from upkeep.books.sub_accounts import balances_by_custody
from upkeep.casework.numbering import next_number
from upkeep.estate.models import Area, House
from upkeep.estate.queries import houses_of_area, owner_names
from upkeep.jobs.actions import defer
from upkeep.jobs.models import OVER, Job
from upkeep.jobs.registry import Progress
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.queries import city_of
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms.annual import AnnualSheet, AnnualStatement
from upkeep.printing.forms.parts import Fact
from upkeep.printing.models import KeptPrint

#: The kind of job that prints one area's slips; `upkeep.tasks` declares it.
PRINTING = "annual_statement"
PREFIX = "JC"
_TITLE = "住宅专项维修资金年度结存单"
_NOTE = "本单为分户账年度结存情况，不作为交款凭证。如对结存金额有疑问，请持本单向管理机构查询。"


class YearNotOver(Refusal):
    """The slips of a year are printed when it is over."""


def lock_of(area_id: int, year: int) -> str:
    """Under which name the job and the print of an area's year are known."""
    return f"annual:{area_id}:{year}"


@transaction.atomic
def ask_for(areas: Collection[Area], *, year: int, by_id: int, at: dt.datetime) -> int:
    """Have the slips of areas printed in the background, one job each; areas whose job is under way are left alone.

    Answers with the number of jobs. Raises: YearNotOver.
    """
    if year >= day_of(at).year:
        raise YearNotOver(f"{year} 年还没有结束，年度结存单在次年生成")
    locks = {lock_of(area.pk, year): area for area in areas}
    busy = set(
        Job.objects.filter(kind=PRINTING, lock__in=list(locks)).exclude(state__in=OVER).values_list("lock", flat=True)
    )
    wanted = {lock: area for lock, area in locks.items() if lock not in busy}
    for lock, area in wanted.items():
        arguments = {"area_id": area.pk, "year": year, "by_id": by_id, "back": f"/transactions/annual/?year={year}"}
        defer(
            kind=PRINTING, title=f"{area.name} {year} 年度结存单", arguments=arguments, by_id=by_id, at=at, lock=lock
        )
    return len(wanted)


def print_area(area_id: int, *, year: int, by_id: int, at: dt.datetime, progress: Progress) -> KeptPrint:
    """Print and keep the slips of an area's live houses. Queries are constant. Raises: Refusal for an area without houses."""
    area = Area.objects.select_related("jurisdiction").get(pk=area_id)
    houses = houses_of_area(area_id)
    if not houses:
        raise Refusal(f"{area.name}没有房屋，不能生成年度结存单")
    progress.begin(len(houses), "正在汇总收支")
    city = city_of(jurisdiction_id=area.jurisdiction_id)
    assert city is not None
    number = next_number(PREFIX, on=day_of(at))
    sheets = _sheets(houses, year=year, number=number)
    progress.note("正在排版")
    kept = printing.keep(
        Document(
            form="annual_statement",
            title=_TITLE,
            number=number,
            subject=lock_of(area_id, year),
            issuer=city.office_name,
            city=city.slug,
            data=AnnualStatement(
                area=area.name,
                from_on=dt.date(year, 1, 1),
                to_on=dt.date(year, 12, 31),
                houses=len(sheets),
                closing_fen=sum(one.closing_fen for one in sheets),
                sheets=sheets,
                contacts=_contacts(area, office_phone=city.office_phone, office_address=city.office_address),
                note=_NOTE,
            ),
        ),
        by_id=by_id or None,
        at=at,
    )
    progress.advance(len(houses))
    return kept


def _sheets(houses: Sequence[House], *, year: int, number: str) -> tuple[AnnualSheet, ...]:
    ids = [house.pk for house in houses]
    years, owners = annual.years_of(ids, year=year), owner_names(ids)
    custody_of = {house_id: next(iter(parts)) for house_id, parts in balances_by_custody(ids).items()}
    accounts = CustodyAccount.objects.in_bulk(set(custody_of.values()))
    return tuple(
        AnnualSheet(
            serial=f"{number}-{place:05d}",
            address=house.address,
            owner=owners.get(house.pk, "未登记"),
            account=str(house.pk),
            bank_account=_account(accounts.get(custody_of.get(house.pk, 0))),
            opening_fen=years[house.pk].opening_fen,
            received_fen=years[house.pk].received_fen,
            interest_fen=years[house.pk].interest_fen,
            other_received_fen=years[house.pk].received_fen - years[house.pk].interest_fen,
            spent_fen=years[house.pk].spent_fen,
            repairs_fen=years[house.pk].repairs_fen,
            other_spent_fen=years[house.pk].spent_fen - years[house.pk].repairs_fen,
            closing_fen=years[house.pk].closing_fen,
        )
        for place, house in enumerate(houses, start=1)
    )


def _account(custody: CustodyAccount | None) -> str:
    return f"{custody.opening_bank}　{custody.number}" if custody else "—"


def _contacts(area: Area, *, office_phone: str, office_address: str) -> tuple[Fact, ...]:
    """Whom owners ask: their committee, the property company, the office."""
    found = [
        Fact(title, f"{one.name}　{one.contact_name}　{one.contact_phone}")
        for title, one in (("业主委员会", area.committee), ("物业服务企业", area.property_company))
        if one is not None
    ]
    return (*found, Fact("管理机构电话", office_phone), Fact("管理机构地址", office_address))


@dataclass(frozen=True, kw_only=True)
class AreaYear:
    """How far an area's slips of a year are: `kept` once printed, `job` the last attempt."""

    area: Area
    kept: KeptPrint | None
    job: Job | None


def years_of_areas(areas: Sequence[Area], *, year: int) -> list[AreaYear]:
    """The state of each area of a page, in their order. Two queries."""
    locks = {lock_of(area.pk, year): area.pk for area in areas}
    kept: dict[str, KeptPrint] = {}
    for one in KeptPrint.objects.filter(subject__in=list(locks)).order_by("printed_at", "pk"):
        kept[one.subject] = one
    jobs: dict[str, Job] = {}
    for job in Job.objects.filter(kind=PRINTING, lock__in=list(locks)).defer("arguments").order_by("asked_at", "pk"):
        jobs[job.lock] = job
    return [
        AreaYear(area=area, kept=kept.get(lock), job=jobs.get(lock)) for lock, area in zip(locks, areas, strict=True)
    ]

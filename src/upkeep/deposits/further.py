"""续交方案 (D8): what an approved plan asks of each house, its slips in batches, and its end.

Source: 165号令 第十七条; 海口续交办法 (a plan names who pays, the standard, the way and the time limit). A house that
cannot be asked now (no owner recorded, a slip that waits) keeps its share with the reason and is asked as soon as it can.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from upkeep.banking import actions as banking
from upkeep.banking.models import SlipState
from upkeep.books import sub_accounts
from upkeep.casework.models import Case
from upkeep.deposits.arrears import standard_dues
from upkeep.deposits.due import Due
from upkeep.deposits.further_slips import Item, issue_batch
from upkeep.deposits.models import (
    FurtherBasis,
    FurtherMethod,
    FurtherPlan,
    FurtherShare,
    FurtherStandard,
    Obstacle,
)
from upkeep.estate.models import Area, House
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job
from upkeep.jobs.registry import Progress
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.policy.further_rule import further_rule

#: The jobs that issue a plan's slips, and make them void.
JOB, ENDING_JOB = "further_slips", "further_ending"
#: So many slips are issued in one go.
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a plan asks: the standard, the way, the time limit, and on what it rests. Money in fen."""

    standard: FurtherStandard
    fen_per_m2: int
    method: FurtherMethod
    instalments: int
    every_months: int
    first_due_on: dt.date
    basis: FurtherBasis
    document: str
    scope: str


@dataclass(frozen=True)
class Asked:
    """What the houses of a plan have to pay, by house id; and those that are left out, each with the reason."""

    dues: dict[int, Due]
    left_out: dict[int, str]

    @property
    def total_fen(self) -> int:
        return sum(due.amount_fen for due in self.dues.values())


def asked_of(area: Area, houses: Sequence[House], terms: Terms, *, on: dt.date) -> Asked:
    """What each house would have to pay by the terms today; buildings are loaded.

    A house that has not paid its first deposit pays that first; one that stands in a running plan is asked by that plan.
    """
    ids = [house.pk for house in houses]
    balances = sub_accounts.balances(ids)
    planned = _in_running_plans(ids)
    at_first: Mapping[int, Due] = {}
    if terms.standard is FurtherStandard.FIRST_STANDARD:
        at_first = standard_dues(houses, jurisdiction_id=area.jurisdiction_id, on=on)
    dues: dict[int, Due] = {}
    left_out: dict[int, str] = {}
    for house in houses:
        if house.first_deposit_due_fen is None:
            left_out[house.pk] = "尚未交首期维修资金"
        elif house.pk in planned:
            left_out[house.pk] = "在执行中的续交方案内"
        elif due := _due(house, terms, balance_fen=balances[house.pk].balance_fen, at_first=at_first.get(house.pk)):
            dues[house.pk] = due
        else:
            level = terms.standard is FurtherStandard.TO_FIRST_LEVEL
            left_out[house.pk] = "余额已达首期应交金额" if level else "现行交存标准没有适用的档次"
    return Asked(dues, left_out)


def _due(house: House, terms: Terms, *, balance_fen: int, at_first: Due | None) -> Due | None:
    if terms.standard is FurtherStandard.PER_M2:
        return Due((house.area_dm2 * terms.fen_per_m2 + 50) // 100, f"续交 {yuan(terms.fen_per_m2)} 元/㎡")
    if terms.standard is FurtherStandard.FIRST_STANDARD:
        return Due(at_first.amount_fen, f"续交（{at_first.rule}）") if at_first else None
    assert house.first_deposit_due_fen is not None
    missing_fen = house.first_deposit_due_fen - balance_fen
    return Due(missing_fen, f"补足至首期 {yuan(house.first_deposit_due_fen)} 元") if missing_fen > 0 else None


def _in_running_plans(house_ids: Collection[int]) -> set[int]:
    """The houses of which a plan that was not ended still asks something."""
    shares = FurtherShare.objects.filter(house_id__in=house_ids, plan__ended_at__isnull=True)
    return set(shares.exclude(slip__state=SlipState.PAID).values_list("house_id", flat=True))


def instalments_of(amount_fen: int, count: int) -> list[int]:
    """An amount in equal instalments, what is left over in the first: 100.00 in three is 33.34, 33.33, 33.33."""
    part, left = divmod(amount_fen, count)
    return [part + left, *[part] * (count - 1)] if part else [amount_fen]


def due_days(terms: Terms) -> list[dt.date]:
    """The last day of each instalment: the same day of later months, the last of a month that is too short."""
    return [_months_later(terms.first_due_on, place * terms.every_months) for place in range(terms.instalments)]


def _months_later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(day.day, (first_of_next - dt.timedelta(days=1)).day))


def problems_of(area: Area, terms: Terms, *, on: dt.date) -> list[Problem]:
    """What the city's rule forbids of the terms on that day."""
    rule = further_rule(jurisdiction_id=area.jurisdiction_id, on=on)
    found = []
    if terms.first_due_on <= on:
        found.append(Problem("first_due_on", "交存期限应晚于今天"))
    if (terms.instalments - 1) * terms.every_months > rule.most_months:
        found.append(
            Problem("instalments", f"分期最长 {rule.most_months} 个月（自第一期至最后一期），请减少期数或缩短间隔")
        )
    return found


@transaction.atomic
def decide(
    case: Case, *, area: Area, houses: Sequence[House], terms: Terms, by: Actor, at: dt.datetime
) -> FurtherPlan:
    """Write the plan down, once for its case, and put the issuing of its slips off to a job.

    Raises: Refusal when the plan asks nothing of anybody.
    """
    Area.objects.select_for_update(no_key=True).get(pk=area.pk)  # one plan at a time: no house in two of them
    asked = asked_of(area, houses, terms, on=day_of(at))
    if not asked.dues:
        raise Refusal("所选房屋都不需要续交，请核对交存范围和续交标准")
    plan = FurtherPlan.objects.create(
        case=case,
        area=area,
        scope=terms.scope,
        standard=terms.standard,
        fen_per_m2=terms.fen_per_m2,
        method=terms.method,
        instalments=terms.instalments,
        every_months=terms.every_months,
        first_due_on=terms.first_due_on,
        basis=terms.basis,
        document=terms.document,
        house_count=len(asked.dues),
        total_fen=asked.total_fen,
        decided_at=at,
    )
    days = due_days(terms)
    parts = [
        (house_id, number, fen, due.rule)
        for house_id, due in sorted(asked.dues.items())
        for number, fen in enumerate(instalments_of(due.amount_fen, terms.instalments), start=1)
    ]
    FurtherShare.objects.bulk_create(
        [
            FurtherShare(
                id=pk,
                plan=plan,
                house_id=house_id,
                instalment=number,
                due_on=days[number - 1],
                amount_fen=fen,
                rule=rule if terms.instalments == 1 else f"{rule}，第 {number}/{terms.instalments} 期",
            )
            for pk, (house_id, number, fen, rule) in zip(new_ids(len(parts)), parts, strict=True)
        ],
        batch_size=5_000,
    )
    ask_in_background(plan, again=False, by=by, at=at)
    return plan


def ask_in_background(plan: FurtherPlan, *, again: bool, by: Actor, at: dt.datetime) -> Job:
    """Put off the issuing of a plan's slips; `again`: those made void or run out, too."""
    return jobs.defer(
        kind=JOB,
        title=f"开具续交通知单：{plan.area.name}",
        arguments={"plan_id": plan.pk, "again": again, "user_id": by.user_id},
        by_id=by.user_id or None,
        at=at,
        lock=f"further:{plan.pk}",
    )


@dataclass(frozen=True)
class Issued:
    """What a round of issuing brought: slips, and shares that could not be asked now."""

    slips: int
    kept_back: int


def to_ask(plan: FurtherPlan, *, on: dt.date, again: bool) -> QuerySet[FurtherShare]:
    """The shares whose time has come and that have no slip: first instalments at once, later ones some days ahead."""
    rule = further_rule(jurisdiction_id=plan.area.jurisdiction_id, on=on)
    come = Q(instalment=1) | Q(due_on__lte=on + dt.timedelta(days=rule.ask_days_ahead))
    without = Q(slip__isnull=True)
    if again:
        without |= Q(slip__state__in=(SlipState.VOID, SlipState.EXPIRED))
    return FurtherShare.objects.filter(come, without, plan=plan).order_by("house_id", "instalment")


@transaction.atomic
def issue_slips_of(
    plan_id: int, *, by: Actor, at: dt.datetime, again: bool = False, progress: Progress | None = None
) -> Issued:
    """Issue what the plan asks now, a slip for each share, in batches. The same again issues nothing twice.

    Raises: banking.NoCustody.
    """
    plan = FurtherPlan.objects.select_for_update(of=("self",)).select_related("area").get(pk=plan_id)
    if plan.ended_at is not None:
        return Issued(0, 0)
    shares = list(to_ask(plan, on=day_of(at), again=again).select_related("house__building"))
    if progress is not None:
        progress.begin(len(shares), "正在开具通知单")
    issued = 0
    for start in range(0, len(shares), BATCH):
        batch = shares[start : start + BATCH]
        issued += _issue(plan, batch, by=by, at=at)
        if progress is not None:
            progress.advance(len(batch))
    return Issued(issued, len(shares) - issued)


def _issue(plan: FurtherPlan, shares: Sequence[FurtherShare], *, by: Actor, at: dt.datetime) -> int:
    items = [
        Item(key=one.pk, house=one.house, amount_fen=one.amount_fen, rule=one.rule, due_on=one.due_on)
        for one in shares
    ]
    found = issue_batch(plan.area, items, case_id=plan.case_id, by=by, at=at)
    for share in shares:
        share.slip = found.slips.get(share.pk, share.slip)
        share.obstacle = Obstacle.NONE if share.slip else found.obstacles[share.pk]
    FurtherShare.objects.bulk_update(shares, ["slip", "obstacle"], batch_size=BATCH)
    return len(found.slips)


def plans_to_ask(*, on: dt.date) -> list[int]:
    """The running plans that have a share without a slip whose time may have come; whoever issues looks closer."""
    soon = on + dt.timedelta(days=180)  # the most that a city may ask ahead
    open_ones = FurtherShare.objects.filter(slip__isnull=True, plan__ended_at__isnull=True, due_on__lte=soon)
    return list(open_ones.order_by("plan_id").values_list("plan_id", flat=True).distinct())


@transaction.atomic
def end_plan(plan_id: int, *, reason: str, by: Actor, at: dt.datetime) -> FurtherPlan:
    """End a plan before its time: nothing more is asked at once, a job makes void the slips that wait; what was paid
    stays paid.

    Raises: HasProblems without a reason; Refusal when it has ended.
    """
    reason = reason.strip()
    if not reason:
        raise HasProblems([Problem("reason", "请填写终止原因")])
    plan = FurtherPlan.objects.select_for_update(of=("self",)).select_related("area").get(pk=plan_id)
    if plan.ended_at is not None:
        raise Refusal("该续交方案已经终止")
    plan.ended_at, plan.ended_by_name, plan.end_reason = at, by.name, reason[:200]
    plan.save(update_fields=["ended_at", "ended_by_name", "end_reason"])
    jobs.defer(
        kind=ENDING_JOB,
        title=f"作废续交通知单：{plan.area.name}",
        arguments={"plan_id": plan.pk, "user_id": by.user_id},
        by_id=by.user_id or None,
        at=at,
        lock=f"further:{plan.pk}",
    )
    return plan


@transaction.atomic
def void_slips_of(plan_id: int, *, by: Actor, at: dt.datetime, progress: Progress | None = None) -> int:
    """Make void what still waits of a plan that was ended; answers with their number."""
    plan = FurtherPlan.objects.get(pk=plan_id)
    waiting = plan.shares.filter(slip__state=SlipState.WAITING).order_by("slip_id")
    numbers = list(waiting.values_list("slip__number", flat=True)) if plan.ended_at else []
    if progress is not None:
        progress.begin(len(numbers), "正在作废通知单")
    for number in numbers:
        banking.void_slip(number=number, reason=f"续交方案终止：{plan.end_reason}", by=by, at=at)
        if progress is not None:
            progress.advance()
    return len(numbers)

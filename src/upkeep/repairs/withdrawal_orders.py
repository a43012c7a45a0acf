"""A withdrawal order (维修支取任务单) handed in, given back, approved; and what it says.

The same project, allocation, holds and payment orders as every other repair: only the way to them is its own.
Source: manual 003 §4.2.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from upkeep.books import sub_accounts
from upkeep.casework.models import Case
from upkeep.casework.procedure import Fact, Summary, Table, register
from upkeep.estate import claims, facilities
from upkeep.estate.kinds import FacilityKind
from upkeep.estate.models import Area, Facility, House
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.queries import current_ownerships, served_area_ids
from upkeep.kernel.areas import square_metres
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.policy.project_rule import DEVELOPER_OUTSIDE, project_rule
from upkeep.repairs import application, disbursement, drafting
from upkeep.repairs.drafting import Basics, Work
from upkeep.repairs.history import advance, locked
from upkeep.repairs.models import ProjectCase, RepairProject
from upkeep.repairs.payees import paid_to_applicant
from upkeep.repairs.queries import project_houses, project_of
from upkeep.repairs.shares import SharingHouse, divide, shortfall_sentence, shortfalls
from upkeep.repairs.stages import ProjectKind, ProjectMove, Stage
from upkeep.repairs.withdrawal_orders_draft import (
    sharing_houses,
    standard_words,
    ticked,
    total_of,
    totals_of,
    unfit_houses,
    unfit_sentence,
)
from upkeep.repairs.withdrawal_orders_form import OrderForm, payees_in
from upkeep.repairs.withdrawal_orders_vote import give_up
from upkeep.repairs.works import choose_houses
from upkeep.voting.models import Vote, VoteState
from upkeep.voting.queries import latest_vote

NO_VOTE = "业主签字确认表还没有录入并通过：请窗口核对业主签字原件，逐户录入并上传扫描件，公布结果后再办理"
COPY_IT = "这张任务单已退回或撤销，请在“审批退回及撤销任务单信息”中点“修改”，重新生成任务单"


@dataclass(frozen=True)
class OrderShare:
    """到户支取: a house with its part of the order in fen, what of it somebody else than the fund pays (未售房屋), and what
    its sub-account lacks for the rest.
    """

    house: House
    area_dm2: int
    share_fen: int
    shortfall_fen: int
    outside_fen: int = 0


def areas_for(case: Case) -> list[tuple[int, str]]:
    """The areas that the order's company serves; an order once handed in stays its own when another serves the area."""
    found = Area.objects.filter(pk__in=served_area_ids(case.applicant_organisation_id or 0))
    if (project := project_of(case)) is not None:
        found = Area.objects.filter(pk=project.area_id)
    return list(found.order_by("name").values_list("pk", "name"))


def facilities_for(case: Case) -> list[tuple[int, str]]:
    """What can be repaired in the order's area; once handed in, what the order repairs."""
    if (project := project_of(case)) is not None:
        found = Facility.objects.filter(repairs__project=project).select_related("building")
    else:
        found = facilities.in_use(register[case.procedure].area_id(case) or 0)
    return [(one.pk, f"{one.name}（{one.place}）") for one in found]


def shares_of(case: Case) -> list[OrderShare]:
    """维修支取分摊明细: once handed in the shares that were fixed, before that those of the present choice.

    Empty while there is no house or no amount. In the order of the building table.
    """
    if (project := project_of(case)) is not None:
        rows = list(project_houses(project))
        lacks = shortfalls(project) if project.stage_now is Stage.REVIEW else {}
        return [
            OrderShare(row.house, row.area_dm2, row.share_fen, lacks.get(row.house_id, 0), row.outside_fen)
            for row in rows
        ]
    houses, total_fen = sharing_houses(case), total_of(case)
    if not houses or not total_fen:
        return []
    parts = divide(total_fen, [SharingHouse(one.pk, one.area_dm2, one.nature, one.use) for one in houses])
    available = sub_accounts.available([house.pk for house in houses])
    unsold = _borne_by_developer(case, [house for house in houses if not available[house.pk]])
    return [
        OrderShare(
            house,
            house.area_dm2,
            parts[house.pk],
            0 if house.pk in unsold else max(parts[house.pk] - available[house.pk], 0),
            parts[house.pk] if house.pk in unsold else 0,
        )
        for house in houses
    ]


def _borne_by_developer(case: Case, empty: Sequence[House]) -> set[int]:
    """Which houses without money are unsold, so that their developer pays (165号令 第二十一条), as it will be divided."""
    rule = project_rule(jurisdiction_id=case.jurisdiction_id, on=day_of(case.created_at))
    if rule.unsold_bears != DEVELOPER_OUTSIDE:
        return set()
    owned = current_ownerships([house.pk for house in empty])
    return {house.pk for house in empty if house.first_deposit_due_fen is None and not owned.get(house.pk)}


def payable_of(case: Case, shares: Sequence[OrderShare] | None = None) -> int:
    """What the fund pays of the order, in fen: the total without what its developer bears for unsold houses."""
    if (project := project_of(case)) is not None:
        return project.limit_fen
    return sum(one.share_fen - one.outside_fen for one in (shares_of(case) if shares is None else shares))


def short_sentence(short: Mapping[int, int]) -> str:
    """Which houses lack how much for an order, and what to do."""
    return f"{shortfall_sentence(short).partition('。')[0]}。请打印《欠款催缴通知单》请业主补交，补足前不能审批付款"


def problems_of(case: Case, data: dict[str, Any]) -> Iterator[Problem]:
    """What forbids handing in or approving: both ask the same function, in the state the order is in."""
    project = project_of(case)
    if project is None:
        yield from _draft_problems(case, data)
        return
    if project.stage_now is not Stage.REVIEW:
        yield Problem("", COPY_IT)
        return
    if not _has_passed(project):
        yield Problem("", NO_VOTE)
    if short := shortfalls(project):
        yield Problem("", short_sentence(short))


def _draft_problems(case: Case, data: dict[str, Any]) -> Iterator[Problem]:
    if unfit := unfit_houses(case):
        yield Problem("houses", unfit_sentence(unfit))
    if sentence := totals_of(case).problem():
        yield Problem("totals", sentence)
        return
    payable = payable_of(case)
    if not payable:
        yield Problem("totals", "所选房屋均未售出，由开发建设单位承担，没有可支取的维修资金，请重新选择房屋")
    elif payees_in(data, payable_fen=payable)[0].amount_fen <= 0:
        text = f"从维修资金支取 {yuan(payable)} 元（不含未售房屋由开发建设单位承担的部分），其他收款单位的金额合计须小于此数"
        yield Problem("payee_2_amount", text)


def _has_passed(project: RepairProject) -> bool:
    vote = latest_vote(project.source)
    return vote is not None and vote.state == VoteState.PASSED


def needs_vote(case: Case) -> bool:
    """Whether the signed list still has to be entered."""
    project = project_of(case)
    return project is not None and project.stage_now is Stage.REVIEW and not _has_passed(project)


def warnings_of(case: Case) -> list[str]:
    """What whoever decides must know: the signed list, sub-accounts that lack money."""
    project = project_of(case)
    if project is None or project.stage_now is not Stage.REVIEW:
        return []
    found = [] if _has_passed(project) else [_vote_warning(latest_vote(project.source))]
    if short := shortfalls(project):
        found.append(short_sentence(short))
    payees = payees_in(OrderForm.cleaned_of(case.data), payable_fen=project.limit_fen)
    return [*found, *paid_to_applicant(payees, applicant=project.organisation.name)]


def _vote_warning(vote: Vote | None) -> str:
    if vote is not None and vote.state == VoteState.FAILED:
        return "业主签字确认未达到规定比例，不能办结，请退回任务单"
    return "业主签字确认表还没有录入并通过，办结前须由窗口录入"


@transaction.atomic
def submit(case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> RepairProject:
    """提交: the order becomes a project with its shares, and its houses are marked. Raises: HasProblems, NotYours."""
    houses = sharing_houses(case)
    work = Work(
        facility_id=data.get("facility") or _new_facility(case, data, by=by, at=at),
        content=data["content"],
        contractor=data["contractor"],
        budget_fen=data["total"],
        note=data.get("note") or "",
    )
    basics = Basics(
        title=data["title"],
        reason=data["reason"],
        contact_name=case.contact_name,
        contact_phone=case.contact_phone,
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
        works=(work,),
    )
    begun = drafting.create_project(area_id=data["area"], basics=basics, by=by, at=at, kind=ProjectKind.ORDER)
    project = choose_houses(begun.pk, house_ids=[house.pk for house in houses], by=by, at=at)
    old = project_of(case.copied_from) if case.copied_from else None
    if old is not None:
        RepairProject.objects.filter(pk=project.pk).update(copied_from=old)
    ProjectCase.objects.create(project=project, case=case)
    claims.claim(house_ids=[house.pk for house in houses], kind=ClaimKind.REPAIR, source=project.source, at=at)
    application.submit(case, by=by, at=at)
    return project


def _new_facility(case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> int:
    """The repaired part that the list lacked: of the one ticked building, or of the whole area."""
    buildings = ticked(case)
    place = facilities.Place(buildings[0]) if len(buildings) == 1 else facilities.Place()
    described = facilities.Data(kind=FacilityKind(data["facility_kind"]), name=data["facility_name"])
    try:
        return facilities.find_or_add(
            area_id=data["area"], place=place, data=described, by_id=by.user_id or None, at=at
        ).pk
    except (facilities.FacilityExists, facilities.NoSuchPlace) as refused:
        raise HasProblems([Problem("facility", str(refused))]) from refused


@transaction.atomic
def take_back(case: Case, *, by: Actor, at: dt.datetime) -> None:
    """Returned, rejected or withdrawn: the order is closed for good, its houses are free."""
    found = project_of(case)
    if found is None or found.stage_now is not Stage.REVIEW:
        return  # a returned order that is withdrawn: given back already
    project = locked(found.pk, moves=(ProjectMove.TAKE_BACK,), by=None)
    give_up(project, at=at)
    project.cancelled_at = at
    project.cancel_reason = f"任务单 {case.number} 已退回或撤销"
    advance(project, ProjectMove.TAKE_BACK, by=by, at=at, note=f"任务单 {case.number}")
    claims.release(source=project.source)


def approve(case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
    """审批: hold every share, order every payee's payment. Raises: NotNow, NotEnoughOnSubAccounts."""
    payees = payees_in(data, payable_fen=payable_of(case))
    disbursement.approve(case, payees, by=by, at=at)


# --- what it says ----------------------------------------------------------------------------------------------------


def summary_of(case: Case, facts: Sequence[Fact]) -> Summary:
    """The order for its confirmation and its page: facts, buildings, payees. Its houses have a page of their own."""
    shares = shares_of(case)
    return Summary(
        facts=[*facts, *_sum_facts(case, shares), *_vote_facts(case)],
        tables=[table for table in (buildings_table(shares), payees_table(case)) if table.rows],
    )


def _sum_facts(case: Case, shares: Sequence[OrderShare]) -> Iterator[Fact]:
    if not shares:
        return
    total, area_dm2 = sum(one.share_fen for one in shares), sum(one.area_dm2 for one in shares)
    yield Fact("分摊总户数", f"{len(shares):,} 户")
    yield Fact("分摊总面积", f"{square_metres(area_dm2)} ㎡")
    yield Fact("分摊标准", f"{standard_words(total, area_dm2)} 元/㎡")
    if outside := sum(one.outside_fen for one in shares):
        yield Fact("其中未售房屋由开发建设单位承担", f"{yuan(outside)} 元")
        yield Fact("从维修资金支取", f"{yuan(total - outside)} 元")
    if case.copied_from is not None:
        yield Fact("原任务单", case.copied_from.number)


def _vote_facts(case: Case) -> Iterator[Fact]:
    project = project_of(case)
    if project is None:
        return
    vote = latest_vote(project.source)
    if vote is None:
        yield Fact("业主签字确认", "尚未录入")
        return
    counted = f"同意 {vote.agreed_people:,} 人、{square_metres(vote.agreed_dm2)} ㎡，"
    whole = f"共 {vote.total_people:,} 人、{square_metres(vote.total_dm2)} ㎡"
    words = "正在录入" if not vote.is_decided else f"{VoteState(vote.state).label}：{counted}{whole}"
    yield Fact("业主签字确认", words)


def buildings_table(shares: Iterable[OrderShare]) -> Table:
    """分摊范围: houses, area and money by building; the last row is the sum."""
    sums: dict[str, list[int]] = {}
    for one in shares:
        row = sums.setdefault(one.house.building.name, [0, 0, 0])
        row[0], row[1], row[2] = row[0] + 1, row[1] + one.area_dm2, row[2] + one.share_fen
    rows = [(name, f"{houses:,}", square_metres(area), yuan(fen)) for name, (houses, area, fen) in sums.items()]
    if rows:
        columns = [sum(row[place] for row in sums.values()) for place in range(3)]
        rows.append(("合计", f"{columns[0]:,}", square_metres(columns[1]), yuan(columns[2])))
    return Table("分摊范围", ("自然幢", "户数", "面积（㎡）", "分摊金额（元）"), rows, frozenset({1, 2, 3}))


def payees_table(case: Case) -> Table:
    """收款账户."""
    data, payable = OrderForm.cleaned_of(case.data), payable_of(case)
    columns = ("收款单位", "开户银行", "收款账号", "支取金额（元）")
    if not payable or not all(data.get(name) for name in ("total", "payee_1_name", "payee_1_bank", "payee_1_account")):
        return Table("收款账户", columns, [])
    rows = [(one.name, one.bank, one.account, yuan(one.amount_fen)) for one in payees_in(data, payable_fen=payable)]
    return Table("收款账户", columns, rows, frozenset({3}))


def reason_back(case: Case) -> str:
    """Why the order came back, in the words of whoever returned it; empty where its company withdrew it."""
    returned = case.events.filter(move__in=["RETURN", "REJECT"]).order_by("-at").first()
    return returned.note if returned else ""


@dataclass(frozen=True)
class ShareSums:
    """What the shares of an order come to; `short` is how many sub-accounts lack money."""

    houses: int
    area_dm2: int
    share_fen: int
    short: int
    shortfall_fen: int
    outside_fen: int


def sums_of(shares: Sequence[OrderShare]) -> ShareSums:
    """Totals of the shares."""
    return ShareSums(
        houses=len(shares),
        area_dm2=sum(one.area_dm2 for one in shares),
        share_fen=sum(one.share_fen for one in shares),
        short=sum(1 for one in shares if one.shortfall_fen),
        shortfall_fen=sum(one.shortfall_fen for one in shares),
        outside_fen=sum(one.outside_fen for one in shares),
    )

"""欠款催缴通知单 of a project: letters to the houses whose sub-accounts cannot bear their shares, as one file.

Source: manual 003 §4.2 (打印欠款催缴通知单).
"""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from upkeep.books import sub_accounts
from upkeep.deposits.letters import Asked, demand_shares
from upkeep.deposits.models import LetterBatch
from upkeep.kernel.dates import day_of
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs.history import NotYours
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import project_houses
from upkeep.repairs.shares import shortfalls


@transaction.atomic
def demand_shortfalls(
    project: RepairProject,
    *,
    deadline: dt.date,
    by: Actor,
    at: dt.datetime,
    house_ids: Collection[int] | None = None,
) -> LetterBatch:
    """Ask the houses that lack money for their shares, or those named of them, to pay until a day.

    Raises: NotYours, and what `demand_shares` raises.
    """
    if project.organisation_id != by.organisation_id:
        raise NotYours("只有申报单位可以催缴该维修项目的分摊缺口")
    short = shortfalls(project)
    wanted = set(short) if house_ids is None else set(short) & set(house_ids)
    lines = list(project_houses(project).filter(house_id__in=wanted))
    available = sub_accounts.available([line.house_id for line in lines])
    asked = [
        Asked(
            house=line.house,
            since=day_of(at),
            percent=0,
            first_due_fen=line.house.first_deposit_due_fen or 0,
            balance_fen=available[line.house_id],
            share_fen=line.fund_fen,
            owed_fen=short[line.house_id],
            why=f"应分摊 {yuan(line.fund_fen)} 元，减去可用余额 {yuan(available[line.house_id])} 元",
        )
        for line in lines
    ]
    matter = f"维修项目“{project.title}”（{project.number}）"
    return demand_shares(area=project.area, matter=matter, asked=asked, deadline=deadline, by=by, at=at)

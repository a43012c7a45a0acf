"""房屋拆分合并, the effect: the balance of the old houses divided over the new ones, and the houses exchanged.

Computed from the balances at the moment of the effect, whatever stood on the application: what a bank confirms or pays
meanwhile is divided with the rest.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from upkeep.books import postings, sub_accounts
from upkeep.casework.models import Case
from upkeep.earnings.leaving import settle_leaving
from upkeep.estate import lineage
from upkeep.estate.division import Division
from upkeep.estate.lineage import Successor
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.treasury.purses import Purse, check_free, purses_of


def problems_of(divisions: Sequence[Division]) -> Iterator[Problem]:
    """What the houses' money forbids now. Asked when the case is handed in and again before the effect."""
    houses = [house for division in divisions for house in division.old]
    try:
        check_free(houses)
    except Refusal as refused:
        yield Problem("", str(refused))
        return
    place = {house_id: purse.custody.name for purse in purses_of([h.pk for h in houses]) for house_id in purse.amounts}
    for division in divisions:
        if len({place[house.pk] for house in division.old if house.pk in place}) > 1:
            names = "、".join(f"{house.building.name}{house.label}" for house in division.old[:3])
            yield Problem("", f"{names}的资金不在同一专户，不能合并，请先办理专户划转")


def balances_of(divisions: Sequence[Division]) -> dict[int, int]:
    """What stands on the old houses' sub-accounts now: fen by house id."""
    found = sub_accounts.balances([house.pk for division in divisions for house in division.old])
    return {house_id: balance.balance_fen for house_id, balance in found.items()}


def divide(case: Case, divisions: Sequence[Division], *, source: str, by: Actor, at: dt.datetime) -> list[Successor]:
    """Exchange the houses and let their money follow; answers with the new ones. `source` is the claim of the case.

    Raises: lineage.HouseHasLeft, claims.HouseIsBusy, purses.MoneyIsHeld, HouseExists; then nothing has changed.
    """
    old_ids = [house.pk for division in divisions for house in division.old]
    area_id = divisions[0].old[0].area_id
    houses = lineage.lock(old_ids, source=source)
    settle_leaving(area_id=area_id, house_ids=old_ids, source=f"case:{case.pk}:divided", at=at)
    sub_accounts.lock(area_id)
    check_free(houses)
    sub_accounts.open_for(area_id, old_ids)
    successors = list(_successors(divisions, balances_of(divisions)))
    sub_accounts.open_for(area_id, [one.house_id for one in successors])
    for purse in purses_of(old_ids):
        _post(case, purse, successors, area_id=area_id, at=at)
    sub_accounts.close_for(area_id, old_ids, on=day_of(at))
    lineage.succeed(successors, basis=f"房屋拆分合并 {case.number}", case_id=case.pk, by=by, at=at)
    return successors


def _successors(divisions: Sequence[Division], balances: dict[int, int]) -> Iterator[Successor]:
    """The new houses with their ids and what each is given; in a split and in a merge one side is a single house, so
    that what came from each old house is known to the fen.
    """
    for division in divisions:
        dues = division.shares(division.first_due) if division.first_due is not None else {}
        parts = {house.pk: division.shares(balances[house.pk]) for house in division.old}
        for pk, part in zip(new_ids(len(division.new)), division.new, strict=True):
            yield Successor(
                house_id=pk,
                division=division,
                part=part,
                first_due_fen=dues.get(part.number),
                moved={old: shares[part.number] for old, shares in parts.items()},
            )


def _post(case: Case, purse: Purse, successors: Sequence[Successor], *, area_id: int, at: dt.datetime) -> None:
    given = {
        one.house_id: fen
        for one in successors
        if (fen := sum(fen for old, fen in one.moved.items() if old in purse.amounts))
    }
    postings.house_money_divided(
        area_id=area_id,
        custody_id=purse.custody.pk,
        fund_kind=purse.fund_kind,
        old=purse.amounts,
        new=given,
        source=f"case:{case.pk}:divided:{purse.custody.pk}",
        booked_on=day_of(at),
    )

"""Houses chosen for a case on the building table (a typed part of the case)."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from django.db import connection, transaction

from upkeep.casework.engine import editable
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import CaseHouse, House
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor

#: Where the data of a case keep the day on which its houses were chosen last: amounts shown are those of that day.
CHOSEN_ON = "houses_chosen_on"


class NotOfThisArea(Refusal):
    """A chosen house does not belong to the case's area, or is cancelled."""


@transaction.atomic
def choose(case_id: int, *, house_ids: Iterable[int], by: Actor, at: dt.datetime) -> int:
    """Put the chosen houses in the place of those chosen before. Answers with their number.

    Raises: NotOfThisArea, and what `engine.editable` raises.
    """
    case = editable(case_id, by=by)
    wanted = sorted(set(house_ids))
    area_id = register[case.procedure].area_id(case) or 0
    known = set(
        House.objects.filter(pk__in=wanted, area_id=area_id, state=HouseState.ACTIVE).values_list("pk", flat=True)
    )
    if len(known) != len(wanted):
        raise NotOfThisArea("所选房屋中有不属于该物业区域或已注销的，请重新选择")
    put_in(case, wanted)
    case.data = case.data | {CHOSEN_ON: day_of(at).isoformat()}
    register[case.procedure].chosen(case)
    case.version += 1
    case.save(update_fields=["version", "data"])
    return len(wanted)


def put_in(case: Case, house_ids: Collection[int]) -> None:
    """Write which houses a case is about in the place of those before; for procedures that find them themselves."""
    CaseHouse.objects.filter(case=case).delete()
    CaseHouse.objects.bulk_create(
        [
            CaseHouse(id=pk, case=case, house_id=house_id)
            for pk, house_id in zip(new_ids(len(house_ids)), sorted(house_ids), strict=True)
        ],
        batch_size=5_000,
    )


def chosen_on(case: Case) -> dt.date:
    """The day on which the houses were chosen last, or the case was begun."""
    kept = case.data.get(CHOSEN_ON)
    return dt.date.fromisoformat(kept) if kept else day_of(case.created_at)


def chosen_ids(case: Case) -> list[int]:
    """The ids of the chosen houses."""
    return list(CaseHouse.objects.filter(case=case).order_by("house_id").values_list("house_id", flat=True))


def chosen_houses(case: Case) -> list[House]:
    """The chosen houses with their buildings, in the order of the building table."""
    return list(
        House.objects.filter(pk__in=CaseHouse.objects.filter(case=case).values("house_id"))
        .select_related("building")
        .order_by("building__order", "building__name", "-floor", "unit", "room")
    )


def set_amounts(case: Case, amounts_fen: Mapping[int, int]) -> None:
    """Note the amount that the case gives each chosen house, fen by house id."""
    with connection.cursor() as cursor:
        cursor.execute(
            """update estate_casehouse c set amount_fen = t.fen
               from unnest(%s::bigint[], %s::bigint[]) as t(house_id, fen)
               where c.case_id = %s and c.house_id = t.house_id""",
            [list(amounts_fen), list(amounts_fen.values()), case.pk],
        )

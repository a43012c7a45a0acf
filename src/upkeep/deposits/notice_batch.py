"""Many 交存通知书 as one PDF, kept for whoever asked for it: they are handed to the owners together."""

import datetime as dt
from collections.abc import Collection

from django.db.models import QuerySet

from upkeep.banking import prints
from upkeep.banking.models import PaySlip
from upkeep.banking.queries import slips_visible_to
from upkeep.parties.actor import Actor
from upkeep.printing.models import KeptPrint
from upkeep.printing.queries import prints_of


def keep_batch(numbers: Collection[str], *, by: Actor, at: dt.datetime) -> KeptPrint:
    """Print those of the slips that the actor sees and that can still be paid, in the order of their numbers.

    Raises: banking.prints.NotToPrint when there is none.
    """
    slips = list(slips_visible_to(by).select_related("case").filter(number__in=numbers).order_by("number"))
    return prints.keep_notices(slips, number=_number_of(slips), subject=subject_of(by), by_id=by.user_id, at=at)


def batches_of(actor: Actor) -> QuerySet[KeptPrint]:
    """The batches that the actor has printed."""
    return prints_of(subject=subject_of(actor))


def subject_of(actor: Actor) -> str:
    """Under which an actor's batches are kept: they hold what only he was shown."""
    return f"notices:{actor.user_id}"


def _number_of(slips: list[PaySlip]) -> str:
    """The business form's number where all come from one, else the first slip's."""
    cases = {slip.case.number for slip in slips if slip.case is not None}
    alone = len(cases) == 1 and all(slip.case is not None for slip in slips)
    return cases.pop() if alone else (slips[0].number if slips else "")

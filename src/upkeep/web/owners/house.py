"""What the page of a house shows of its owners, and what the actor may do with them."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.casework.queries import visible_to as visible_cases
from upkeep.deposits.queries import not_payable
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House, OwnerCorrection, Ownership
from upkeep.estate.owner_cases import shown_name, shown_share
from upkeep.estate.owner_records import corrections_of, ownerships_of
from upkeep.estate.owner_views import VIEWERS
from upkeep.estate.owners import current
from upkeep.kernel.masking import mask_id_number, mask_name, mask_phone
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.web.owners.correcting import may_correct


def owner_panel(house: House, actor: Actor) -> dict[str, Any]:
    """Present and past owners, masked, and what was put right about them."""
    owned = ownerships_of(house.pk)
    acts = [act for one in owned for act in (one.begun_with, one.ended_with) if act is not None]
    case_ids = {act.case_id for act in acts if act.case_id is not None}
    open_cases = set(visible_cases(actor).filter(pk__in=case_ids).values_list("pk", flat=True))
    return {
        "ownerships": [_row(one, open_cases) for one in owned],
        "corrections": [_correction(one) for one in corrections_of(house.pk)],
        "may_view_full": actor.has(*VIEWERS),
        "may_correct": house.state == HouseState.ACTIVE and may_correct(actor, on=timezone.localdate()),
    }


def owner_acts(house: House, actor: Actor) -> dict[str, bool]:
    """绑定 for a house that nobody owns, 过户 for one that somebody does."""
    live, on = house.state == HouseState.ACTIVE, timezone.localdate()
    has_owner = current([house.pk]).exists()
    return {
        "may_bind": live and not has_owner and engine.may_start(register["owner_binding"], by=actor, on=on),
        "may_deposit": live
        and not not_payable(house)
        and engine.may_start(register["owner_deposit"], by=actor, on=on)
        and actor.has(Role.WINDOW_CLERK),
        "may_transfer": live and has_owner and engine.may_start(register["owner_transfer"], by=actor, on=on),
    }


def _row(one: Ownership, open_cases: set[int]) -> dict[str, Any]:
    act = one.begun_with
    return {
        "pk": one.pk,
        "name": shown_name(one),
        "id_kind": one.owner.get_id_kind_display(),
        "id_number": mask_id_number(one.owner.id_number),
        "phone": mask_phone(one.owner.phone) if one.owner.phone else "—",
        "share": shown_share(one),
        "since": one.since,
        "until": one.until,
        "basis": act.basis if act else "—",
        "case": act.case if act and act.case_id in open_cases else None,
    }


def _correction(one: OwnerCorrection) -> dict[str, Any]:
    names: Callable[[str], str] = str if one.owner.is_organisation else mask_name
    masks: dict[str, Callable[[str], str]] = {"phone": mask_phone, "id_number": mask_id_number, "id_kind": str}
    shown = masks.get(one.field, names)
    return {
        "at": one.at,
        "field": one.get_field_display(),
        "before": shown(one.before),
        "after": shown(one.after),
        "reason": one.reason,
        "by": one.by.name,
    }

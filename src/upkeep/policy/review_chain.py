"""办理流程: who decides a procedure in this city, in which order and how fast; and who may start it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from upkeep.parties.roles import Role
from upkeep.policy.models import PolicyKind
from upkeep.policy.queries import value_in_force, values_in_force

MOST_STEPS, MOST_DAYS = 5, 60


@dataclass(frozen=True)
class ChainStep:
    """One 环节: the role that decides, and in how many working days. `party` names the organisation that decides
    where it is not the office: "developer" is the developer of the area (入驻 in Gansu).
    """

    role: str
    working_days: int = 3
    party: str = ""

    @property
    def label(self) -> str:
        return Role(self.role).label


@dataclass(frozen=True)
class ReviewChain:
    """The steps in order; none at all means that submitting decides. `starters` empty: as the procedure says."""

    steps: tuple[ChainStep, ...] = ()
    starters: tuple[str, ...] = field(default=())


def chain_from_json(value: dict[str, Any]) -> ReviewChain:
    """Read what `Policy.value` or a case's snapshot holds."""
    return ReviewChain(
        steps=tuple(ChainStep(**step) for step in value.get("steps", ())), starters=tuple(value.get("starters", ()))
    )


def review_chain(*, jurisdiction_id: int, procedure: str, on: dt.date) -> ReviewChain | None:
    """The chain that the city's policy sets for a procedure, or None: the procedure's own default holds."""
    value = value_in_force(kind=PolicyKind.REVIEW_CHAIN, jurisdiction_id=jurisdiction_id, scope=procedure, on=on)
    return None if value is None else chain_from_json(value)


def review_chains(*, jurisdiction_id: int, procedures: Collection[str], on: dt.date) -> dict[str, ReviewChain | None]:
    """What `review_chain` says of each procedure, in one query for all."""
    kind = PolicyKind.REVIEW_CHAIN
    values = values_in_force(kind=kind, jurisdiction_id=jurisdiction_id, on=on, scopes=procedures)
    return {code: None if value is None else chain_from_json(value) for code, value in values.items()}

"""Putting a preset in force in a city that has set nothing yet."""

import datetime as dt

from django.db import transaction

from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.policy import actions, changes
from upkeep.policy.models import ChangeState, Policy, PolicyChange, PolicyKind
from upkeep.policy.presets.beijing import BEIJING
from upkeep.policy.presets.default import DEFAULT
from upkeep.policy.presets.gansu import GANSU
from upkeep.policy.presets.jiangmen import JIANGMEN
from upkeep.policy.presets.luzhou import LUZHOU
from upkeep.policy.presets.platform import PLATFORM
from upkeep.policy.presets.preset import Preset, PresetValue
from upkeep.policy.shapes import SHAPES

PRESETS: dict[str, Preset] = {one.code: one for one in (DEFAULT, GANSU, LUZHOU, PLATFORM, BEIJING, JIANGMEN)}


class NotNew(Refusal):
    """The city has policies of its own already: a preset would change rules that people work under."""


class NoSuchPreset(Refusal):
    """There is no preset of that name."""


def may_apply(*, jurisdiction_id: int, by: Actor) -> bool:
    """An administrator of the jurisdiction, while none of the kinds he proposes is set or waits there."""
    kinds = _kinds_of(by)
    return bool(kinds) and jurisdiction_id in within(by.jurisdiction_id) and not _has_any(jurisdiction_id, kinds)


@transaction.atomic
def apply_preset(
    *, code: str, jurisdiction_id: int, valid_from: dt.date, by: Actor | None, at: dt.datetime
) -> list[PolicyChange]:
    """Set everything the preset says. Done by a person, only what his role proposes, and what takes two people waits
    for the second; without one (the founding from the command line) all of it holds at once.

    Raises: NoSuchPreset, NotNew, NotAllowed.
    """
    preset = get_preset(code)
    actions.lock_policies(jurisdiction_id)
    kinds = frozenset(PolicyKind) if by is None else _kinds_of(by)
    if by is not None and (not kinds or jurisdiction_id not in within(by.jurisdiction_id)):
        raise changes.NotAllowed("城市预设由本管辖区的系统管理员和安全管理员套用")
    if _has_any(jurisdiction_id, kinds):
        raise NotNew("本管辖区已有自己的政策设置，不能再套用预设，请逐项修改")
    return [
        _put(one, jurisdiction_id=jurisdiction_id, valid_from=valid_from, by=by, at=at)
        for one in preset.values
        if one.kind in kinds
    ]


def get_preset(code: str) -> Preset:
    """Raises: NoSuchPreset."""
    if code not in PRESETS:
        raise NoSuchPreset(f"没有名为“{code}”的城市预设，可选：{'、'.join(PRESETS)}")
    return PRESETS[code]


def _put(
    one: PresetValue, *, jurisdiction_id: int, valid_from: dt.date, by: Actor | None, at: dt.datetime
) -> PolicyChange:
    if by is None:
        return changes.found(
            kind=one.kind,
            jurisdiction_id=jurisdiction_id,
            scope=one.scope,
            value=actions.as_json(one.value),
            since=valid_from,
            basis=one.basis,
            at=at,
        )
    return changes.propose(
        kind=one.kind,
        jurisdiction_id=jurisdiction_id,
        value=one.value,
        valid_from=valid_from,
        basis=one.basis,
        scope=one.scope,
        by=by,
        at=at,
    )


def _kinds_of(by: Actor) -> frozenset[PolicyKind]:
    return frozenset(kind for kind, shape in SHAPES.items() if by.has(shape.proposer))


def _has_any(jurisdiction_id: int, kinds: frozenset[PolicyKind]) -> bool:
    own = Policy.objects.filter(jurisdiction_id=jurisdiction_id, kind__in=kinds)
    waiting = PolicyChange.objects.filter(jurisdiction_id=jurisdiction_id, kind__in=kinds, state=ChangeState.WAITING)
    return own.exists() or waiting.exists()

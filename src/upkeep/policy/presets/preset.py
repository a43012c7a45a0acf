"""What a preset is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from upkeep.policy.models import PolicyKind

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True)
class PresetValue:
    """One policy of a preset, and where the manual says so. What a manual does not say keeps the default."""

    kind: PolicyKind
    value: "DataclassInstance"
    basis: str
    scope: str = ""


@dataclass(frozen=True)
class Preset:
    """The way of one manual's city."""

    code: str
    title: str
    values: tuple[PresetValue, ...]

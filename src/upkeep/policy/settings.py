"""What the fields of a policy are called and may hold, said once beside the field: pages, checks and documents read it.

A kind of policy is a frozen dataclass whose fields are made by `setting`. Values of other shapes (a tariff, a chain, a
voting rule) have files and pages of their own.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar, cast

from upkeep.policy.models import PolicyKind
from upkeep.policy.queries import value_in_force

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_KEY = "setting"
V = TypeVar("V")


@dataclass(frozen=True)
class Setting:
    """How one field is asked for: its Chinese name, a word of help, and what may be chosen or the bounds of a number."""

    label: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 0
    most: int = 1_000_000
    unit: str = ""


def setting(
    label: str,
    default: V,
    *,
    help: str = "",
    choices: tuple[tuple[str, str], ...] = (),
    least: int = 0,
    most: int = 1_000_000,
    unit: str = "",
) -> V:
    """A field of a policy. Its type is that of the default: bool, int, str (free or a choice) or a tuple of choices."""
    about = Setting(label, help, choices, least, most, unit)
    return field(default=default, metadata={_KEY: about})


def settings_of(shape: "type[DataclassInstance]") -> dict[str, Setting]:
    """The settings of a kind of policy, by field, in order."""
    return {one.name: one.metadata[_KEY] for one in fields(shape)}


def problem_of(value: "DataclassInstance") -> str:
    """What is wrong with a value, in a sentence for the one who typed it; empty when it may be put in force."""
    for name, about in settings_of(type(value)).items():
        found = getattr(value, name)
        allowed = {code for code, _ in about.choices}
        chosen = found if isinstance(found, tuple) else (found,)
        if allowed and not allowed.issuperset(chosen):
            return f"“{about.label}”只能从所列的各项中选择"
        if isinstance(found, int) and not isinstance(found, bool) and not about.least <= found <= about.most:
            return f"“{about.label}”应为 {about.least} 至 {about.most} 之间的整数"
    return ""


def from_json(shape: type[V], value: Mapping[str, Any]) -> V:
    """Read what `Policy.value` holds; a field that the value does not name has its default."""
    known = {one.name: one for one in fields(cast("type[DataclassInstance]", shape))}
    parts = {name: tuple(part) if isinstance(part, list) else part for name, part in value.items() if name in known}
    missing = [name for name, one in known.items() if one.default is MISSING and name not in parts]
    if missing:
        raise ValueError(f"{shape.__name__} lacks {missing}")
    return shape(**parts)


def in_force(
    shape: type[V],
    *,
    kind: PolicyKind,
    jurisdiction_id: int,
    on: dt.date,
    scope: str = "",
    otherwise: V | None = None,
) -> V:
    """The city's value on a day; where neither it nor a city above it has set one `otherwise`, or the kind's defaults."""
    value = value_in_force(kind=kind, jurisdiction_id=jurisdiction_id, on=on, scope=scope)
    if value is None:
        return shape() if otherwise is None else otherwise
    return from_json(shape, value)

"""One measured figure beside its baseline."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`ours_s` and `baseline_s` come from the same run; `must` and `goal` are limits of their ratio. Seconds, unless `unit`
    says otherwise."""

    name: str
    ours_s: float
    baseline_s: float
    ratio: float
    must: float
    goal: float
    note: str = ""
    unit: str = "s"

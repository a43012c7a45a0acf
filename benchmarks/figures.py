"""What a benchmark reports, and how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured piece of work: our time and the baseline's. `must` and `goal` are the most the ratio may be."""

    name: str
    ours_s: float
    baseline_s: float
    must: float
    goal: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """Our time over the baseline's."""
        return self.ours_s / self.baseline_s

    @property
    def verdict(self) -> str:
        """How it stands against its limits."""
        if self.ratio <= self.goal:
            return "goal reached"
        return "within the limit" if self.ratio <= self.must else "TOO SLOW"


def as_markdown(figures: Sequence[Figure]) -> str:
    """The figures as a table."""
    lines = [
        "| work | ours | baseline | ratio | must | goal | | note |",
        "|---|---:|---:|---:|---:|---:|---|---|",
    ]
    lines += [
        f"| {f.name} | {f.ours_s:.2f} s | {f.baseline_s:.2f} s | {f.ratio:.2f} | ≤ {f.must:g} | ≤ {f.goal:g} |"
        f" {f.verdict} | {f.note} |"
        for f in figures
    ]
    return "\n".join(lines)

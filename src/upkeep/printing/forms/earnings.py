"""结息汇总表: what a run gives to which area, for the file and the approver's signature."""

from dataclasses import dataclass

from upkeep.printing.forms.parts import Fact, Table


@dataclass(frozen=True, kw_only=True)
class InterestSummary:
    """The run's facts, its custody accounts and its areas."""

    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    made_by: str
    approved_by: str
    state: str

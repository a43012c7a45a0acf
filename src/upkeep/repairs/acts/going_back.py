"""清退 and 撤销: acts that go back."""

from upkeep.repairs.acts.act import Act
from upkeep.repairs.models import RepairProject


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """None yet at any stage."""
    return []

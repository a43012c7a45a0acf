"""维修项目 and what hangs on it. Only the actions of this package write them.

Money is in fen, areas in 0.01 m². Sums of what was requested, ordered and paid are net of what was cleared back (清退).
"""

from upkeep.repairs.models.paying import PayeeAccount, ProjectPhase
from upkeep.repairs.models.project import ProjectCase, ProjectEvent, RepairProject
from upkeep.repairs.models.shares import (
    AllocationWay,
    FacilityShare,
    OutsideReason,
    ProjectFacility,
    ProjectHouse,
)

__all__ = [
    "AllocationWay",
    "FacilityShare",
    "OutsideReason",
    "PayeeAccount",
    "ProjectCase",
    "ProjectEvent",
    "ProjectFacility",
    "ProjectHouse",
    "ProjectPhase",
    "RepairProject",
]

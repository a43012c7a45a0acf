"""Areas, who serves them, buildings, houses; owners and ownerships; facilities; claims."""

from upkeep.estate.models.account import OwnerAccount
from upkeep.estate.models.area import Area, Building
from upkeep.estate.models.area_change import AreaChange, AreaField
from upkeep.estate.models.case_house import CaseHouse, HouseClaim
from upkeep.estate.models.facility import Facility
from upkeep.estate.models.history import BuildingChange, HouseChange
from upkeep.estate.models.house import House
from upkeep.estate.models.lineage import HouseLineage
from upkeep.estate.models.owner import Owner, OwnerCorrection, Ownership, OwnershipAct, OwnerView
from upkeep.estate.models.service import Service, ServiceKind, ServiceRequest

__all__ = [
    "Area",
    "AreaChange",
    "AreaField",
    "Building",
    "BuildingChange",
    "CaseHouse",
    "Facility",
    "House",
    "HouseChange",
    "HouseClaim",
    "HouseLineage",
    "Owner",
    "OwnerAccount",
    "OwnerCorrection",
    "OwnerView",
    "Ownership",
    "OwnershipAct",
    "Service",
    "ServiceKind",
    "ServiceRequest",
]

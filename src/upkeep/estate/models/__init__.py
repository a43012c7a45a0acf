"""Areas, who serves them, buildings, houses; owners and ownerships; facilities; claims."""

from upkeep.estate.models.account import OwnerAccount
from upkeep.estate.models.area import Area, Building
from upkeep.estate.models.area_change import AreaChange, AreaField
from upkeep.estate.models.case_house import CaseHouse, HouseClaim
from upkeep.estate.models.facility import Facility, FacilityEvent
from upkeep.estate.models.history import BuildingChange, HouseChange
from upkeep.estate.models.house import House
from upkeep.estate.models.lineage import HouseLineage
from upkeep.estate.models.owner import Owner, OwnerCorrection, Ownership, OwnershipAct, OwnerView
from upkeep.estate.models.service import Service, ServiceKind, ServiceRequest
from upkeep.estate.models.unit_account import SellingUnitAccount

__all__ = [
    "Area",
    "AreaChange",
    "AreaField",
    "Building",
    "BuildingChange",
    "CaseHouse",
    "Facility",
    "FacilityEvent",
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
    "SellingUnitAccount",
    "Service",
    "ServiceKind",
    "ServiceRequest",
]

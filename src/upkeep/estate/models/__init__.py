"""Areas, who serves them, buildings, houses; owners and ownerships; facilities; claims."""

from upkeep.estate.models.account import OwnerAccount
from upkeep.estate.models.area import Area, Building
from upkeep.estate.models.case_house import CaseHouse, HouseClaim
from upkeep.estate.models.facility import Facility, FacilityEvent
from upkeep.estate.models.house import House
from upkeep.estate.models.owner import Owner, Ownership
from upkeep.estate.models.service import Service, ServiceKind, ServiceRequest

__all__ = [
    "Area",
    "Building",
    "CaseHouse",
    "Facility",
    "FacilityEvent",
    "House",
    "HouseClaim",
    "Owner",
    "OwnerAccount",
    "Ownership",
    "Service",
    "ServiceKind",
    "ServiceRequest",
]
__all__ = ["Area", "Building", "CaseHouse", "Facility", "House", "HouseClaim", "Owner", "OwnerAccount", "Ownership"]

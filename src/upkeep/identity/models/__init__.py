"""Proofs of identity."""

from upkeep.identity.models.codes import CodesOfDay, OneTimeCode
from upkeep.identity.models.limits import Attempts
from upkeep.identity.models.passwords import FormerPassword
from upkeep.identity.models.phones import LoginPhone
from upkeep.identity.models.second_factor import Authenticator, RecoveryCode

__all__ = [
    "Attempts",
    "Authenticator",
    "CodesOfDay",
    "FormerPassword",
    "LoginPhone",
    "OneTimeCode",
    "RecoveryCode",
]

"""Proofs of identity."""

from upkeep.identity.models.agreement import AgreementVersion
from upkeep.identity.models.codes import CodesOfDay, OneTimeCode
from upkeep.identity.models.enrolment import Activation, DocumentKind, Enrolment
from upkeep.identity.models.keys import (
    CertificateAuthority,
    KeyCertificate,
    KeyChallenge,
    KeyEvent,
    KeyEventKind,
    KeyPurpose,
    RevocationList,
    SecurityKey,
)
from upkeep.identity.models.limits import Attempts
from upkeep.identity.models.passwords import FormerPassword
from upkeep.identity.models.phones import LoginPhone
from upkeep.identity.models.second_factor import Authenticator, RecoveryCode

__all__ = [
    "Activation",
    "AgreementVersion",
    "Attempts",
    "Authenticator",
    "CertificateAuthority",
    "CodesOfDay",
    "DocumentKind",
    "Enrolment",
    "FormerPassword",
    "KeyCertificate",
    "KeyChallenge",
    "KeyEvent",
    "KeyEventKind",
    "KeyPurpose",
    "LoginPhone",
    "OneTimeCode",
    "RecoveryCode",
    "RevocationList",
    "SecurityKey",
]

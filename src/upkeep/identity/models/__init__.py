"""What is kept of proofs of identity."""

from upkeep.identity.models.agreement import AgreementVersion
from upkeep.identity.models.enrolment import Activation, DocumentKind, Enrolment

__all__ = ["Activation", "AgreementVersion", "DocumentKind", "Enrolment"]

"""Registers proofs of identity."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "upkeep.identity"

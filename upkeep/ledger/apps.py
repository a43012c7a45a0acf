"""Registers the journal."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "upkeep.ledger"

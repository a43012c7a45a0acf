"""Registers bank statements and their differences."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "upkeep.reconciliation"

"""Registers repair projects."""

import importlib

from django.apps import AppConfig


class RepairsConfig(AppConfig):
    name = "upkeep.repairs"

    def ready(self) -> None:
        """Importing the purpose of what is paid back registers it."""
        importlib.import_module("upkeep.repairs.clearing_purpose")

"""Loads every procedure into the registry."""

import importlib
import pkgutil

from django.apps import AppConfig

from upkeep import procedures


class ProceduresConfig(AppConfig):
    name = "upkeep.procedures"

    def ready(self) -> None:
        """Importing a procedure's file registers it."""
        for module in pkgutil.walk_packages(procedures.__path__, f"{procedures.__name__}."):
            importlib.import_module(module.name)

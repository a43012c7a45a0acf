"""Registers amounts due, receipts and further deposits."""

import importlib

from django.apps import AppConfig


class DepositsConfig(AppConfig):
    name = "upkeep.deposits"

    def ready(self) -> None:
        """`purposes.py` is found by banking; the purpose of further deposits has a file of its own."""
        importlib.import_module("upkeep.deposits.further_purpose")

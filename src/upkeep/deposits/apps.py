"""Registers amounts due, receipts and further deposits."""

import importlib

from django.apps import AppConfig


class DepositsConfig(AppConfig):
    name = "upkeep.deposits"

    def ready(self) -> None:
        """`purposes.py` is found by banking; the purposes of further deposits and of selling units have files of their own."""
        importlib.import_module("upkeep.deposits.further_purpose")
        importlib.import_module("upkeep.deposits.unit_purpose")

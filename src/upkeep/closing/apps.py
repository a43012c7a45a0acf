"""Registers closings."""

from django.apps import AppConfig


class ClosingConfig(AppConfig):
    name = "upkeep.closing"

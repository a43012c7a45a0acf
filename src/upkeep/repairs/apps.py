"""Registers repair projects."""

from django.apps import AppConfig


class RepairsConfig(AppConfig):
    name = "upkeep.repairs"

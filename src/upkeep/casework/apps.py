"""Registers cases."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "upkeep.casework"

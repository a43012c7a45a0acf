"""Registers who acts and where: jurisdictions, organisations, users, roles."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "upkeep.parties"

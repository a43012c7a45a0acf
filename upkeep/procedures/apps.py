"""Loads every procedure into the registry."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "upkeep.procedures"

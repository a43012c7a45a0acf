"""Registers background work."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "upkeep.jobs"

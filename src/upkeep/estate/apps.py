"""Registers areas, buildings and houses."""

from django.apps import AppConfig


class EstateConfig(AppConfig):
    name = "upkeep.estate"

"""Registers kept prints."""

from django.apps import AppConfig


class PrintingConfig(AppConfig):
    name = "upkeep.printing"

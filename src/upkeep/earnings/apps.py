"""Registers rates, interest runs and investments."""

from django.apps import AppConfig


class EarningsConfig(AppConfig):
    name = "upkeep.earnings"

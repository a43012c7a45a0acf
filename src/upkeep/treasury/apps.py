"""Registers payouts."""

from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    name = "upkeep.treasury"

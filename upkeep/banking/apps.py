"""Registers custody accounts, pay slips and payment orders."""

from django.apps import AppConfig


class BankingConfig(AppConfig):
    name = "upkeep.banking"

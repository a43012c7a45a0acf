"""Registers the keys of banks and their calls."""

from django.apps import AppConfig


class BankApiConfig(AppConfig):
    name = "upkeep.bank_api"

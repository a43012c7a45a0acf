"""Registers manual vouchers and opening balances."""

from django.apps import AppConfig


class AccountingConfig(AppConfig):
    name = "upkeep.accounting"

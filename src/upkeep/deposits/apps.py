"""Registers amounts due and receipts."""

from django.apps import AppConfig


class DepositsConfig(AppConfig):
    name = "upkeep.deposits"

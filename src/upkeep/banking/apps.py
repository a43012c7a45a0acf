"""Registers custody accounts, pay slips and payment orders, and loads the purposes of the packages above."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class BankingConfig(AppConfig):
    name = "upkeep.banking"

    def ready(self) -> None:
        """Each package above says in its `purposes.py` what follows a payment; importing the file registers it."""
        autodiscover_modules("purposes")

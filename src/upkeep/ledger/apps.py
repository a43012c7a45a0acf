"""Django's entry for the journal: migrations only, no models."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The journal's schema, made and guarded by plain SQL files."""

    name = "upkeep.ledger"
    verbose_name = "账簿"

"""Django's entry for the books: no models, the journal's tables are the ledger's."""

from django.apps import AppConfig


class BooksConfig(AppConfig):
    """Chart, posting templates, statements and audits."""

    name = "upkeep.books"
    verbose_name = "会计核算"

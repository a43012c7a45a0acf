"""Registers the books."""

from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "upkeep.books"

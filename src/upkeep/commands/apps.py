"""Registers the management commands."""

from django.apps import AppConfig


class CommandsConfig(AppConfig):
    name = "upkeep.commands"

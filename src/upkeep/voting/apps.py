"""Registers votes."""

from django.apps import AppConfig


class VotingConfig(AppConfig):
    name = "upkeep.voting"

"""Registers messages."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "upkeep.messaging"

"""Registers what is made public."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "upkeep.publishing"

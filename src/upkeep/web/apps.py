"""Registers the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "upkeep.web"

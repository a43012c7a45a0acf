"""Registers hand-overs."""

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    name = "upkeep.handover"

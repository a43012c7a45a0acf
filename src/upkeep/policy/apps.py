"""Registers what differs by city."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "upkeep.policy"

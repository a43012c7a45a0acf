"""Registers what the worker can do."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "upkeep.tasks"

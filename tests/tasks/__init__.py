"""Tests of upkeep.tasks."""

"""Tests of upkeep.printing."""

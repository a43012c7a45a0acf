"""Tests of upkeep.deposits."""

"""Tests of upkeep.sheets."""

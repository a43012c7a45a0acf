"""Tests of upkeep.treasury."""

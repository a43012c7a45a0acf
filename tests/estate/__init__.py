"""Tests of upkeep.estate."""

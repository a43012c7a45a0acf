"""Tests of upkeep.jobs."""

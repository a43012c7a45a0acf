"""Tests of the hand-over to owners' assemblies."""

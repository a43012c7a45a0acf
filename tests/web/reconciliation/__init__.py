"""Tests of the pages of the reconciliation."""

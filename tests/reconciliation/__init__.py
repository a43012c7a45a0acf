"""Tests of the reconciliation with the bank."""

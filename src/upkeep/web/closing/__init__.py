"""Statements, closes and control formulas."""

"""Procedures about deposits (交款管理)."""

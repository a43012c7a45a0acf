"""Procedures about areas, buildings and houses (物业区域管理)."""

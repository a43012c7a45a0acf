"""Procedures about repair projects (维修项目管理)."""

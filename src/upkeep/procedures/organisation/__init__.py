"""Procedures about organisations (机构管理)."""

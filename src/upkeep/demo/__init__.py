"""The demo city: invented people and houses, loaded through the same actions that the pages call, the same every time."""

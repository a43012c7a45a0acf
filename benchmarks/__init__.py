"""Measurements of the product against a baseline in the same run, on the same server: `python -m benchmarks`."""

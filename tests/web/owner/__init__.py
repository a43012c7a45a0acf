"""Pages of owners."""

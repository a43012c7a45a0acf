"""Pages of the office that keeps the funds."""

"""What differs by city: one table of dated values; each kind is a dataclass in a file of its name."""

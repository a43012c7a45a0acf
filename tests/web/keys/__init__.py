"""Pages of the hardware keys."""

"""Hand-over (划转) of an area's fund to its owners' assembly."""

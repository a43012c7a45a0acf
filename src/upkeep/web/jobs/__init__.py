"""Pages of background work: how far it is, what came of it."""

"""Pages of the hand-over to owners' assemblies and of their later filings."""

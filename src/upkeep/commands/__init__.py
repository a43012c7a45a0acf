"""The management commands behind ./upkeep. Each reads the clock and the command line and calls one action below."""

"""Pages of the custodian bank's tellers."""

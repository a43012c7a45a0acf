"""Pages of transactions and statements."""

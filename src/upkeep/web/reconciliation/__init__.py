"""Pages of the reconciliation with the bank: accounts, statements, differences, adjusted balances."""

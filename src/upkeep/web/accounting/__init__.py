"""The accountant's pages: balances of accounts, ledgers, vouchers from a figure down to its business, opening balances."""

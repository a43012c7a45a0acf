"""Interest on deposits and what the fund earns: rates, runs over the sub-accounts, term deposits, bonds."""

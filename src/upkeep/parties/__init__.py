"""Who works with the fund, and where: jurisdictions, organisations, users, roles, and what each may do."""

"""Vouchers (凭证) that accountants write by hand, and the opening balances of a city that moves in."""

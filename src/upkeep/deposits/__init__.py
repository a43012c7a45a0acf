"""Deposits: what is due at first (首期交存), the slips asked for, the receipts given, how each house stands; and what
houses in arrears have to pay again (续交), by plan and by letter.

It refuses a house outside the city's standard, a second live slip for a house, and a receipt number used twice.
"""

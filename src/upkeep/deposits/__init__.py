"""First deposits (首期交存): what is due, the slips asked for, the receipts given, and how each house stands.

It refuses a house outside the city's standard, a second live slip for a house, and a receipt number used twice.
"""

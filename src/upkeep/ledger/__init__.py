"""The journal (账簿): entries, lines, balances, holds, closed periods. What an entry means is upkeep.books' affair.

It refuses whatever is unbalanced, overdrawn, booked twice, booked into a closed period, or changed afterwards, and the
database itself does the refusing.
"""

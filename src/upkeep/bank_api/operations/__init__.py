"""What a bank's system may ask for, in the order of the description."""

from upkeep.bank_api.operations import accounts, orders, slips, statements

OPERATIONS = (*slips.OPERATIONS, *orders.OPERATIONS, *accounts.OPERATIONS, *statements.OPERATIONS)
BY_NAME = {one.name: one for one in OPERATIONS}

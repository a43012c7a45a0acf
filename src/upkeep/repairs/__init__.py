"""Repair projects (维修项目): stages, allocation to the houses, payees, and the money held and paid for them."""

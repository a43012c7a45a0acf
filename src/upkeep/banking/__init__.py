"""The custodian banks (专户银行): custody accounts, pay slips (交款通知单) in, payment orders (付款通知) out.

It refuses a payment that is not exactly what was asked for, that comes twice, or that another bank confirms. What a
payment means is its purpose's affair (`purposes`), filled in by the packages above.
"""

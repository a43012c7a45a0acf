"""Daily reconciliation (对账) of the bank's statements with the books."""

"""Rates, interest runs, investments."""

from upkeep.earnings.models.investment import Investment, InvestmentKind, InvestmentState
from upkeep.earnings.models.leaving import LeavingInterest
from upkeep.earnings.models.rates import Rate, RateSheet, RateTerm, SheetState
from upkeep.earnings.models.run import InterestLine, InterestPart, InterestPool, InterestRun, RunState

__all__ = [
    "InterestLine",
    "InterestPart",
    "InterestPool",
    "InterestRun",
    "Investment",
    "InvestmentKind",
    "InvestmentState",
    "LeavingInterest",
    "Rate",
    "RateSheet",
    "RateTerm",
    "RunState",
    "SheetState",
]

"""By what a run is computed: the city's rule and the rates of each custody account, frozen with the run as JSON."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from upkeep.banking.models import CustodyAccount
from upkeep.earnings.arithmetic import Segment, Terms, year_before
from upkeep.earnings.rates import segments
from upkeep.policy.interest_rule import AGE, AGREED, DEMAND, InterestRule


def previous_settlement(rule: InterestRule, *, before: dt.date) -> dt.date:
    """The last settlement day of the rule before a day."""
    month, day = int(rule.settled_on[:2]), int(rule.settled_on[2:])
    this_year = dt.date(before.year, month, day)
    return this_year if this_year < before else dt.date(before.year - 1, month, day)


def terms_of(rule: InterestRule, *, custody: CustodyAccount, first: dt.date, settled_on: dt.date) -> Terms:
    """The terms of a custody account for a period. Raises: NoRate in the mode of agreed rates."""
    basis = int(rule.day_basis)
    stood_since = min(first, year_before(settled_on)) if rule.tier_by == AGE else first
    long_since = min(stood_since, year_before(settled_on, rule.long_years)) if rule.long_years else stood_since
    if rule.mode != AGREED:
        days = [Segment(first=first, last=settled_on, rate=1)]
        return Terms(
            first=first,
            settled_on=settled_on,
            basis=basis,
            demand=days,
            term=days,
            long_term=days,
            stood_since=first,
            long_since=first,
        )
    long_term = rule.long_term if rule.long_years else rule.term
    found = segments(custody=custody, terms={DEMAND, rule.term, long_term}, first=first, last=settled_on)
    return Terms(
        first=first,
        settled_on=settled_on,
        basis=basis,
        demand=found[DEMAND],
        term=found[rule.term],
        long_term=found[long_term],
        stood_since=stood_since,
        long_since=long_since,
    )


def frozen(rule: InterestRule, terms: Sequence[tuple[int, Terms]]) -> dict[str, Any]:
    """The rule and the terms by custody account as a JSON document."""
    return {
        "rule": dataclasses.asdict(rule),
        "terms": {str(custody_id): _plain(one) for custody_id, one in terms},
    }


def thawed(document: dict[str, Any]) -> tuple[InterestRule, dict[int, Terms]]:
    """What `frozen` made."""
    terms = {int(custody_id): _terms(one) for custody_id, one in document["terms"].items()}
    return InterestRule(**document["rule"]), terms


_SEGMENTED = ("demand", "term", "long_term")
_DAYS = ("first", "settled_on", "stood_since", "long_since")


def _plain(terms: Terms) -> dict[str, Any]:
    found: dict[str, Any] = {"basis": terms.basis}
    found |= {name: getattr(terms, name).isoformat() for name in _DAYS}
    for name in _SEGMENTED:
        found[name] = [[one.first.isoformat(), one.last.isoformat(), one.rate] for one in getattr(terms, name)]
    return found


def _terms(found: dict[str, Any]) -> Terms:
    day = dt.date.fromisoformat
    parts: dict[str, Any] = {name: day(found[name]) for name in _DAYS}
    for name in _SEGMENTED:
        parts[name] = [Segment(first=day(first), last=day(last), rate=rate) for first, last, rate in found[name]]
    return Terms(basis=found["basis"], **parts)

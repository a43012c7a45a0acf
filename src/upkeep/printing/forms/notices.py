"""Forms for the owners of an area: public notices, signature sheets, results of a vote."""

import datetime as dt
from dataclasses import dataclass

from upkeep.printing.forms.parts import Fact, SignBox, Table


@dataclass(frozen=True, kw_only=True)
class PublicNotice:
    """公告、公示: addressed to the owners, with the list of houses or shares (清册) attached."""

    to: str
    paragraphs: tuple[str, ...]
    published_on: dt.date
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    period: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Voter:
    """A house on a signature sheet; the rest of the line is filled in by hand."""

    house: str
    owner: str
    area_dm2: int
    share: str = ""
    proxy: str = ""


@dataclass(frozen=True, kw_only=True)
class SignatureSheet:
    """投票表决签字表: one line per house, with boxes to tick and room to sign. Without a last day it only says when it was
    made.
    """

    area: str
    matter: str
    question: str
    from_on: dt.date
    to_on: dt.date | None
    voters: tuple[Voter, ...]
    total_dm2: int
    options: tuple[str, ...] = ("同意", "反对", "弃权")
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Count:
    """How one side of the double majority came out, by people or by floor area."""

    label: str
    total: str
    voted: str
    voted_share: str
    agreed: str
    agreed_share: str
    needed: str
    reached: bool


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """表决结果: the question, the counts against their thresholds, the outcome."""

    area: str
    matter: str
    question: str
    from_on: dt.date
    to_on: dt.date
    method: str
    passed: bool
    counts: tuple[Count, ...]
    conclusion: str
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    signs: tuple[SignBox, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BallotReceipt:
    """表决回执: what an owner voted at one go, for which houses."""

    facts: tuple[Fact, ...]
    votes: Table
    notes: tuple[str, ...] = ()

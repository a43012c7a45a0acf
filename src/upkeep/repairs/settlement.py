"""结算: what each house bears in the end, and what that leaves to be paid. Pure integers, no database.

Manual 004 §1.3.1 第七步: the settlement is entered per project as it came out. Each facility's settled amount is divided
again among its own houses, by floor area where its budget was, else in proportion to the shares that were agreed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from upkeep.kernel.allocation import allocate


@dataclass(frozen=True, kw_only=True)
class Work:
    """One facility of the project: its budget and what it came to, in fen. `by_area`: divided by floor area."""

    budget_fen: int
    settled_fen: int
    by_area: bool
    shares: Mapping[int, int]  # fen by house id
    areas: Mapping[int, int]  # 0.01 m² by house id


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Who pays a house's share: its sub-account, the selling unit's account, money from outside the fund (fen)."""

    fund_fen: int
    unit_fen: int = 0
    outside_fen: int = 0

    @property
    def share_fen(self) -> int:
        return self.fund_fen + self.unit_fen + self.outside_fen


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """A house with the parts that were agreed and the most that its sub-account can bear for the project now.

    `unsold`: its developer pays in its place, nothing comes from the fund.
    """

    parts: Parts
    most_fund_fen: int
    unsold: bool = False


def final_shares(works: Iterable[Work]) -> dict[int, int]:
    """Fen by house id: each facility's settlement divided exactly, then merged (合并)."""
    merged: dict[int, int] = {}
    for work in works:
        if work.settled_fen == work.budget_fen:
            divided: Mapping[int, int] = work.shares
        elif not work.settled_fen:
            divided = dict.fromkeys(work.shares, 0)
        else:
            divided = allocate(work.settled_fen, work.areas if work.by_area else work.shares)
        for house_id, fen in divided.items():
            merged[house_id] = merged.get(house_id, 0) + fen
    return merged


def final_parts(share_fen: int, bearer: Bearer) -> Parts:
    """Who pays a final share. The selling unit keeps its proportion; of the owner's part the fund bears what it was to
    bear, or more where the share grew and the sub-account has it; what is left is paid from outside the fund.
    """
    agreed = bearer.parts
    if share_fen == agreed.share_fen:
        return agreed
    unit = share_fen * agreed.unit_fen // agreed.share_fen if agreed.share_fen else 0
    own = share_fen - unit
    if bearer.unsold:
        return Parts(fund_fen=0, unit_fen=unit, outside_fen=own)
    most = agreed.fund_fen if share_fen < agreed.share_fen else max(agreed.fund_fen, bearer.most_fund_fen)
    fund = min(own, most)
    return Parts(fund_fen=fund, unit_fen=unit, outside_fen=own - fund)


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A phase of the plan: what may be requested of it and what has been, in fen."""

    id: int
    limit_fen: int
    requested_fen: int


class TooMuchRequested(ValueError):
    """More has been requested than the settlement leaves to be paid."""


def follow(phases: Sequence[Phase], limit_fen: int) -> list[Phase]:
    """The phases so that they come to the limit: the last grows or shrinks; it cannot shrink below what was requested of
    it, then the one before it follows. Raises: TooMuchRequested.
    """
    over = sum(phase.limit_fen for phase in phases) - limit_fen
    changed = list(phases)
    for place in reversed(range(len(changed))):
        phase = changed[place]
        off = min(over, phase.limit_fen - phase.requested_fen) if over > 0 else over
        changed[place] = replace(phase, limit_fen=phase.limit_fen - off)
        over -= off
        if not over:
            return changed
    raise TooMuchRequested

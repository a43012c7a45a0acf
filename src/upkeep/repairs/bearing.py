"""Who bears a house's merged share: its sub-account, the selling unit's account, or somebody outside the fund.

Pure integers, no database. Source: 165号令 第二十条 (public housing: owner and selling unit by what they deposited),
第二十一条 (an unsold house: its developer, by floor area).
"""

from typing import NamedTuple

from upkeep.repairs.models import OutsideReason


class Borne(NamedTuple):
    """A share in its parts, in fen: share = fund + unit + outside. `shortfall_fen` is what the sub-account lacks of
    its part now; who pays that in cash lacks nothing.
    """

    fund_fen: int
    unit_fen: int = 0
    outside_fen: int = 0
    outside_reason: str = ""
    shortfall_fen: int = 0


def borne(share_fen: int, *, unit_fen: int, available_fen: int, unsold: bool, in_cash: bool) -> Borne:
    """The parts of a share. `unsold`: the developer pays it whole; `in_cash`: the owner pays what the fund lacks.

    Raises: ValueError for a unit's part that is more than the share.
    """
    if not 0 <= unit_fen <= share_fen:
        raise ValueError("the selling unit bears a part of the share")
    if unsold:
        return Borne(fund_fen=0, outside_fen=share_fen, outside_reason=OutsideReason.UNSOLD)
    fund = share_fen - unit_fen
    short = max(fund - max(available_fen, 0), 0)
    if in_cash and short:
        return Borne(fund - short, unit_fen, short, OutsideReason.CASH)
    return Borne(fund_fen=fund, unit_fen=unit_fen, shortfall_fen=short)

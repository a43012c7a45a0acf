"""The selling unit's part of public houses' shares (165号令 第二十条第二款), as the unit's account says it."""

from collections.abc import Mapping

from upkeep.deposits.unit_accounts import unit_parts_of


def unit_parts(shares: Mapping[int, int]) -> dict[int, int]:
    """What the selling units bear of the shares of sold public houses: fen by house id."""
    return unit_parts_of(shares) if shares else {}

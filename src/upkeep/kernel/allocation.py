"""Allocation (分摊): amounts divided exactly to the fen, by largest remainder. Pure integers, no database."""

from collections.abc import Mapping


def allocate(total_fen: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Divide a total in proportion to weights (floor areas by house id): Σ = total, each within 1 fen of exact.

    Whoever was rounded down furthest gets a fen first; ties go to the lower id, so the order of the rows, and
    whoever repeats the sum by hand, make no difference (165号令 第二十条: 按各自拥有物业建筑面积的比例分摊).
    Raises: ValueError for a negative total or weight, or when nothing has a weight.
    """
    whole = sum(weights.values())
    if total_fen < 0 or whole <= 0 or min(weights.values()) < 0:
        raise ValueError("an allocation needs a total and weights that are not negative, and one weight above zero")
    exact = [total_fen * weight for weight in weights.values()]
    shares = dict(zip(weights, [product // whole for product in exact], strict=True))
    left = total_fen - sum(shares.values())
    if left:
        remainders = [product % whole for product in exact]
        # Sorting bare numbers and looking for the last one served is three times as fast as sorting pairs.
        cut = sorted(remainders, reverse=True)[left - 1]
        above = [key for key, remainder in zip(weights, remainders, strict=True) if remainder > cut]
        tied = sorted(key for key, remainder in zip(weights, remainders, strict=True) if remainder == cut)
        for key in (*above, *tied[: left - len(above)]):
            shares[key] += 1
    return shares
